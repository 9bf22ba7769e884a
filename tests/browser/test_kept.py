"""What stays: conversations, files, verdicts."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import bibtexparser
import pytest
from app_server import App
from markdown_it import MarkdownIt
from playwright.sync_api import Locator, Page, expect
from steps import HOW_LONG, answered, ask, open_passage, ready, sidebar

from rag.records import Answer

pytestmark = pytest.mark.browser


def saved(page: Page, turn: Locator, name: str) -> Path:
    turn.get_by_text("Save as").click()
    with page.expect_download() as download:
        turn.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path())


def test_a_reload_keeps_the_conversation_with_its_citations(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    words = ask(page, HOW_LONG).locator(".statement").all_inner_texts()
    ask(page, "And how much does it cost?")
    page.reload()
    answered(page, 2)
    assert page.locator(".turn").first.locator(".statement").all_inner_texts() == words
    marked = " ".join(open_passage(page).locator("mark").all_inner_texts())
    assert marked in " ".join(words)


def test_a_conversation_is_found_renamed_and_deleted(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, "Who won the 2003 chess olympiad?")
    side = sidebar(page)
    listed = side.locator(".list button")
    expect(listed.first).to_contain_text("Who won the 2003 chess olympiad?")
    side.get_by_role("button", name="This conversation").click()
    title = page.get_by_label("New title")
    title.fill("Chess notes")
    title.press("Enter")
    expect(listed.first).to_contain_text("Chess notes")
    page.keyboard.press("Escape")
    search = side.get_by_placeholder("Search conversations")
    search.fill("OLYMPIAD")
    search.press("Enter")
    expect(listed).to_have_count(1)
    side.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    listed.first.click()
    answered(page, 1)
    side.get_by_role("button", name="This conversation").click()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".turn")).to_have_count(1)
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(listed).to_have_count(0)
    expect(side.get_by_text("No conversation holds these words.")).to_be_visible()


def test_every_file_an_answer_is_saved_as_can_be_read_again(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    turn = ask(page, HOW_LONG)
    answer = Answer.from_json(json.loads(saved(page, turn, "JSON").read_text(encoding="utf-8")))
    assert answer.question == HOW_LONG
    library = bibtexparser.parse_string(saved(page, turn, "BibTeX").read_text(encoding="utf-8"))
    assert library.failed_blocks == []
    works = json.loads(saved(page, turn, "CSL-JSON").read_text(encoding="utf-8"))
    assert [work["id"] for work in works] == [entry.key for entry in library.entries]
    html = MarkdownIt("gfm-like").render(saved(page, turn, "Markdown").read_text(encoding="utf-8"))
    assert HOW_LONG in html


def test_a_conversation_of_another_release_is_told_of_and_can_be_deleted(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, "Who won the 1987 regatta?")
    listed = sidebar(page).locator(".list button")
    expect(listed.first).to_contain_text("Who won the 1987 regatta?")
    with closing(sqlite3.connect(app.home / "conversations.sqlite3")) as db, db:
        changed = """UPDATE turns SET answer = '{"contract": 99}' WHERE answer LIKE '%1987 regatta%'"""
        assert db.execute(changed).rowcount == 1
    page.reload()
    told = page.get_by_text("this conversation was kept by another release")
    expect(told).to_be_visible()
    listed.first.click()
    expect(told).to_be_visible()
    sidebar(page).get_by_role("button", name="This conversation").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(told).to_have_count(0)
    expect(sidebar(page).get_by_text("Who won the 1987 regatta?")).to_have_count(0)
    ask(page, HOW_LONG)


def test_a_verdict_with_its_reason_is_kept_on_this_machine(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    turn = ask(page, HOW_LONG)
    turn.get_by_role("button", name="Not helpful").click()
    reason = turn.get_by_role("textbox", name="What was wrong? (optional)")
    expect(reason).to_be_focused()
    reason.fill("too long")
    reason.press("Enter")
    expect(turn.locator(".said")).to_have_text("Thank you. Your verdict is kept on this computer.")
    rows = [json.loads(line) for line in (app.home / "feedback.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["turns"], row["good"], row["reason"]) for row in rows] == [([HOW_LONG], False, "too long")]


def test_without_history_nothing_is_kept_and_the_sidebar_says_so(
    start: Callable[..., App], visit: Callable[..., Page], articles: Path
) -> None:
    app = start(RAG_CORPUS=str(articles), RAG_HISTORY="0", RAG_EMBEDDER="hashing")
    page = visit(app.url)
    ask(page, HOW_LONG)
    expect(sidebar(page)).to_contain_text("Conversations are not kept")
    page.reload()
    ready(page)
    expect(page.locator(".turn")).to_have_count(0)
    assert not (app.home / "conversations.sqlite3").exists()
