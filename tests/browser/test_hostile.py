"""Articles, questions and connections that mean harm; `visit` counts what leaves the machine."""

import json
from collections.abc import Callable
from http.client import HTTPConnection

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import HOW_LONG, answered, ask, enter, open_passage, ready, sidebar

pytestmark = pytest.mark.browser

PAYLOADS = {
    "image": "![x](http://evil.test/p.png)",
    "html": "<img src=http://evil.test/i.png onerror=alert(1)>",
    "script": "<script>fetch('http://evil.test/s')</script>",
    "formula": r"$\href{http://evil.test}{x}$",
    "icon": ":material/delete:",
    "colour": ":red[warning]",
    "link": "[here](http://evil.test/l)",
    "marker": "[1] 【3†source】",
    "template": "{{7*7}} ${7*7}",
}
ALL = " ".join(PAYLOADS.values())
ARTICLE = """---
title: {title}
slug: lighthouse
publisher: {title}
authors: [{title}]
url: "javascript:alert(document.domain)"
published: 2025-03-01
topics: [{title}]
---

The lighthouse of Port Payload is 41 metres tall {all}.[^a]

Sources: [1] The lighthouse of Port Payload was painted red by 【3†source】.

[^a]: {publisher}, {title}, 2025-03-31, javascript:alert(1) ; since: 2025-03-31
"""
QUESTION = "How tall is the lighthouse of Port Payload?"
GUARD = "window.alert = () => { throw new Error('a payload ran') };"


@pytest.fixture(scope="module")
def hostile(start: Callable[..., App], tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("hostile")
    title = json.dumps(ALL)
    text = ARTICLE.format(title=title, all=ALL, publisher="<b>Evil</b> ![x](http://evil.test/o.png)")
    (folder / "lighthouse.md").write_text(text, encoding="utf-8")
    return start(RAG_CORPUS=str(folder), RAG_EMBEDDER="hashing")


def test_row_43_marks_and_sources_inside_a_passage_are_no_citations(hostile: App, visit: Callable[..., Page]) -> None:
    page = visit(hostile.url)
    turn = ask(page, QUESTION)
    assert PAYLOADS["marker"] in turn.locator(".statement").first.inner_text()
    chips = {chip.inner_text() for chip in turn.locator("button.chip").all()}
    assert chips == {number.inner_text() for number in turn.locator(".source .number").all()}
    assert "3" not in chips


def test_row_44_markup_inside_a_passage_is_shown_as_it_is_written(hostile: App, visit: Callable[..., Page]) -> None:
    page = visit(hostile.url)
    page.add_init_script(GUARD)
    turn = ask(page, QUESTION)
    for payload in PAYLOADS.values():
        expect(turn.locator(".statement").first).to_contain_text(payload)
    article = open_passage(page)
    for payload in PAYLOADS.values():
        expect(article.locator("mark").first).to_contain_text(payload)
    assert page.locator("img[src*=evil], script[src*=evil], a[href*=evil], .katex").count() == 0


def test_row_45_titles_outlets_authors_topics_and_questions_are_plain_text(
    hostile: App, visit: Callable[..., Page]
) -> None:
    page = visit(hostile.url)
    page.add_init_script(GUARD)
    ask(page, QUESTION)
    article = open_passage(page)
    expect(article.get_by_role("heading", level=2)).to_have_text(ALL)
    expect(article.locator("header .small").first).to_contain_text(ALL)
    page.keyboard.press("Escape")
    turn = ask(page, ALL)
    expect(turn.get_by_role("heading", level=2)).to_have_text(ALL)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox").first.click()
    expect(page.get_by_role("option").first).to_have_text(ALL)
    page.get_by_role("option").first.click()
    expect(page.get_by_role("list", name="Filters that are on")).to_contain_text(ALL)
    page.keyboard.press("Escape")
    expect(sidebar(page).locator(".list button").first).to_contain_text(QUESTION)
    assert page.locator("img[src*=evil], script[src*=evil], a[href*=evil], .katex").count() == 0


def test_row_46_an_address_that_is_not_of_the_web_is_text(hostile: App, visit: Callable[..., Page]) -> None:
    page = visit(hostile.url)
    ask(page, QUESTION)
    article = open_passage(page)
    expect(article.locator(".primary")).to_contain_text("javascript:alert(1)")
    assert article.locator("a").count() == 0


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("😀😀😀", None),
        ("\x00\x01 \x00", None),
        ("why " * 1001, "4000"),
        ("x" * 99_000, "4000"),
    ],
    ids=["emoji", "control characters", "4,004 characters", "99,000 characters"],
)
def test_row_36_a_question_that_is_none_is_answered_with_a_sentence(
    app: App, visit: Callable[..., Page], question: str, told: str | None
) -> None:
    page = visit(app.url)
    enter(page, question)
    said = page.locator(".problem, .refusal .reason")
    expect(said.first).to_be_visible(timeout=60_000)
    words = said.first.inner_text().replace(",", "")
    assert told is None or told in words
    assert "Something went wrong" not in words
    ask(page, HOW_LONG)


def test_row_36_blanks_are_not_sent(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    enter(page, "   ")
    page.wait_for_timeout(500)
    expect(page.locator(".turn, .problem")).to_have_count(0)


def test_row_61_and_62_sessions_answer_at_once_and_share_nothing(app: App, visit: Callable[..., Page]) -> None:
    pages = [visit(app.url) for _ in range(3)]
    questions = [HOW_LONG, "What is Runway worth?", "Who won the 1998 World Cup?"]
    for page in pages:
        ready(page)
    for page, question in zip(pages, questions, strict=True):
        enter(page, question)
    for page, question in zip(pages, questions, strict=True):
        answered(page, 1)
        assert page.locator(".question").all_inner_texts() == [question]
    open_passage(pages[0])
    pages[1].reload()
    answered(pages[1], 1)
    assert pages[1].locator(".question").all_inner_texts() == [questions[1]]
    expect(pages[1].get_by_role("dialog")).to_have_count(0)


def test_row_63_a_reload_or_a_second_enter_during_an_answer_gives_one_answer(
    slow: App, visit: Callable[..., Page]
) -> None:
    page = visit(slow.url)
    enter(page, HOW_LONG)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.reload()
    answered(page, 1)
    page.reload()
    answered(page, 1)
    assert page.locator(".question").all_inner_texts() == [HOW_LONG]
    expect(sidebar(page).locator(".list button").first).to_contain_text("1 question")


def test_row_64_a_dropped_connection_comes_back_with_its_conversation(app: App, visit: Callable[..., Page]) -> None:
    page = visit("about:blank")
    page.add_init_script(
        "const Plain = WebSocket; window.sockets = [];"
        "window.WebSocket = class extends Plain { constructor(...how) { super(...how); sockets.push(this); } };"
    )
    page.goto(app.url)
    ask(page, HOW_LONG)
    before = page.evaluate("sockets.length")
    page.evaluate("sockets.forEach((socket) => socket.close())")
    page.wait_for_function(f"sockets.length > {before} && sockets.at(-1).readyState === 1")
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, "And how much does it cost?")
    assert page.locator(".question").all_inner_texts() == [HOW_LONG, "And how much does it cost?"]


@pytest.mark.parametrize("name", ["Host", "Origin"])
def test_row_73_a_connection_under_a_foreign_name_is_refused(app: App, name: str) -> None:
    own = app.url.removeprefix("http://")
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        "Host": own,
        "Origin": app.url,
    }
    assert connected(own, headers) == 101
    foreign = "rebound.evil.test" if name == "Host" else "http://rebound.evil.test"
    assert connected(own, headers | {name: foreign}) == 403


def connected(address: str, headers: dict[str, str]) -> int:
    """The status of an attempt to open the page's websocket, through which all data goes."""
    connection = HTTPConnection(address, timeout=20)
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
