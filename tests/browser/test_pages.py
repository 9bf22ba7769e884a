"""The links between the pages."""

from collections.abc import Callable

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import HOW_LONG, ask, ready

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_links_to_every_other_by_keyboard_at_any_width(
    app: App, visit: Callable[..., Page], width: int
) -> None:
    page = visit(app.url, width=width, height=740)
    ready(page)
    names = page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()
    assert names[:2] == ["Ask", "Library"]
    for name in [*names[1:], names[0]]:
        link = page.get_by_role("link", name=name, exact=True)
        expect(link).to_be_in_viewport(ratio=1)
        link.focus()
        page.keyboard.press("Enter")
        expect(link).to_have_attribute("aria-current", "page")
    ready(page)


def test_a_conversation_is_there_again_after_a_look_at_another_page(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    ask(page, HOW_LONG)
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page).to_have_url(f"{app.url}/library")
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name=HOW_LONG)).to_be_visible()
    expect(page.locator(".turn .foot")).to_have_count(1)


def test_a_page_has_an_address_of_its_own(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/library")
    expect(page.get_by_role("link", name="Library")).to_have_attribute("aria-current", "page", timeout=60_000)
