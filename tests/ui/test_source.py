"""The output gate, read from the source: data reaches the screen as text nodes, never as Markdown or markup."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[2] / "rag" / "ui"
PYTHON = sorted(UI.rglob("*.py"))
SCRIPTS = sorted(UI.rglob("*.js"))

# What of Streamlit draws text that it does not read as Markdown, draws none, or is given fixed words only.
PLAIN = {"text", "container", "columns", "empty", "form", "fragment", "rerun", "cache_resource", "component"}
PLAIN |= {"set_page_config", "get_option", "navigation", "switch_page", "vega_lite_chart"}
LABELLED = {"button", "chat_input", "download_button", "error", "popover", "progress", "selectbox", "text_input"}
LABELLED |= {"file_uploader", "form_submit_button", "text_area", "header", "expander", "segmented_control"}
STYLES = {"st.html(FOLDER / 'page.css')", "st.html(FOLDER / 'wide.css')"}
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|srcdoc|DOMParser|createContextualFragment|document\.write|\beval\b"
    r"|new Function|\.src\s*=|import\s*\("
)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of something of Streamlit's, or of an element it made, by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def fixed(node: ast.expr) -> bool:
    """Whether an expression is words of ours: a literal, a constant, or an entry of one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return fixed(node.func.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.relative_to(UI).as_posix())
def test_row_44_no_page_hands_anything_to_a_function_that_reads_markdown_or_html(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name, call in calls(tree):
        assert not [k for k in call.keywords if k.arg == "unsafe_allow_html"], f"line {call.lineno}"
        if name == "html":
            assert ast.unparse(call) in STYLES
        of_streamlit = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "st"
        if of_streamlit and name not in PLAIN | {"html"}:
            assert name in LABELLED, f"st.{name} in line {call.lineno} reads Markdown; use a component or st.text"
        if name in LABELLED:
            words = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("text", "help", "label"))]
            assert name == "progress" or all(map(fixed, words)), f"line {call.lineno}"
            assert all(fixed(k.value) for k in call.keywords if k.arg == "text"), f"line {call.lineno}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_row_44_no_script_makes_markup_out_of_text(path: Path) -> None:
    assert MARKUP.findall(path.read_text(encoding="utf-8")) == []


def test_row_46_the_only_place_that_makes_an_address_of_data_checks_it() -> None:
    ours = {"tools.js": ["url"], "pages.js": ["`./${path}`"]}  # a file of our own making, the paths of app.py
    made = {path.name: re.findall(r"\.href = (.*);", path.read_text(encoding="utf-8")) for path in SCRIPTS}
    assert {name: found for name, found in made.items() if found} == {"dom.js": ["url"]} | ours


def test_row_64_a_dropped_connection_finds_its_session_for_at_least_a_minute() -> None:
    config = (UI.parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    found = re.search(r"(?m)^disconnectedSessionTTL = (\d+)", config)
    assert found
    assert int(found[1]) >= 60


def test_row_73_only_names_of_this_machine_are_served() -> None:
    config = (UI.parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert 'address = "127.0.0.1"' in config
    assert 'allowedHosts = ["localhost", "127.0.0.1"]' in config
