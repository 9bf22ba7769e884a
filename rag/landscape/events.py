"""The timeline: what `corpus/events.json` tells, between the releases and the ends of the models."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rag.errors import CorpusError
from rag.landscape.models import Model, Quote, bearers_of, rows_of
from rag.records import last_day

KINDS = MappingProxyType(
    {
        "release": "Release",
        "end": "End of a model",
        "business": "Companies and money",
        "court": "Courts",
        "law": "Laws",
        "work": "Unions and work",
    }
)
_OF_MODELS = ("release", "end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on `date` (ISO, possibly partial); `kind` is a key of KINDS; `bearers` as of a model's value.

    `model` is the name of the model that was released or ended, None for other events.
    """

    date: str
    kind: str
    what: str
    bearers: tuple[Quote | str, ...]
    model: str | None = None

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes among the bearers."""
        return tuple(b for b in self.bearers if isinstance(b, Quote))


def load_events(path: Path) -> tuple[Event, ...]:
    """The events in the file, in its order. Raises CorpusError naming the row that cannot be right."""
    return tuple(_event(row, f"{path.name} row {number}") for number, row in enumerate(rows_of(path), 1))


def timeline(models: Sequence[Model], events: Sequence[Event]) -> tuple[Event, ...]:
    """Releases and ends of the models, and the events, oldest first; a partial date counts as its last day."""
    told = [
        Event(date=date, kind=kind, what=what, bearers=model.quotes(field) or model.links(field), model=model.name)
        for model in models
        for field, kind, date, what in (
            ("released", "release", model.released, f"{model.name} ({model.maker})" if model.maker else model.name),
            ("ended", "end", model.ended, f"End of {model.name}"),
        )
        if date
    ]
    return tuple(sorted((*told, *events), key=lambda event: (last_day(event.date), event.what)))


def _event(row: Any, where: str) -> Event:
    try:
        if set(row) != {"date", "kind", "what", "article", "quote"}:
            raise ValueError("the row needs date, kind, what, article, quote and nothing else")
        if row["kind"] not in KINDS or row["kind"] in _OF_MODELS:
            offer = ", ".join(kind for kind in KINDS if kind not in _OF_MODELS)
            raise ValueError(f"{row['kind']!r} is no kind; choose one of {offer}")
        last_day(row["date"])
        bearers = bearers_of([{"article": row["article"], "quote": row["quote"]}], where)
        return Event(date=row["date"], kind=row["kind"], what=str(row["what"]), bearers=bearers)
    except (ValueError, TypeError) as error:
        raise CorpusError(f"{where}: {error}; mend the row") from error
