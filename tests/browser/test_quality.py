"""The Quality page shows the figures of the kept run, and a miss can be asked again; it needs no index."""

from collections.abc import Callable

import pytest
from app_server import App
from playwright.sync_api import Locator, Page, expect
from steps import answered
from test_accessibility import serious

from rag.evaluation.published import published
from rag.ui.quality_view import ANSWERS, REFUSALS

pytestmark = pytest.mark.browser

RUN = published()


def measure(page: Page, name: str) -> Locator:
    """The bar of a measure, once the page stands."""
    shown = page.locator(".measure").filter(has=page.get_by_text(name, exact=True))
    expect(shown).to_be_visible(timeout=60_000)
    return shown


def test_the_page_shows_every_figure_of_the_kept_run_with_its_interval(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/quality")
    for name, (words, told) in (ANSWERS | REFUSALS).items():
        found = RUN.measures[name]
        shown = measure(page, words)
        expect(shown.locator(".figure")).to_have_text(f"{round(100 * found.interval.mean, 1):.0f} %")
        expect(shown).to_contain_text(told)
        expect(shown).to_contain_text(f"measured on {found.rows} questions", ignore_case=True)
    expect(page.get_by_text(f"{RUN.questions} questions with known answers")).to_be_visible()


def test_the_pictures_are_told_in_words_and_as_a_table(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/quality")
    measure(page, "The answer comes first")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    right = RUN.measures["right refusal"].interval.mean
    told = f"As it ships, {100 * right:.0f} of 100 questions without an answer are refused"
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_text("Half of the answers were there within")).to_be_visible()
    page.get_by_text("The same as a table").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(RUN.curve[::5]))
    expect(rows.first).to_contain_text("0 %")


def test_a_miss_opens_and_is_asked_again_on_the_ask_page(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/quality")
    measure(page, "The answer comes first")
    expect(page.locator(".miss")).to_have_count(len(RUN.misses))
    miss = next(m for m in RUN.misses if len(m.turns) == 1 and m.quotes and m.gold and not m.as_of)
    row = page.locator(".miss").filter(has=page.get_by_text(miss.turns[0], exact=True))
    expect(row.locator(".inside")).to_be_hidden()
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.locator(".inside")).to_contain_text(miss.gold[0])
    expect(row.locator("blockquote").first).to_have_text(miss.quotes[0])
    row.get_by_role("button", name="Ask this again").click()
    expect(page.get_by_role("heading", name=miss.understood_as, exact=True)).to_be_visible(timeout=240_000)
    answered(page)
    assert "/quality" not in page.url


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_axe_finds_nothing_serious_and_the_page_never_scrolls_sideways(
    app: App, visit: Callable[..., Page], width: int, scheme: str
) -> None:
    page = visit(f"{app.url}/quality", width=width, height=844, scheme=scheme)
    measure(page, "The answer comes first")
    page.locator(".miss summary").first.click()
    page.get_by_text("The same as a table").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert serious(page) == {}
    wide = "() => document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth"
    assert page.evaluate(wide) <= 0
