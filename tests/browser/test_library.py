"""The Library page: adding, the ledger, reading, removing, the filter, and whether the index is sound."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from app_server import App
from playwright.sync_api import FilePayload, Locator, Page, expect
from steps import BUILD, ask, chips, open_passage, panel
from test_accessibility import serious

from tests.sources.hostile import lines, page, pdf

pytestmark = pytest.mark.browser

WORK = 240_000  # milliseconds a change of the library may take on a busy machine
NASTY = "![x](http://evil.test/p.png)<img src=x onerror=alert(1)>"
NAME = "kites <img src=x onerror=alert(1)> ![x](y) $x$ `x`.md"
KITES = f"""---
title: {json.dumps("The kites of Port Payload " + NASTY)}
publisher: {json.dumps(NASTY)}
entities: [{json.dumps(NASTY)}, Port Payload]
url: "javascript:alert(1)"
published: 2025-06-01
---

## When does it take place?

The kite festival of Port Payload draws 4,711 visitors every June.
"""
BRIDGE = "<p>The bridge of Port Hypertext is 812 metres long and was opened in 1931 by the mayor of the town.</p>" * 3


def word() -> bytes:
    document, held = docx.Document(), io.BytesIO()
    document.add_heading("The harbour of Port Docx", 1)
    document.add_paragraph("The harbour of Port Docx has nine cranes. They were built in 1911 by the town.")
    document.save(held)
    return held.getvalue()


def files() -> list[FilePayload]:
    """Four sound files and a broken one, whose names mean harm."""
    tower = pdf([lines("The tower of Port Portable", "The tower of Port Portable has 365 steps and one lamp.")])
    named = {
        f"C:\\evil\\..\\{NAME}": KITES.encode(),
        "bridge.html": page(f"<article><h1>The bridge of Port Hypertext</h1>{BRIDGE}</article>"),
        "tower.pdf": tower,
        "harbour.docx": word(),
        "..\\broken\u202e :red[x] $x$.pdf": b"%PDF-1.7 broken",
    }
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in named.items()]


@pytest.fixture(scope="module")
def library(start: Callable[..., App], articles: Path) -> App:
    """The app over a few articles, with a library of its own that tests may change; it may fetch web addresses."""
    return start(RAG_CORPUS=str(articles), RAG_EMBEDDER="hashing", RAG_READER="overlap", RAG_FETCH="1")


def stand(page: Page) -> Page:
    """The Library page, once it stands."""
    expect(rows(page).first).to_be_visible(timeout=BUILD)
    expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Articles", exact=True).get_by_role("listitem")


def ledger(page: Page) -> Locator:
    return page.get_by_role("list", name="What became of each").get_by_role("listitem")


def unfold(page: Page) -> None:
    """Open the form, which is folded so that the list comes first."""
    if not page.get_by_role("button", name="Add to the library").is_visible():
        page.get_by_text("Add articles").click()
    expect(page.get_by_role("button", name="Add to the library")).to_be_visible()


def add(page: Page, given: list[FilePayload]) -> None:
    unfold(page)
    page.locator("input[type=file]").set_input_files(given)
    expect(page.get_by_test_id("stFileUploader")).to_contain_text(given[-1]["name"][-6:], timeout=20_000)
    page.get_by_role("button", name="Add to the library").click()


def done(page: Page, said: str) -> None:
    expect(page.get_by_text(said).first).to_be_visible(timeout=WORK)


def test_files_are_added_together_read_in_the_ledger_asked_about_removed_and_brought_back(
    library: App, visit: Callable[..., Page]
) -> None:
    page = visit(f"{library.url}/library")
    page.add_init_script("window.alert = () => { throw new Error('a payload ran') };")
    page.reload()
    stand(page)
    add(page, files())
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Add to the library")).to_be_disabled()
    done(page, "4 added, 1 refused. The next question takes that into account.")

    # the ledger: names as they were written, hidden marks and folders off
    told = [line.inner_text().split("\n") for line in ledger(page).all()]
    assert [line[0] for line in told] == ["Added"] * 4 + ["Refused"]
    assert told[0][1] == NAME
    assert (told[4][1], "damaged" in told[4][2]) == ("broken :red[x] $x$.pdf", True)
    expect(rows(page).filter(has_text="Port ")).to_have_count(4)
    kites = rows(page).filter(has_text="kites of Port Payload")
    for part in (NASTY, "published 1 June 2025", "16 words, 1 min · 1 passage", "Port Payload"):
        expect(kites).to_contain_text(part)
    assert page.locator("img[src*=evil], a[href*=evil], .katex").count() == 0

    # reading it, opened from the ledger; an address that is none of the web is no link
    ledger(page).first.get_by_role("button").click()
    expect(panel(page).get_by_role("heading", level=2)).to_have_text(f"The kites of Port Payload {NASTY}")
    expect(panel(page).get_by_role("heading", name="When does it take place?")).to_be_visible()
    assert panel(page).locator("a").count() == 0
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)

    # the next question knows it
    page.get_by_role("link", name="Ask", exact=True).click()
    ask(page, "How many visitors does the kite festival of Port Payload draw?")
    expect(chips(page, 1).first).to_be_visible()
    marked = " ".join(open_passage(page).locator("mark").all_inner_texts())
    assert marked == "The kite festival of Port Payload draws 4,711 visitors every June."
    page.keyboard.press("Escape")

    # removing asks first; keeping is the default
    page.get_by_role("link", name="Library", exact=True).click()
    stand(page)
    kites.get_by_role("button", name="Remove").click()
    expect(kites.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    kites.get_by_role("button", name="Remove").click()
    kites.get_by_role("button", name="Remove", exact=True).click()
    done(page, "1 removed.")
    expect(kites).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
    page.get_by_role("button", name="Undo").click()
    done(page, "1 brought back.")
    expect(kites).to_have_count(1)


def test_the_filter_finds_words_anywhere_and_the_reader_goes_through_their_places(
    app: App, visit: Callable[..., Page]
) -> None:
    page = stand(visit(f"{app.url}/library"))
    expect(rows(page)).to_have_count(4)
    search = page.get_by_label("Search the articles")
    search.fill("gen-4.5 VEO")
    expect(page.get_by_role("status").filter(has_text="with “gen-4.5 VEO”")).to_be_visible()
    assert 0 < rows(page).count() < 4
    expect(rows(page).first.locator("mark").first).to_be_visible()
    rows(page).first.get_by_role("button").click()
    article = panel(page)
    marks = article.locator("mark")
    expect(marks.first).to_be_visible()
    assert {words.lower() for words in marks.all_inner_texts()} <= {"gen-4.5", "veo"}
    count = marks.count()
    expect(article).to_contain_text(f"1 of {count}")
    article.get_by_role("button", name="Previous place").click()
    expect(article).to_contain_text(f"{count} of {count}")
    expect(marks.last).to_be_in_viewport()
    expect(article).to_contain_text("deleting its file there removes it")
    expect(article.get_by_text("Contents")).to_be_visible()
    page.keyboard.press("Escape")
    search.fill("zebra crossing")
    expect(page.get_by_text("No article holds all of these words.")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    search.fill("")
    expect(rows(page)).to_have_count(4)
    assert page.get_by_role("button", name="Remove").count() == 0


def test_a_damaged_index_is_told_and_repaired_from_the_page(library: App, visit: Callable[..., Page]) -> None:
    page = stand(visit(f"{library.url}/library"))
    page.get_by_role("button", name="Check the index").click()
    done(page, "The index is sound")
    for vectors in (library.home / "index").glob("*/*/sentences.vectors"):
        data = bytearray(vectors.read_bytes())
        data[len(data) // 2] ^= 0xFF
        vectors.write_bytes(data)
    page.get_by_role("button", name="Check the index").click()
    done(page, "The index is damaged")
    page.get_by_role("button", name="Repair the index").click()
    done(page, "The index is sound")
    expect(page.get_by_role("button", name="Repair the index")).to_have_count(0)


def test_an_index_that_cannot_be_opened_is_repaired_from_the_page(library: App, visit: Callable[..., Page]) -> None:
    page = stand(visit(f"{library.url}/library"))
    (pointer,) = (library.home / "index").glob("*/CURRENT")
    pointer.write_text("nonsense")
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator(".st-key-problem")).to_contain_text("The Library page can repair it")
    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_role("button", name="Repair the index").click()
    stand(page)
    done(page, "The index is sound")


def test_the_second_of_two_who_add_at_once_is_told_to_wait(library: App, visit: Callable[..., Page]) -> None:
    first, second = (stand(visit(f"{library.url}/library")) for _ in range(2))
    unfold(second)
    expect(second.get_by_role("button", name="Add to the library")).to_be_enabled()
    add(
        first,
        [
            {"name": f"{n}.txt", "mimeType": "text/plain", "buffer": f"Note number {n}\n\nIt has {n} words.".encode()}
            for n in range(3)
        ],
    )
    expect(first.get_by_role("progressbar").first).to_be_visible(timeout=20_000)
    add(second, files()[:1])
    expect(second.get_by_text("Somebody else is changing the library").first).to_be_visible(timeout=20_000)
    expect(second.get_by_role("button", name="Add to the library")).to_be_disabled()
    done(first, "3 added.")
    expect(second.get_by_role("button", name="Add to the library")).to_be_enabled(timeout=WORK)
    assert ledger(second).count() == 0
    expect(rows(second).filter(has_text="Note ")).to_have_count(3)


def test_row_35_too_many_files_are_refused_before_any_is_sent_and_a_large_one_by_its_size(
    app: App, visit: Callable[..., Page]
) -> None:
    page = stand(visit(f"{app.url}/library"))
    unfold(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "upload_file" in request.url else None)
    many: list[FilePayload] = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": b"x"} for n in range(101)]
    page.locator("input[type=file]").set_input_files(many)
    expect(page.get_by_role("alert").filter(has_text="101 files at once")).to_contain_text("RAG_UPLOADS")
    drop(page, 10_000, 1)
    expect(page.get_by_role("alert").filter(has_text="10,000 files at once")).to_be_visible()
    drop(page, 1, 200 * 2**20)
    expect(page.get_by_text("File must be 20.0MB or smaller.")).to_be_visible()
    assert sent == []


def drop(page: Page, count: int, size: int) -> None:
    """Let go of `count` files of `size` bytes over the uploader."""
    page.evaluate(
        """([count, size]) => {
            const files = new DataTransfer();
            for (let n = 0; n < count; n++) files.items.add(new File([new Uint8Array(size)], `${n}.txt`));
            const zone = document.querySelector('[data-testid=stFileUploaderDropzone]');
            for (const kind of ['dragenter', 'dragover', 'drop'])
                zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: files }));
        }""",
        [count, size],
    )


def test_web_addresses_are_offered_where_the_app_may_fetch(app: App, library: App, visit: Callable[..., Page]) -> None:
    page = stand(visit(f"{app.url}/library"))
    unfold(page)
    expect(page.get_by_text("RAG_FETCH=1")).to_be_visible()
    expect(page.get_by_role("textbox", name="web addresses")).to_have_count(0)
    page = stand(visit(f"{library.url}/library"))
    unfold(page)
    page.get_by_role("textbox", name="web addresses").fill("http://127.0.0.1:9/a\nfile:///etc/passwd\n/etc/passwd")
    page.get_by_role("button", name="Add to the library").click()
    done(page, "3 refused.")
    assert [line.inner_text().split("\n")[1] for line in ledger(page).all()] == [
        "http://127.0.0.1:9/a",
        "file:///etc/passwd",
        "/etc/passwd",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(
    app: App, visit: Callable[..., Page], scheme: str, width: int
) -> None:
    page = stand(visit(f"{app.url}/library", scheme=scheme, width=width, height=844))
    add(page, [{"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 broken"}])
    done(page, "1 refused.")
    page.get_by_label("Search the articles").fill("runway")
    expect(rows(page).first.locator("mark").first).to_be_visible()
    assert serious(page) == {}
    wide = "() => document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth"
    assert page.evaluate(wide) <= 0
    rows(page).first.get_by_role("button").click()
    expect(panel(page).locator("mark").first).to_be_visible()
    assert serious(page) == {}
