from collections.abc import Callable
from pathlib import Path

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import HOW_LONG, ask, chips, ready, sidebar

pytestmark = pytest.mark.browser


def test_first_start_builds_the_index_behind_a_progress_bar(
    start: Callable[..., App], visit: Callable[..., Page], articles: Path
) -> None:
    page = visit(f"{start(RAG_CORPUS=str(articles)).url}/library")
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    page.get_by_role("link", name="Ask", exact=True).click()
    ready(page)
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_a_chip_opens_the_article_with_the_exact_words_marked(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    chips(page, 1).first.click()
    panel = page.get_by_role("dialog")
    marks = panel.locator("mark")
    expect(marks.first).to_be_in_viewport()
    assert "10 seconds" in " ".join(marks.all_inner_texts())
    expect(panel).to_contain_text("Where these words come from", ignore_case=True)
    assert chips(page, 1).first.get_attribute("aria-expanded") == "true"


def test_the_source_list_carries_the_numbers_of_the_chips(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    expect(chips(page, 1).first).to_be_visible()
    shown = {chip.inner_text() for chip in page.locator("button.chip").all()}
    listed = [number.inner_text() for number in page.locator(".source .number").all()]
    assert set(listed) == shown
    assert listed == sorted(listed, key=int)
    expect(page.locator(".source").first).to_contain_text("article of")


def test_the_keyboard_opens_a_passage_and_escape_returns_to_the_chip(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    chip = chips(page, 1).first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(chip).to_be_focused()


def test_row_41_a_refusal_shows_what_was_near_and_cites_nothing(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, "Who won the 1998 World Cup?")
    expect(page.get_by_role("heading", name="Nearest passages")).to_be_visible()
    expect(page.locator("button.chip")).to_have_count(0)
    page.locator("button.near").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_be_in_viewport()


def test_on_a_phone_the_article_is_a_dialog_the_sidebar_makes_way_and_lists_open_above_their_button(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(app.url, width=390, height=844, scheme="dark")
    ask(page, HOW_LONG)
    chips(page, 1).first.click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("mark").first).to_be_in_viewport()
    assert panel.bounding_box()["width"] == 390
    page.get_by_role("button", name="Close the article").click()
    expect(panel).to_have_count(0)
    sidebar(page).locator(".list button").first.click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    for _ in range(2):
        page.get_by_role("button", name="Answer with", exact=True).click()
        expect(page.get_by_role("list", name="Answer with")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")


def test_who_answers_and_where_the_question_goes_is_always_on_screen(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    turn = ask(page, HOW_LONG)
    expect(page.get_by_text("Answers quote the articles; nothing leaves this machine.")).to_be_in_viewport()
    expect(turn.locator(".foot")).to_contain_text("Quoted from the articles; nothing left this machine")


def test_a_broken_setting_is_one_sentence_and_no_traceback(
    start: Callable[..., App], visit: Callable[..., Page]
) -> None:
    page = visit(start(RAG_READER="nonsense").url)
    expect(page.get_by_text("RAG_READER='nonsense' is not on the menu")).to_be_visible(timeout=60_000)
    assert "Traceback" not in page.content()


def test_without_articles_the_page_says_where_to_add_some_and_refuses(
    start: Callable[..., App], tmp_path: Path, visit: Callable[..., Page]
) -> None:
    page = visit(start(RAG_CORPUS=str(tmp_path), RAG_EMBEDDER="hashing").url)
    ready(page)
    expect(page.get_by_text("There are no articles to search yet. Add some on the Library page.")).to_be_visible()
    expect(ask(page, HOW_LONG).locator(".reason")).to_have_text(
        "There is little to search yet, and it does not answer this question."
    )
