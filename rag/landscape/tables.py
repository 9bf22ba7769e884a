"""The landscape in the forms other programs read: text, Markdown, CSV, JSON, and a few models side by side."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.errors import SettingsError
from rag.export import escape
from rag.landscape.models import CELLS, Model, Quote, named
from rag.landscape.wording import LABELS, told

MOST = 4  # models side by side
NARROW = ("maker", "released", "open_weights", "max_resolution", "max_duration", "fps", "native_audio", "parameters")
NOT_STATED = "not stated"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that a spreadsheet runs (OWASP, "CSV Injection")


def as_text(models: Sequence[Model]) -> str:
    """A table for a terminal: the name and the cells of NARROW; "-" where nothing is stated."""
    rows = [("Model", *(LABELS[f] for f in NARROW))]
    rows += [(m.name, *(told(m, f) or "-" for f in NARROW)) for m in models]
    return _columns(rows)


def side_by_side(models: Sequence[Model], names: Sequence[str]) -> tuple[Model, ...]:
    """The models of these names, for a comparison.

    Raises SettingsError when one is unknown, named twice, or there are more than MOST.
    """
    if not 1 < len(names) <= MOST:
        raise SettingsError(f"{len(names)} models were named; two to {MOST} stand side by side")
    found = []
    for name in names:
        if (model := named(models, name)) is None:
            raise SettingsError(f"no model is named {name!r}; `rag landscape` lists them")
        if model in found:
            raise SettingsError(f"{model.name!r} was named twice; name another model")
        found.append(model)
    return tuple(found)


def compared(models: Sequence[Model]) -> str:
    """The models side by side for a terminal, a line a field that one of them states."""
    rows = [("", *(m.name for m in models))]
    rows += [(LABELS[f], *(told(m, f) or NOT_STATED for m in models)) for f in CELLS if any(told(m, f) for m in models)]
    return _columns(rows)


def as_markdown(models: Sequence[Model]) -> str:
    """A Markdown table of every cell; blank = not stated. Nothing in a cell is read as markup."""
    head = ("Model", *LABELS.values())
    rows = [(m.name, *(told(m, f) for f in CELLS)) for m in models]
    lines = [head, ("---",) * len(head), *(tuple(map(escape, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + "\n"


def as_csv(models: Sequence[Model]) -> str:
    """A line a model; after each cell what it rests on: `article: “quote”`, or addresses; blank = not stated. Last our remark.

    RFC 4180. A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(["model", *(column for f in CELLS for column in (f, f"{f} rests on")), "remark"])
    for m in models:
        row = [m.name, *(cell for f in CELLS for cell in (_plain(m, f), _under(m, f))), m.note or ""]
        write.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def as_json(models: Sequence[Model]) -> str:
    """A list of rows as in `corpus/models.json`."""
    return json.dumps([_row(m) for m in models], ensure_ascii=False, indent=1) + "\n"


def _row(model: Model) -> dict[str, Any]:
    return asdict(model) | {
        "rests_on": {f: [asdict(b) if isinstance(b, Quote) else b for b in bearers] for f, bearers in model.rests_on}
    }


def _plain(model: Model, field: str) -> str:
    """The bare value, without its unit, for programs."""
    value = getattr(model, field)
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else told(model, field)


def _under(model: Model, field: str) -> str:
    quotes = [f"{q.article}: “{q.quote}”" for q in model.quotes(field)]
    return " ".join(quotes or model.links(field))


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"
