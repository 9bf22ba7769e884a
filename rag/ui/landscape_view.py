"""The landscape as plain data for its components, and what one browser session looks at: no Streamlit, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rag.errors import CorpusError
from rag.landscape.events import KINDS, Event
from rag.landscape.models import CELLS, Model, Quote, named
from rag.landscape.picking import Wanted
from rag.landscape.proof import Landscape
from rag.landscape.tables import MOST, NOT_STATED
from rag.landscape.wording import LABELS, told
from rag.ui import article_view
from rag.ui.dates import spell

FULL = f"{MOST} models stand side by side at most; take one off first."
PAGES_ONLY = (
    "No article tells this. It rests on the pages below, which are outside the corpus and are not proven by code."
)
TOKENS = {"maker": "Maker", "kind": "Kind", "weights": "Open weights", "since": "Released since", "until": "Until"}
TABLE, SIDES, TIMES = "Table", "Side by side", "Timeline"
BETWEEN = "|"  # in the id of an open cell, between model and field; no name holds it


@dataclass(slots=True)
class Look:
    """What a browser session looks at: the rows, their order, the models side by side, and the open cell.

    mode: TABLE, SIDES or TIMES.
    opened: "model|field" of a cell or "|n" of the n-th event of the timeline; at: which of its quotes.
    taken_off: counts filters taken off by their tokens.
    """

    wanted: Wanted = field(default_factory=Wanted)
    sort: str = "released"
    descending: bool = True
    compared: list[str] = field(default_factory=list)
    opened: str | None = None
    at: int = 0
    taken_off: int = 0
    mode: str = TABLE

    def open(self, cell: object) -> None:
        """Open a cell; the open one closes."""
        chosen = cell if isinstance(cell, str) and BETWEEN in cell else None
        self.opened, self.at = (None if chosen == self.opened else chosen), 0

    def order(self, column: str) -> None:
        """Sort by a column; by the same again: the other way round."""
        self.descending = not self.descending if column == self.sort else False
        self.sort = column

    def compare(self, name: str) -> None:
        """Put a model among those side by side, or take it off; beyond MOST nothing changes."""
        if name in self.compared:
            self.compared.remove(name)
        elif len(self.compared) < MOST:
            self.compared.append(name)


def tokens(wanted: Wanted) -> list[dict[str, str]]:
    """The filters that are on, as people read them: `id` (the name) and `text`."""
    given = {name: getattr(wanted, name) for name in TOKENS}
    words = {name: spell(value) if name in ("since", "until") else value for name, value in given.items()}
    words["weights"] = None if wanted.weights is None else "yes" if wanted.weights else "no"
    return [{"id": name, "text": f"{TOKENS[name]}: {text}"} for name, text in words.items() if given[name] is not None]


def grid(models: Sequence[Model], look: Look) -> dict[str, Any]:
    """A row a model, a column a cell."""
    columns = [("name", "Model"), *LABELS.items()]
    order = "descending" if look.descending else "ascending"
    head = [
        {"text": text, "sort": {"id": name, "order": order if name == look.sort else "none"}} for name, text in columns
    ]
    rows = [
        {"head": {"text": m.name, "note": m.note, "acts": _acts(m, look)}, "cells": [_cell(m, f) for f in CELLS]}
        for m in models
    ]
    return {"label": "Video models; every value opens what it rests on", "head": head, "rows": rows}


def sides(models: Sequence[Model], look: Look) -> dict[str, Any]:
    """The models side by side: a row a field that one of them states, a column a model."""
    heads = [{"text": m.name, "acts": [_ask(m), _off(m)]} for m in models]
    fields = [f for f in CELLS if any(told(m, f) for m in models)]
    rows = [{"head": {"text": LABELS[f]}, "cells": [_cell(m, f) | _said(m, f) for m in models]} for f in fields]
    if any(m.note for m in models):
        rows.append({"head": {"text": "Remark of ours"}, "cells": [{"text": m.note or ""} for m in models]})
    return {"label": "Models side by side", "head": [{"text": ""}, *heads], "rows": rows}


def listed(events: Sequence[Event]) -> list[dict[str, str]]:
    """The timeline as a list, newest first: `id` opens the event, `note` is its kind."""
    rows = [
        {"id": f"{BETWEEN}{at}", "text": f"{spell(event.date)}: {event.what}", "note": KINDS[event.kind]}
        for at, event in enumerate(events)
    ]
    return rows[::-1]


def passage(landscape: Landscape, look: Look, events: Sequence[Event]) -> dict[str, Any] | None:
    """What the panel shows of the open cell, or None: the article with the words marked, or the pages it rests on."""
    found = _opened(landscape, look, events)
    if found is None:
        return None
    label, bearers = found
    at = look.at % len(bearers)
    bearer = bearers[at]
    if isinstance(bearer, Quote):
        step = f"{at + 1} of {len(bearers)}" if len(bearers) > 1 else None
        try:
            shown = article_view.show(landscape.article(bearer.article), landscape.citation(bearer))
        except CorpusError as error:
            shown = _empty(label, str(error))
    else:
        step = None
        shown = _empty(label, PAGES_ONLY) | {"sources": [_page(url) for url in bearers if isinstance(url, str)]}
    return shown | {"label": label, "step": step, "id": f"{look.opened}:{at}"}


def question(model: str) -> str:
    """What is asked about a model."""
    return f"What is {model}?"


def _opened(landscape: Landscape, look: Look, events: Sequence[Event]) -> tuple[str, tuple[Quote | str, ...]] | None:
    name, _, rest = (look.opened or "").rpartition(BETWEEN)
    if not name:
        event = events[int(rest)] if rest.isdecimal() and int(rest) < len(events) else None
        return (f"{spell(event.date)}: {event.what}", event.bearers) if event and event.bearers else None
    model = named(landscape.models, name)
    bearers = (model.quotes(rest) or model.links(rest)) if model else ()
    return (f"{name}, {LABELS[rest]}: {spell(told(model, rest))}", bearers) if model and bearers else None


def _empty(title: str, notice: str) -> dict[str, Any]:
    return {"title": title, "line": "", "notice": notice, "lost": None, "live": None, "blocks": [], "sources": []}


def _page(url: str) -> dict[str, str]:
    return {"publisher": urlsplit(url).hostname or "", "title": url, "date": "", "url": url}


def _cell(model: Model, field: str) -> dict[str, str | None]:
    text = told(model, field)
    if not text:
        return {"text": "", "opens": None, "from": None}
    source = "article" if model.quotes(field) else "page"
    return {"text": spell(text), "opens": f"{model.name}{BETWEEN}{field}", "from": source}


def _said(model: Model, field: str) -> dict[str, str]:
    """Side by side, what is missing is said in words."""
    return {} if told(model, field) else {"text": NOT_STATED}


def _acts(model: Model, look: Look) -> list[dict[str, Any]]:
    chosen = model.name in look.compared
    full = not chosen and len(look.compared) >= MOST
    text = "Compared" if chosen else "Compare"
    compare = {"act": "compare", "id": model.name, "text": text, "label": f"Compare {model.name}", "pressed": chosen}
    return [_ask(model), compare | {"disabled": FULL if full else None}]


def _ask(model: Model) -> dict[str, str]:
    return {"act": "ask", "id": model.name, "text": "Ask", "label": f"Ask about {model.name}"}


def _off(model: Model) -> dict[str, str]:
    return {"act": "compare", "id": model.name, "text": "Take off", "label": f"Take off {model.name}"}
