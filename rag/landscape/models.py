"""The rows of `corpus/models.json`: a video model each, and for every value the words or the pages it rests on."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rag.errors import CorpusError
from rag.records import last_day

_SIZE = re.compile(r"[1-9]\d{1,4}x[1-9]\d{1,4}")
_UNITS = MappingProxyType(
    {
        "max_duration": ("seconds", 600.0),
        "fps": ("frames per second", 120.0),
        "parameters": ("billion parameters", 1000.0),
        "min_vram": ("GB", 1000.0),
        "price": ("USD per second", 100.0),
    }
)
_BARE = frozenset({"name", "rests_on", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of an article of the corpus, which stand in it once."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A video model; None = not stated.

    released, ended: ISO dates, possibly partial; `ended` is the announced or actual end of service.
    max_resolution: the largest output in pixels, "WIDTHxHEIGHT"; max_duration: seconds of a clip; fps: frames a second.
    native_audio: makes sound with the picture; open_weights: the weights can be downloaded.
    parameters: billions; min_vram: GB of GPU memory of the leanest documented set-up; price: USD per second of video.
    rests_on: for each value stated, what bears it, as (field, quotes) or (field, addresses of primary sources).
    note: a remark of those who keep the table, which rests on nothing.
    """

    name: str
    maker: str | None
    released: str | None
    ended: str | None
    modalities: tuple[str, ...] | None
    max_resolution: str | None
    max_duration: float | None
    fps: float | None
    native_audio: bool | None
    open_weights: bool | None
    licence: str | None
    parameters: float | None
    min_vram: float | None
    price: float | None
    price_note: str | None
    api: str | None
    rests_on: tuple[tuple[str, tuple[Quote | str, ...]], ...]
    note: str | None

    def quotes(self, field: str) -> tuple[Quote, ...]:
        """The quotes that bear `field`; none when it is not stated or rests on primary sources alone."""
        return tuple(b for b in dict(self.rests_on).get(field, ()) if isinstance(b, Quote))

    def links(self, field: str) -> tuple[str, ...]:
        """The addresses of the primary sources under `field`, where no article tells it."""
        return tuple(b for b in dict(self.rests_on).get(field, ()) if isinstance(b, str))

    @property
    def pixels(self) -> int | None:
        """Pixels of one frame at `max_resolution`, for sorting."""
        if self.max_resolution is None:
            return None
        width, height = self.max_resolution.split("x")
        return int(width) * int(height)


CELLS = tuple(f.name for f in fields(Model) if f.name not in _BARE)  # what a row may state, in the order of the table


def load(path: Path) -> tuple[Model, ...]:
    """The models in the file, in its order. Raises CorpusError naming the row and the field that cannot be right."""
    models = tuple(_model(row, f"{path.name} row {number}") for number, row in enumerate(rows_of(path), 1))
    seen: set[str] = set()
    for number, model in enumerate(models, 1):
        if model.name in seen:
            raise _fault(f"{path.name} row {number}", "name", f"{model.name!r} stands twice")
        seen.add(model.name)
    return models


def rows_of(path: Path) -> list[Any]:
    """The rows of a JSON file. Raises CorpusError when it is missing or holds no list."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: the landscape cannot be read ({error}); restore the file") from error
    if not isinstance(rows, list):
        raise CorpusError(f"{path}: the landscape is a {type(rows).__name__}, not a list of rows; mend the file")
    return rows


def _model(row: object, where: str) -> Model:
    names = [f.name for f in fields(Model)]
    if not isinstance(row, dict):
        raise _fault(where, "name", f"the row is a {type(row).__name__}, not a set of fields")
    for odd in sorted(set(names) ^ set(row)):
        raise _fault(where, odd, "is missing" if odd in names else "is no field of a model")
    where = f"{where} ({row['name']})"
    _check_texts(row, where)
    _check_values(row, where)
    kinds = None if row["modalities"] is None else tuple(row["modalities"])
    return Model(**(row | {"modalities": kinds, "rests_on": _rests_on(row, where)}))


def _check_texts(row: dict[str, Any], where: str) -> None:
    if not isinstance(row["name"], str) or row["name"] != row["name"].strip() or not row["name"]:
        raise _fault(where, "name", f"{row['name']!r} is not a name")
    for name in ("maker", "licence", "price_note", "api", "note"):
        if row[name] is not None and (not isinstance(row[name], str) or not row[name].strip()):
            raise _fault(where, name, f"{row[name]!r} is not a text; say null when no source states it")
    if row["modalities"] is not None and not _texts(row["modalities"]):
        raise _fault(where, "modalities", f"{row['modalities']!r} is not a list of texts")


def _check_values(row: dict[str, Any], where: str) -> None:
    for name in ("released", "ended"):
        try:
            if row[name] is not None:
                last_day(row[name])
        except (ValueError, TypeError) as error:
            raise _fault(where, name, f"{row[name]!r} is not a date like 2025, 2025-04 or 2025-04-30") from error
    if row["released"] and row["ended"] and last_day(row["ended"]) < row["released"]:
        raise _fault(where, "ended", f"{row['ended']} lies before the release, {row['released']}")
    size = row["max_resolution"]
    if size is not None and not (isinstance(size, str) and _SIZE.fullmatch(size)):
        raise _fault(where, "max_resolution", f"{size!r} is not in pixels like 1280x720")
    for name, (unit, most) in _UNITS.items():
        value = row[name]
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise _fault(where, name, f"{value!r} is not a number of {unit} above 0 and up to {most:g}")
    for name in ("native_audio", "open_weights"):
        if not isinstance(row[name], bool | None):
            raise _fault(where, name, f"{row[name]!r} is not true, false or null")


def _rests_on(row: dict[str, Any], where: str) -> tuple[tuple[str, tuple[Quote | str, ...]], ...]:
    """Each stated value must rest on something, and nothing may rest under a value that is not stated."""
    bearers = row["rests_on"]
    if not isinstance(bearers, dict):
        raise _fault(where, "rests_on", f"{bearers!r} is not a set of fields with their quotes or addresses")
    stated = [name for name in CELLS if row[name] is not None]
    for name in (n for n in stated if n not in bearers):
        raise _fault(where, name, f"{row[name]!r} rests on nothing; give a quote or an address in rests_on, or null")
    for name in (n for n in bearers if n not in stated):
        raise _fault(where, "rests_on", f"{name!r} is not a value this row states")
    return tuple((name, bearers_of(bearers[name], f"{where}, {name}")) for name in stated)


def bearers_of(given: object, where: str) -> tuple[Quote | str, ...]:
    """Quotes `{"article", "quote"}` or addresses, never both: what an article tells needs no second proof.

    Raises CorpusError when there are none, or they are of another form.
    """
    if _texts(given) and all(x.startswith(("https://", "http://")) for x in given):  # type: ignore[attr-defined]
        return tuple(given)  # type: ignore[arg-type]
    if isinstance(given, list) and given and all(_is_quote(x) for x in given):
        return tuple(Quote(**x) for x in given)
    raise _fault(where, "rests_on", f"{given!r} is neither a list of quotes with their articles nor of addresses")


def _is_quote(given: object) -> bool:
    return isinstance(given, dict) and set(given) == {"article", "quote"} and _texts([*given.values()])


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, str) and x.strip() for x in value)


def named(models: Sequence[Model], name: str) -> Model | None:
    """The model of that name, whatever the case; None when there is none."""
    return next((m for m in models if m.name.casefold() == name.strip().casefold()), None)


def _fault(where: str, name: str, problem: str) -> CorpusError:
    return CorpusError(f"{where}, {name}: {problem}; mend the row")
