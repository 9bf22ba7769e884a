import re
from collections.abc import Callable

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import CLICK_TO_MARK, HOW_LONG, ROOTS, answered, ask, chips, enter, open_passage, panel, ready

pytestmark = pytest.mark.browser

# Keeps every height, in pixels from the top of the page, at which the first suggested question is drawn.
WATCH_FOLLOW_UP = (
    f"() => {{{ROOTS}"
    + """
  window.places = new Set();
  const main = document.querySelector(".stMain");
  const look = () => {
    const node = roots().map((root) => root.querySelector(".follow")).find(Boolean);
    if (node) places.add(Math.round(node.getBoundingClientRect().top + main.scrollTop));
    requestAnimationFrame(look);
  };
  look();
}"""
)


def test_next_and_previous_go_round_the_citations_of_an_answer(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    article = open_passage(page)
    first = article.locator("mark").all_inner_texts()
    count = page.locator(".source").count()
    assert count > 1
    article.get_by_role("button", name="Next citation").click()
    expect(article.locator(".bar")).to_contain_text(f"2 of {count}")
    expect(article.locator("mark").first).to_be_in_viewport()
    assert article.locator("mark").all_inner_texts() != first
    expect(chips(page, 2).first).to_have_attribute("aria-expanded", "true")
    article.get_by_role("button", name="Previous citation").click()
    expect(article.locator(".bar")).to_contain_text(f"1 of {count}")
    assert article.locator("mark").all_inner_texts() == first


def test_primary_sources_are_links_that_ask_for_the_quoted_words(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    links = open_passage(page).locator(".primary a")
    expect(links.first).to_have_attribute("href", re.compile(r"^https?://[^#]+#.*:~:text=\w+%20"))
    assert {(a.get_attribute("target"), a.get_attribute("rel")) for a in links.all()} == {
        ("_blank", "noopener noreferrer")
    }


def test_a_follow_up_says_how_it_was_understood_and_can_be_corrected(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    turn = ask(page, "And how much does it cost?")
    expect(turn.locator(".understood")).to_contain_text("Gen-4")
    turn.get_by_role("button", name="Edit how the question was understood").click()
    field = turn.get_by_role("textbox", name="Ask instead")
    expect(field).to_be_focused()
    field.fill("How much does Gen-4.5 cost?")
    field.press("Enter")
    expect(answered(page, 3).get_by_role("heading", name="How much does Gen-4.5 cost?")).to_be_in_viewport()


def test_a_suggested_question_is_asked_with_one_click(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ready(page)
    first = page.locator(".questions button").first
    question = first.inner_text()
    first.click()
    turn = answered(page)
    expect(turn.get_by_role("heading", name=question)).to_be_visible()
    following = turn.locator(".follow").first
    question = following.inner_text()
    following.click()
    expect(answered(page, 2).get_by_role("heading", name=question)).to_be_visible()


def test_an_answer_does_not_move_once_it_is_there(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ready(page)
    page.evaluate(WATCH_FOLLOW_UP)
    page.locator(".questions button").first.click()
    answered(page)
    page.wait_for_timeout(1000)
    assert len(page.evaluate("[...places]")) == 1


def test_an_answer_appears_statement_by_statement_and_can_be_stopped(slow: App, visit: Callable[..., Page]) -> None:
    page = visit(slow.url)
    enter(page, HOW_LONG)
    expect(page.locator(".statement")).to_have_count(1, timeout=60_000)
    expect(page.locator(".foot")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".notice")).to_have_text("You stopped this answer; ask again to get it.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    told = page.locator(".statement").count()  # a second one may have come before the click did
    page.wait_for_timeout(5000)
    assert page.locator(".statement").count() == told


def test_the_question_stays_on_screen_when_its_answer_comes(slow: App, visit: Callable[..., Page]) -> None:
    page = visit(slow.url)
    for turns, question in enumerate([HOW_LONG, "Who won the 1998 World Cup?"], 1):
        enter(page, question)
        answered(page, turns)
        page.wait_for_timeout(1000)
        expect(page.get_by_role("heading", name=question)).to_be_in_viewport()


def test_the_answer_and_its_address_can_be_copied_and_the_address_asks_again(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{app.url}/?q=What+is+Runway+worth%3F&as_of=2025-04-30")
    turn = answered(page)
    expect(turn).to_contain_text("As of: 30 April 2025")
    turn.get_by_role("button", name="Copy", exact=True).click()
    expect(turn.locator(".said")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("What is Runway worth?\n")
    assert "[1] “" in copied
    turn.get_by_role("button", name="Copy link").click()
    expect(turn.locator(".said")).to_have_text("Link copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{app.url}/?q=What+is+Runway+worth%3F&as_of=2025-04-30"


def test_row_42_sources_that_contradict_each_other_stand_side_by_side(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    sides = ask(page, "How much does Gen-4.5 cost?").locator(".group .statement")
    expect(page.get_by_role("heading", name="The sources do not agree")).to_be_visible()
    assert sides.count() >= 2
    for side in sides.all():
        expect(side).to_contain_text(re.compile(r"reported by .*\d{4}"))


def test_from_a_chip_to_its_marked_words_in_under_300_ms(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    seconds = []
    for _ in range(6):
        seconds.append(chips(page, 1).first.evaluate(CLICK_TO_MARK))
        panel(page).press("Escape")
        expect(panel(page)).to_have_count(0)
    assert min(seconds) < 0.3
