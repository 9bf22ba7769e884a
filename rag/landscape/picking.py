"""Rows that fit what is wanted, and their order."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from rag.errors import SettingsError
from rag.landscape.models import CELLS, Model
from rag.landscape.wording import told
from rag.lexical import fold
from rag.records import last_day

SORTED = ("name", *CELLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a row has to fit; None and "" leave it open.

    maker, kind: as they stand in the table, whatever the case; weights: True for open weights, False for none.
    since, until: of the release, ISO dates, possibly partial; words: all of them stand in the row, whatever the case.
    """

    maker: str | None = None
    kind: str | None = None
    weights: bool | None = None
    since: str | None = None
    until: str | None = None
    words: str = ""

    def without(self, name: str) -> "Wanted":
        """The same, but open as to one of its fields."""
        return Wanted(**{f.name: getattr(self, f.name) for f in fields(self) if f.name != name})

    def fits(self, model: Model) -> bool:
        """Whether the row is wanted; a row without a release date is not, once one is asked for."""
        if self.maker and fold(model.maker or "") != fold(self.maker):
            return False
        if self.kind and fold(self.kind) not in map(fold, model.modalities or ()):
            return False
        if self.weights is not None and model.open_weights is not self.weights:
            return False
        return self._in_time(model) and self._worded(model)

    def _in_time(self, model: Model) -> bool:
        if not (self.since or self.until):
            return True
        if model.released is None or (self.since and last_day(model.released) < self.since):
            return False
        return not self.until or model.released <= last_day(self.until)

    def _worded(self, model: Model) -> bool:
        if not self.words:
            return True
        row = fold(" ".join((model.name, *(told(model, field) for field in CELLS), model.note or "")))
        return all(word in row for word in fold(self.words).split())


def pick(models: Sequence[Model], wanted: Wanted, *, sort: str = "name", descending: bool = False) -> tuple[Model, ...]:
    """The rows that fit, by the field `sort` (one of SORTED); what is not stated comes last either way.

    Raises SettingsError when there is no such field or a date is none.
    """
    if sort not in SORTED:
        raise SettingsError(f"there is no field {sort!r} to sort by; choose one of {', '.join(SORTED)}")
    for date in filter(None, (wanted.since, wanted.until)):
        try:
            last_day(date)
        except ValueError as error:
            raise SettingsError(f"{error}; mend --since or --until") from error
    found = [m for m in models if wanted.fits(m)]
    stated = [m for m in found if getattr(m, sort) is not None]
    stated.sort(key=lambda m: _key(m, sort), reverse=descending)
    return (*stated, *(m for m in found if getattr(m, sort) is None))


def makers(models: Sequence[Model]) -> tuple[str, ...]:
    """Every maker once, in alphabetical order."""
    return tuple(sorted({m.maker for m in models if m.maker}, key=str.casefold))


def kinds(models: Sequence[Model]) -> tuple[str, ...]:
    """Every kind of model once, the most frequent first."""
    every = [kind for m in models for kind in m.modalities or ()]
    return tuple(sorted(set(every), key=lambda kind: (-every.count(kind), kind)))


def _key(model: Model, field: str) -> tuple[float, str]:
    """Numbers by size, pictures by pixels, all else by its words."""
    value = model.pixels if field == "max_resolution" else getattr(model, field)
    if isinstance(value, int | float):
        return float(value), ""
    return 0.0, fold(", ".join(value) if isinstance(value, tuple) else str(value))
