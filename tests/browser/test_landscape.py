"""The Landscape page, as a reader uses it; it needs no index."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from app_server import App
from markdown_it import MarkdownIt
from playwright.sync_api import Locator, Page, expect
from steps import answered, panel
from test_accessibility import serious

from rag.landscape.models import CELLS
from rag.landscape.picking import Wanted, pick
from rag.landscape.proof import Landscape

pytestmark = pytest.mark.browser

MODELS = Landscape.shipped().models


def shown(page: Page) -> Locator:
    """The table, once it stands."""
    expect(page.locator("tbody tr").first).to_be_visible(timeout=60_000)
    return page.locator("tbody tr")


def names(page: Page) -> list[str]:
    return page.locator("tbody th .text").all_inner_texts()


def cell(page: Page, model: str, field: str) -> Locator:
    return page.locator(f'[data-opens="{model}|{field}"]')


def filtered(page: Page, label: str, value: str) -> None:
    """Choose in one of the filter's lists."""
    box = page.get_by_role("combobox", name=label)
    box.fill(value)
    page.get_by_role("option", name=value, exact=True).click()


def saved(page: Page, label: str) -> str:
    """What the file holds that a button of the menu saves."""
    page.get_by_role("button", name="Save as").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    page.keyboard.press("Escape")
    return Path(waiting.value.path()).read_text(encoding="utf-8")


def test_the_table_is_filtered_by_maker_kind_weights_dates_and_words_and_a_filter_is_taken_off(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{app.url}/landscape")
    expect(shown(page)).to_have_count(len(MODELS))
    page.get_by_role("button", name="Filter").click()
    filtered(page, "Maker", "Runway")
    page.get_by_label("Released since").fill("2025-07")
    page.get_by_label("Released since").press("Enter")
    wanted = Wanted(maker="Runway", since="2025-07")
    expect(shown(page)).to_have_count(len(pick(MODELS, wanted)))
    filtered(page, "Kind", "video-to-video")
    expect(shown(page)).to_have_count(2)
    assert set(names(page)) == {"Aleph", "Aleph 2.0"}
    page.keyboard.press("Escape")
    for text in ("Maker: Runway", "Kind: video-to-video", "Released since: July 2025"):
        page.get_by_role("button", name=f"Remove the filter {text}").click()
        expect(page.get_by_role("button", name=f"Remove the filter {text}")).to_have_count(0)
    expect(shown(page)).to_have_count(len(MODELS))
    page.get_by_placeholder("Search the table").fill("apache world model")
    page.get_by_placeholder("Search the table").press("Enter")
    expect(page.get_by_text(re.compile(r"^1 of 95 models"))).to_be_visible()
    expect(shown(page)).to_have_count(1)
    assert names(page) == ["LingBot-World"]
    page.get_by_placeholder("Search the table").fill("no such words anywhere")
    page.get_by_placeholder("Search the table").press("Enter")
    expect(page.get_by_text("No model fits these filters.")).to_be_visible()


def test_a_column_sorts_one_way_and_then_the_other_by_keyboard(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    assert names(page)[0] == "Wan-Animate-2"
    head = page.get_by_role("columnheader", name="Parameters")
    for order, descending in (("ascending", False), ("descending", True)):
        head.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", order)
        expect(head.get_by_role("button")).to_be_focused()
        assert names(page) == [m.name for m in pick(MODELS, Wanted(), sort="parameters", descending=descending)]


def test_a_value_opens_the_article_at_the_words_it_rests_on(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    for model, field in (("Gen-4.5", "released"), ("Nova Reel", "fps"), ("LTX-2.5", "max_resolution")):
        (quote,) = next(m for m in MODELS if m.name == model).quotes(field)
        cell(page, model, field).click()
        expect(panel(page).locator("mark").first).to_be_in_viewport()
        assert "".join(panel(page).locator("mark").all_inner_texts()) == quote.quote
        expect(cell(page, model, field)).to_have_attribute("aria-expanded", "true")
        expect(panel(page).locator(".primary a").first).to_have_attribute("href", re.compile("^https?://"))
        page.keyboard.press("Escape")
        expect(panel(page)).to_have_count(0)
        expect(cell(page, model, field)).to_be_focused()


def test_a_value_of_two_quotes_steps_through_both_and_one_of_no_article_names_its_pages(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    cell(page, "Nova Reel", "api").click()
    expect(panel(page).locator(".bar")).to_contain_text("1 of 2")
    first = panel(page).locator("mark").all_inner_texts()
    panel(page).get_by_role("button", name="Next citation").click()
    expect(panel(page).locator(".bar")).to_contain_text("2 of 2")
    expect(panel(page).locator("mark").first).to_be_in_viewport()
    assert panel(page).locator("mark").all_inner_texts() != first
    page.keyboard.press("Escape")
    cell(page, "Veo 2", "open_weights").click()
    expect(panel(page)).to_contain_text("No article tells this.")
    expect(panel(page).locator("mark")).to_have_count(0)
    links = next(m for m in MODELS if m.name == "Veo 2").links("open_weights")
    assert [a.get_attribute("href") for a in panel(page).locator(".primary a").all()] == list(links)


def test_up_to_four_models_stand_side_by_side(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    chosen = [*names(page)[:3], "Gen-2"]
    for name in chosen:
        page.get_by_role("button", name=f"Compare {name}", exact=True).click()
        expect(page.get_by_role("button", name=f"Compare {name}", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name=f"Compare {names(page)[4]}", exact=True)).to_be_disabled()
    page.get_by_role("radio", name="Side by side").click()
    expect(page.locator("thead th .text")).to_have_text(["", *chosen])
    expect(page.get_by_role("rowheader", name="Maker")).to_be_in_viewport()
    expect(page.locator("td", has_text="not stated").first).to_be_visible()
    page.get_by_role("button", name=f"Take off {chosen[0]}").click()
    expect(page.locator("thead th .text")).to_have_text(["", *chosen[1:]])
    cell(page, chosen[1], "released").click()
    expect(panel(page).locator("mark").first).to_be_in_viewport()


def test_the_downloads_hold_the_rows_on_screen(app: App, visit: Callable[..., Page]) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    page.get_by_placeholder("Search the table").fill("runway")
    page.get_by_placeholder("Search the table").press("Enter")
    expect(shown(page)).not_to_have_count(len(MODELS))
    on_screen = names(page)
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV"))))
    assert [row["model"] for row in rows] == on_screen
    assert all(row["maker rests on"] for row in rows if row["maker"])
    tokens = MarkdownIt("commonmark").enable("table").parse(saved(page, "Markdown"))
    assert sum(token.type == "tr_open" for token in tokens) == len(on_screen) + 1
    assert sum(token.type == "th_open" for token in tokens) == len(CELLS) + 1


def test_the_timeline_is_a_picture_and_a_list_whose_entries_open_their_proof(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    page.get_by_role("radio", name="Timeline").click()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    page.get_by_role("button", name="19 May 2025: The TAKE IT DOWN Act is signed").click()
    expect(panel(page).locator("mark").first).to_be_in_viewport()
    assert "signed on 19 May 2025" in "".join(panel(page).locator("mark").all_inner_texts())
    page.keyboard.press("Escape")
    page.get_by_role("button", name="30 September 2025: Sora 2 (OpenAI)").click()
    expect(panel(page).locator("mark").first).to_be_in_viewport()


def test_a_model_is_asked_about_on_the_ask_page_and_the_table_is_as_it_was_left(
    app: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{app.url}/landscape")
    shown(page)
    page.get_by_placeholder("Search the table").fill("gen-4")
    page.get_by_placeholder("Search the table").press("Enter")
    expect(shown(page)).not_to_have_count(len(MODELS))
    left = names(page)
    page.get_by_role("button", name="Ask about Gen-4.5", exact=True).click()
    expect(page.get_by_role("heading", name="What is Gen-4.5?")).to_be_visible(timeout=240_000)
    answered(page)
    page.get_by_role("link", name="Landscape", exact=True).click()
    shown(page)
    assert names(page) == left
    expect(page.get_by_placeholder("Search the table")).to_have_value("gen-4")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_serious_and_no_page_scrolls_sideways(
    app: App, visit: Callable[..., Page], width: int, scheme: str
) -> None:
    page = visit(f"{app.url}/landscape", width=width, height=844, scheme=scheme)
    shown(page)
    assert serious(page) == {}
    wide = "() => document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth"
    assert page.evaluate(wide) <= 0
    for name in names(page)[:2]:
        page.get_by_role("button", name=f"Compare {name}", exact=True).click()
        expect(page.get_by_role("button", name=f"Compare {name}", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Side by side").click()
    expect(page.locator("thead th")).to_have_count(3)
    assert serious(page) == {}
    page.get_by_role("radio", name="Timeline").click()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    assert serious(page) == {}
    page.locator(".list .choice").first.click()
    expect(panel(page)).to_be_visible()
    assert serious(page) == {}
    assert page.evaluate(wide) <= 0
