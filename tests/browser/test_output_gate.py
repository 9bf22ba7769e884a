"""The output gate as a property: the components, in a real browser, show any string as that string and as nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from rag.ui.components.assets import script

pytestmark = pytest.mark.browser

COMPONENTS = {"answer": ("card", "tools", "answer"), "panel": ("panel",), "choices": ("choices",)}
COMPONENTS |= {name: (name,) for name in ("table", "measures", "misses")}
# HTML has no NUL, and a lone surrogate cannot travel to a browser.
TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=60)
MARKUP = st.text("<>&\"'`*_[]()!$:\\/#-=.@~ abhtpsrc{}", min_size=1, max_size=60)
KNOWN = st.sampled_from(
    [
        "<img src=http://evil.test/i.png onerror=alert(1)>",
        "![x](http://evil.test/p.png)",
        "</p><script>alert(1)</script>",
        "javascript:alert(1)",
        "$x$ :material/delete: :red[w]",
        "<svg/onload=alert(1)>",
        "&lt;b&gt;",
    ]
)
ANY = TEXT | MARKUP | KNOWN
SHOW = """([name, data]) => {
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  window.mounted[name]({ data, parentElement: place, setTriggerValue: () => {} });
  place.querySelector("button.chip")?.dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" }));
  const texts = (selector) => [...place.querySelectorAll(selector)].map((node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(".chip, .cross, .marker").forEach((chip) => chip.remove());
    return copy.textContent;
  });
  const nodes = [...place.querySelectorAll("*")];
  return {
    shown: Object.fromEntries(SELECTORS.map((selector) => [selector, texts(selector)])),
    tags: [...new Set(nodes.map((node) => node.localName))],
    attributes: [...new Set(nodes.flatMap((node) => [...node.attributes].map((a) => a.name)))],
    addresses: nodes.filter((node) => node.href).map((node) => node.href),
  };
}"""
ATTRIBUTES = {
    *("class", "type", "role", "id", "style", "title", "tabindex", "popover", "open", "disabled", "placeholder"),
    *("data-root", "data-opens", "data-id", "data-modal", "href", "target", "rel", "referrerpolicy"),
    *("scope", "aria-sort", "aria-pressed", "data-name"),
    *("aria-label", "aria-expanded", "aria-hidden", "aria-labelledby", "aria-describedby", "aria-current"),
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that holds the components and counts what it is made to ask for."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("() => { window.mounted = {}; window.alert = () => { throw new Error('a payload ran'); }; }")
    for name, parts in COMPONENTS.items():
        code = script(*parts).replace("export default function", f"window.mounted.{name} = function")
        page.evaluate(f"() => {{ {code} }}")
    yield page
    page.close()
    assert asked == []


def shown(page: Page, name: str, data: dict[str, Any], *selectors: str) -> dict[str, list[str]]:
    """The texts of what a component made of `data`; nothing may stand there that the component does not make itself."""
    found: dict[str, Any] = page.evaluate(SHOW.replace("SELECTORS", repr(list(selectors))), [name, data])
    assert set(found["tags"]) <= set(
        "div p h1 h2 h3 h4 span button ul ol li section strong details summary dialog header mark aside a blockquote "
        "table caption thead tbody tr th td".split()
    )
    assert set(found["attributes"]) <= ATTRIBUTES
    assert all(address.startswith(("http://", "https://")) for address in found["addresses"])
    texts: dict[str, list[str]] = found["shown"]
    return texts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY)
def test_row_44_an_answer_shows_any_text_as_itself(page: Page, text: str) -> None:
    item = {
        "text": text,
        "chips": [1],
        "verdict": "partly",
        "label": "Only partly supported",
        "reasons": [text],
        "cue": text,
    }
    turn = {
        "question": text,
        "filters": text,
        "understood": None,
        "notices": [text],
        "short": {"text": text, "chip": 1},
        "blocks": [{"heading": None, "items": [item]}],
        "refusal": {"reason": text, "missing": [text], "searched": text},
        "nearest": [{"quote": text, "title": text}],
        "citations": [{"number": 1, "title": text, "cue": text, "quote": text}],
        "plain": text,
        "link": text,
        "foot": text,
        "followups": [text],
        "rated": False,
        "announce": text,
    }
    data = {"turn": turn, "latest": False, "opened": None, "file": None}
    texts = shown(
        page,
        "answer",
        data,
        *(
            ".question",
            ".notice",
            ".short",
            ".words",
            ".reason",
            ".word",
            ".near .quote",
            ".near .small",
            ".source .title",
        ),
        *(".source .small", ".foot", ".follow", ".card .quote", ".card .small"),
    )
    assert {selector: found for selector, found in texts.items() if found != [text]} == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY, url=ANY)
def test_row_44_and_46_an_article_shows_any_text_as_itself(page: Page, text: str, url: str) -> None:
    source = {"publisher": text, "title": text, "date": text, "url": url}
    block = {"level": 0, "parts": [{"text": text, "marked": False}, {"text": text, "marked": True}]}
    data = {
        "title": text,
        "line": text,
        "notice": text,
        "lost": text,
        "live": url,
        "blocks": [block, {"level": 2, "parts": [{"text": text, "marked": False}]}],
        "sources": [source],
        "label": text,
        "step": text,
        "id": text,
    }
    texts = shown(
        page,
        "panel",
        data,
        ".title",
        "header .small:nth-child(2)",
        ".notice",
        "mark",
        ".text > h3",
        "blockquote",
        ".steps .small",
    )
    assert {selector: found for selector, found in texts.items() if found != [text]} == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY, kind=st.sampled_from(["questions", "list", "tokens"]))
def test_row_45_a_list_shows_any_text_as_itself(page: Page, text: str, kind: str) -> None:
    data = {"items": [{"id": text, "text": text, "note": text}], "label": text, "kind": kind, "current": text}
    assert shown(page, "choices", data, ".text", ".small") == {".text": [text], ".small": [text]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY)
def test_a_table_shows_any_text_as_itself(page: Page, text: str) -> None:
    act = {"act": text, "id": text, "text": text, "label": text, "pressed": True, "disabled": text}
    head = {"text": text, "note": text, "acts": [act]}
    cells = [{"text": text, "opens": text, "from": "article"}, {"text": text, "opens": None, "from": None}]
    data = {"table": {"label": text, "head": [head, head], "rows": [{"head": head, "cells": cells}]}, "opened": text}
    texts = shown(
        page, "table", data, "caption", "tbody th .text", "tbody th .small", "tbody button.tool", ".value", ".plain"
    )
    assert {selector: found for selector, found in texts.items() if found != [text]} == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY)
def test_measures_and_misses_show_any_text_as_themselves(page: Page, text: str) -> None:
    row = {"name": text, "told": text, "value": text, "span": text, "low": 1, "mean": 2, "high": 3}
    texts = shown(
        page, "measures", {"rows": [row], "label": text}, ".title", ".figure", ".small:not(.span)", ".small.span"
    )
    miss = {"id": text, "question": text, "before": "", "asked": text, "wanted": text, "quotes": [text]}
    group = {"title": text, "told": text, "items": [miss]}
    texts |= shown(
        page, "misses", {"groups": [group]}, "h3", "section > .small", "summary", ".inside .small", "blockquote"
    )
    assert {selector: found for selector, found in texts.items() if found != [text]} == {}
