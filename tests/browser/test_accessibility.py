from collections.abc import Callable
from typing import Any

import pytest
from app_server import App
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from steps import HOW_LONG, ask, open_passage, ready

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")


def serious(page: Page) -> dict[str, Any]:
    """What axe-core finds serious: the rule, and where."""
    page.wait_for_timeout(400)  # fades would be measured half way
    found = Axe().run(page).response["violations"]
    return {v["id"]: [n["target"] for n in v["nodes"]] for v in found if v["impact"] in SERIOUS}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_answer_with_its_article(
    app: App, visit: Callable[..., Page], scheme: str
) -> None:
    page = visit(app.url, scheme=scheme)
    ready(page)
    assert serious(page) == {}
    ask(page, HOW_LONG)
    assert serious(page) == {}
    open_passage(page)
    assert serious(page) == {}


def test_axe_finds_nothing_serious_in_a_refusal_on_a_phone(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url, width=390, height=844)
    ask(page, "Who won the 1998 World Cup?")
    page.locator("button.near").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_be_in_viewport()
    assert serious(page) == {}


def test_the_end_of_an_answer_is_announced(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url)
    turn = ask(page, HOW_LONG)
    expect(turn.get_by_role("status").first).to_contain_text("The answer is ready:")


def test_a_phone_of_360_pixels_never_scrolls_sideways(app: App, visit: Callable[..., Page]) -> None:
    page = visit(app.url, width=360, height=740)
    ask(page, HOW_LONG)
    wide = "() => document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth"
    assert page.evaluate(wide) <= 0
    open_passage(page)
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
