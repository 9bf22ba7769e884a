"""The reading panel of the Library page: a whole article, with the words of the filter marked in it."""

from functools import partial

from streamlit import container

from rag.assistant import Assistant
from rag.library.listing import Listed, terms
from rag.ui import article_view, shelf_view, state
from rag.ui.components.panel import panel
from rag.ui.shelf import Shelf

KEY = "reading"


def reading_panel(assistant: Assistant, shelf: Shelf, rows: list[Listed]) -> None:
    """Draw the open article, if one is open and still there."""
    row = next((row for row in rows if row.article.slug == shelf.opened), None)
    if row is None:
        shelf.opened = None
        return
    words = terms(shelf.text)
    count = len(article_view.places(row.article.text, words))
    shelf.at = shelf.at % count if count else 0
    data = article_view.read(row.article, words, shelf.at) | {
        "label": "Added here" if row.own else "Shipped article",
        "facts": [fact for fact in (shelf_view.facts(row), _names(row), "" if row.own else shelf_view.STAYS) if fact],
        "contents": True,
        "id": f"{row.article.slug}:{row.article.digest[:12]}:{' '.join(words)}:{shelf.at}",
    }
    with container(key="panel"):
        panel(data, key=KEY, on_close=partial(_close, shelf), on_step=partial(_step, shelf))


def _names(row: Listed) -> str:
    return f"Names: {', '.join(row.article.entities)}" if row.article.entities else ""


def _close(shelf: Shelf) -> None:
    shelf.opened = None


def _step(shelf: Shelf) -> None:
    by = state.picked(KEY, "step")
    if isinstance(by, int) and by in (1, -1):
        shelf.at += by
