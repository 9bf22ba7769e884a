"""The Library page without a browser: the list, its pages, excerpts, the places of words, the ledger, the work."""

from dataclasses import replace
from threading import Event

import pytest

from rag.errors import IndexBusy
from rag.library.listing import Listed, listed
from rag.records import Article
from rag.ui import shelf_view
from rag.ui.article_view import places, read
from rag.ui.shelf import PAGE, Shelf
from rag.ui.work import UNEXPECTED, Row, Work


@pytest.fixture
def rows(article: Article) -> list[Listed]:
    return [listed(replace(article, slug=f"a{n}", title=f"On {n}"), own=n < 2, passages=3) for n in range(2 * PAGE + 1)]


def test_a_long_list_comes_in_pages_and_a_page_behind_the_end_is_the_last(rows: list[Listed]) -> None:
    shelf = Shelf(page=99)
    view = shelf_view.show(rows, shelf, busy=False)
    assert (view["page"], view["pages"], len(view["rows"])) == (2, 3, 1)
    assert view["count"] == f"{2 * PAGE + 1} articles, {2 * PAGE + 1} to {2 * PAGE + 1} shown"


def test_added_and_shipped_articles_can_be_shown_alone(rows: list[Listed]) -> None:
    assert [row["own"] for row in shelf_view.show(rows, Shelf(kind="own"), busy=False)["rows"]] == [True, True]
    assert len(Shelf(kind="shipped").find(rows)) == len(rows) - 2


def test_an_excerpt_marks_the_words_in_their_line(rows: list[Listed]) -> None:
    shown = shelf_view.show(rows[:1], Shelf(text="FRAMES"), busy=False)["rows"][0]
    assert [part["text"] for part in shown["excerpt"] if part["marked"]] == ["frames"]
    assert "".join(part["text"] for part in shown["excerpt"]).endswith("has 24 frames per second.")
    assert shelf_view.show(rows[:1], Shelf(text="On 0"), busy=False)["count"] == "1 article with “On 0”"


def test_the_reader_marks_every_place_and_says_which_is_on_screen(article: Article) -> None:
    view = read(article, ("gen-4", "clip"), 2)
    marked = [part for block in view["blocks"] for part in block["parts"] if part["marked"]]
    assert [part["text"] for part in marked] == ["Gen-4", "clip", "Gen-4", "clip", "Gen-4", "clip"]
    assert [part["here"] for part in marked].index(True) == 2
    assert view["step"] == "3 of 6"
    assert read(article, (), 0)["step"] is None


def test_places_are_found_in_any_case_and_signs_are_no_pattern() -> None:
    assert places("Costs $0.05 (a+b). A+B", ("$0.05", "a+b")) == [(6, 11), (13, 16), (19, 22)]


def test_the_ledger_offers_nothing_until_the_work_has_ended() -> None:
    go_on = Event()

    def slow(_: Work) -> None:
        go_on.wait(5)

    work = Work(["One"], slow)
    work.rows = [Row(given="One", outcome="removed", slug="one"), Row(given="b", outcome="added", slug="b", words=9)]
    running = shelf_view.ledger(work, {"b": "B"})
    assert [(row["undo"], row["open"]) for row in running["rows"]] == [(None, None), (None, None)]
    go_on.set()
    assert work.wait(5)
    ended = shelf_view.ledger(work, {"b": "B"})
    assert [(row["undo"], row["open"]) for row in ended["rows"]] == [("one", None), (None, "b")]
    assert ended["rows"][1]["detail"] == "B · 9 words, 1 min"
    assert ended["said"].startswith("1 added, 1 removed.")


def test_work_that_fails_is_told_in_a_sentence() -> None:
    def busy(work: Work) -> None:
        raise IndexBusy("another ingest (7) is running; wait for it")

    def broken(work: Work) -> None:
        raise RuntimeError("sk-secret")

    for task, told in ((busy, "another ingest (7) is running; wait for it"), (broken, UNEXPECTED)):
        work = Work([], task)
        assert work.wait(5)
        assert shelf_view.ledger(work, {})["said"] == told
