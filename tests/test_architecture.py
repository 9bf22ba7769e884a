"""The rules of the house: a rule without a test decays."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "rag"

# A module imports only from steps above its own; modules of one step do not import each other. A folder is a menu or the
# parts of one noun: it stands for all its files (`embedders._bert` is on the step of `embedders`), which may import each
# other. A part that needs what is built on its folder has a step of its own (`generations.probing` probes by `index`).
ORDER = [
    "origins limits slugs lengths",
    "errors origins figures",
    "records",
    "menus providers detection sentences export suggestions conversations feedback refusal manner visibility recency syndication",
    "gate",
    "fetch settings sources passages lexical",
    "corpus discovery vocabulary",
    "library judging",
    "questions citations followups subquestions",
    "landscape",
    "embedders",
    "generations",
    "index",
    "generations.probing",
    "support retrievers readers answerers bylines releases orders",
    "training",
    "ingest telling documents",
    "doctor verification",
    "chain",
    "assistant",
    "evaluation",
    "cli",
    "__main__ ui",
]
STEP = {name: step for step, names in enumerate(ORDER) for name in names.split()}

HEAVY = frozenset("torch transformers sentence_transformers onnxruntime onnx chromadb".split())
CHAT = frozenset("langchain_openai langchain_anthropic langchain_ollama langchain_google_genai".split())
LONGEST_MODULE, LONGEST_FUNCTION = 300, 60
VAGUE = frozenset("utils util helpers helper common misc core base".split())

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[str]:
    return sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py"))


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def name_of(module: str) -> str:
    """embedders/_bert.py -> embedders._bert, embedders/__init__.py -> embedders"""
    return module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def unit(name: str) -> str:
    return name.partition(".")[0]


def place(name: str) -> str:
    """The entry of ORDER that a module belongs to: its own if it has one, else its folder's."""
    return name if name in STEP else unit(name)


def imports(node: ast.AST) -> Iterator[str]:
    """Dotted names of what is imported anywhere below `node`; `from rag import store` gives rag.store."""
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            yield from (alias.name for alias in found.names)
        elif isinstance(found, ast.ImportFrom) and found.module:
            assert found.level == 0, "imports are absolute"
            names = (f"{found.module}.{alias.name}" for alias in found.names)
            yield from names if found.module == "rag" else (found.module,)


def imported_on_loading(node: ast.AST) -> Iterator[str]:
    """What a module imports when it is loaded: outside functions and `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            continue
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield from imports(child)
        else:
            yield from imported_on_loading(child)


def own(names: Iterator[str]) -> set[str]:
    return {name.removeprefix("rag.") for name in names if name.startswith("rag.")}


def functions(module: str) -> Iterator[Function]:
    return (node for node in ast.walk(tree(module)) if isinstance(node, Function))


def test_every_module_has_a_place_in_the_order() -> None:
    places = {place(name_of(m)) for m in modules()} - {"__init__"}
    assert places == set(STEP)


@pytest.mark.parametrize("module", [m for m in modules() if place(name_of(m)) in STEP])
def test_a_module_imports_only_from_steps_above_its_own(module: str) -> None:
    here = place(name_of(module))
    wrong = [n for n in own(imports(tree(module))) if place(n) != here and STEP.get(place(n), -1) >= STEP[here]]
    assert wrong == []


def test_no_import_runs_in_a_circle() -> None:
    names = {name_of(m): own(imports(tree(m))) for m in modules() if m != "__init__.py"}
    left = {name: {n for n in found if n in names and n != name} for name, found in names.items()}
    while free := {name for name, needs in left.items() if not needs}:
        left = {name: needs - free for name, needs in left.items() if name not in free}
    assert left == {}


@pytest.mark.parametrize(
    ("library", "home"), [("streamlit", "ui/"), ("chromadb", "generations/chroma.py"), ("bm25s", "lexical.py")]
)
def test_a_library_stays_in_its_home(library: str, home: str) -> None:
    users = {m for m in modules() if any(unit(n) == library for n in imports(tree(m)))}
    assert {m for m in users if not m.startswith(home)} == set()
    assert users


def test_the_environment_is_read_in_settings_only() -> None:
    read = re.compile(r"\bos\.environ\b|\bgetenv\b|\bfrom os import [^\n]*\benviron\b")
    assert [m for m in modules() if read.search((PACKAGE / m).read_text(encoding="utf-8"))] == ["settings.py"]


@pytest.mark.parametrize("module", modules())
def test_heavy_libraries_and_chat_providers_are_imported_inside_functions(module: str) -> None:
    assert {unit(n) for n in imported_on_loading(tree(module))} & (HEAVY | CHAT) == set()


@pytest.mark.parametrize("module", modules())
def test_a_module_is_short(module: str) -> None:
    assert len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("module", modules())
def test_a_function_is_short(module: str) -> None:
    lengths = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(module)}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize(
    "module", [m for m in modules() if m not in ("cli/__init__.py", "library/parsing.py") and not m.startswith("ui/")]
)
def test_a_broad_except_stands_at_outer_borders_only(module: str) -> None:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ExceptHandler):
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"everything"}
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            assert again or not caught & {"everything", "Exception", "BaseException"}, f"line {node.lineno}"


def test_a_module_is_named_after_what_it_owns() -> None:
    assert {part for m in modules() for part in name_of(m).split(".")} & VAGUE == set()


@pytest.mark.parametrize("module", modules())
def test_what_is_public_has_a_docstring(module: str) -> None:
    assert ast.get_docstring(tree(module)), "the module itself"
    scopes = [tree(module), *(n for n in ast.walk(tree(module)) if isinstance(n, ast.ClassDef) and n.name[0] != "_")]
    inside = (n for scope in scopes for n in scope.body if isinstance(n, Function | ast.ClassDef))
    assert [n.name for n in inside if n.name[0] != "_" and not ast.get_docstring(n)] == []


def test_no_task_is_left_in_the_code() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    assert [m for m in modules() if marks.search((PACKAGE / m).read_text(encoding="utf-8"))] == []


def test_app_py_is_the_list_of_pages_and_nothing_else() -> None:
    app = ast.parse((PACKAGE.parent / "app.py").read_text(encoding="utf-8"))
    assert not [n for n in ast.walk(app) if isinstance(n, Function | ast.ClassDef)]
    assert {unit(n) for n in own(imports(app))} == {"ui"}
