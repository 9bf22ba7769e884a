import re
from collections.abc import Callable

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import answered, ask, ready

pytestmark = pytest.mark.browser


def choose(page: Page, field: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(field))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def test_filters_are_tokens_that_can_be_taken_off_again(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ready(page)
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("As of").fill("2025-04-30")
    page.get_by_label("As of").press("Enter")
    tokens = page.get_by_role("list", name="Filters that are on").get_by_role("button")
    expect(tokens).to_have_text([re.compile("As of: 30 April 2025")])
    choose(page, "Outlet", "Runway Help Center")
    expect(tokens).to_have_text([re.compile("Outlet: Runway Help Center"), re.compile("As of: 30 April 2025")])
    choose(page, "Topic", "pricing")
    expect(tokens).to_have_count(3)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove the filter Topic: pricing").click()
    page.get_by_role("button", name="Remove the filter Outlet: Runway Help Center").click()
    expect(tokens).to_have_count(1)
    turn = ask(page, "What is Runway worth?")
    expect(turn.locator(".body > .small").first).to_have_text("As of: 30 April 2025")
    assert not re.search(r"5\.3 billion|February 2026 at", turn.locator(".statement").first.inner_text())
    turn = ask(page, "Who leads the leaderboard since December 2025?")
    turn.get_by_role("button", name="Ask again without filters").click()
    expect(answered(page, 3).locator(".foot")).not_to_contain_text("As of")
    expect(tokens).to_have_count(0)


def test_what_is_no_date_is_said_and_filters_nothing(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ready(page)
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("As of").fill("31 February")
    page.get_by_label("As of").press("Enter")
    expect(page.get_by_text("Write a date as 2025, 2025-04 or 2025-04-30.")).to_be_visible()
    expect(page.get_by_role("list", name="Filters that are on")).to_have_count(0)
