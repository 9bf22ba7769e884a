"""The Library page: what there is to read; adding, removing, reading; and whether the index is sound."""

from functools import partial

import streamlit as st

from rag.assistant import Assistant
from rag.errors import CutawayError
from rag.library.listing import Listed
from rag.ui import shelf_view, state
from rag.ui.adding_form import adding_form, announce, watch
from rag.ui.components.plain import heading
from rag.ui.components.shelf import shelf as show_shelf
from rag.ui.dates import spell
from rag.ui.health import health, mending
from rag.ui.opening import open_assistant, trouble
from rag.ui.shelf import Shelf
from rag.ui.shelf_reading import reading_panel
from rag.ui.tasks import removing, restoring

KEY = "shelf"
LONGEST = 200  # characters of the filter


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn, with what mends it."""
    assistant = open_assistant("Library", mending)
    if assistant is None:
        return
    try:
        _page(assistant, state.shelf())
    except CutawayError as error:
        trouble(error, mending)


def _page(assistant: Assistant, shelf: Shelf) -> None:
    rows = state.listing(assistant)
    newest = state.catalogue(assistant).newest
    passages = sum(row.passages for row in rows)
    told = [shelf_view.many(len(rows), "article"), shelf_view.many(passages, "passage")]
    heading("Library", ", ".join(told + ([f"the newest of {spell(newest)}"] if newest else [])), key="heading")
    adding_form(assistant, shelf, unfolded=not rows)
    _ledger(assistant, shelf, rows)
    health(assistant.settings, assistant.embedder, shelf)
    data = shelf_view.show(rows, shelf, busy=state.work() is not None)
    with st.container(key="articles"):
        show_shelf(
            data,
            key=KEY,
            on_filter=partial(_filter, shelf),
            on_open=partial(_open, shelf, KEY),
            on_remove=partial(_remove, assistant, shelf, rows),
        )
    reading_panel(assistant, shelf, rows)


def _ledger(assistant: Assistant, shelf: Shelf, rows: list[Listed]) -> None:
    """What this session had done last, while it goes on and after."""
    if shelf.work is None:
        return
    titles = {row.article.slug: row.article.title for row in rows}
    on_open, on_undo = partial(_open, shelf, "ledger"), partial(_undo, assistant, shelf)
    watch(shelf.work, lambda work: announce(work, titles, key="ledger", on_open=on_open, on_undo=on_undo))


def _filter(shelf: Shelf) -> None:
    value = state.picked(KEY, "filter")
    if (
        isinstance(value, dict)
        and value.get("kind") in ("all", "own", "shipped")
        and isinstance(value.get("page"), int)
    ):
        shelf.text, shelf.kind, shelf.page = str(value.get("text") or "")[:LONGEST], value["kind"], value["page"]
        shelf.opened = None


def _open(shelf: Shelf, key: str) -> None:
    """An article was picked; picking the open one again closes it."""
    slug = state.picked(key, "open")
    if isinstance(slug, str):
        shelf.opened, shelf.at = (None if slug == shelf.opened else slug), 0


def _remove(assistant: Assistant, shelf: Shelf, rows: list[Listed]) -> None:
    slug = state.picked(KEY, "remove")
    title = next((row.article.title for row in rows if row.own and row.article.slug == slug), None)
    if isinstance(slug, str) and title is not None:
        state.begin_for(shelf, [title], removing(slug, assistant.settings, assistant.embedder))
        shelf.opened = None if shelf.opened == slug else shelf.opened


def _undo(assistant: Assistant, shelf: Shelf) -> None:
    slug = state.picked("ledger", "undo")
    given = [row.given for row in shelf.work.rows if row.slug == slug] if shelf.work else []
    if isinstance(slug, str) and given:
        state.begin_for(shelf, given, restoring(slug, assistant.settings, assistant.embedder))
