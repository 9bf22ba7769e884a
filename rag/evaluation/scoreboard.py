"""An evaluation as one table (text, Markdown) or JSON, and held against an earlier one.

The JSON keeps the value of every row, so that a later run is compared question by question: the interval of the differences
is far narrower than the difference of two intervals.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import QuestionSetError, SettingsError
from rag.evaluation.measuring import Evaluation
from rag.evaluation.scores import Interval, interval

ORDER = (
    *("Recall@5", "Recall@10", "nDCG@10", "MRR@10", "hit@1", "hit@3", "conflict recall", "conflict hit"),
    *("citation precision", "citation recall", "right refusal", "wrong refusal", "as-of leaks"),
)
LOWER_IS_BETTER = frozenset({"wrong refusal", "as-of leaks"})
NEVER_MORE = frozenset({"as-of leaks"})
DIGITS = 4
KEPT = ("id", "kind", "lost", "turns", "understood_as", "as_of", "gold")  # of a miss
QUOTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A measure then and now, over the `rows` that both runs have; `difference` is now less then, row by row."""

    before: float
    rows: int
    difference: Interval
    worse: bool


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """All that was measured as plain dicts: what `read_baseline` and `published` read.

    A miss keeps what its question was, where it was lost and, shortened to QUOTES, what was quoted instead.
    """
    measures = {}
    for name in _present(evaluation):
        found = evaluation.interval(name)
        bounds = {key: round(getattr(found, key), DIGITS) for key in ("mean", "low", "high")}
        rows = {row: round(value, DIGITS) for row, value in evaluation.measures[name].items()}
        measures[name] = {**bounds, "n": len(rows), "rows": rows}
    return {
        "mode": evaluation.mode,
        "generation": evaluation.generation,
        "questions": evaluation.questions,
        "left_out": evaluation.left_out,
        "seconds": {
            "p50": round(evaluation.latency(0.5), DIGITS),
            "p95": round(evaluation.latency(0.95), DIGITS),
            "all": [round(seconds, 3) for seconds in evaluation.seconds],
        },
        "measures": measures,
        "chances": {row: round(chance, 3) for row, chance in evaluation.chances.items()},
        "misses": [
            {name: miss[name] for name in KEPT} | {"quotes": miss["quotes"][:QUOTES]} for miss in evaluation.misses
        ],
    }


def circumstances() -> dict[str, str]:
    """When and where a run was made, for figures that are kept."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {"command": "rag eval --json", "date": datetime.now(UTC).date().isoformat(), "machine": machine}


def as_text(evaluation: Evaluation, changes: Mapping[str, Change] | None = None) -> str:
    """The table in columns for a terminal."""
    rows = list(_rows(evaluation, changes))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", _about(evaluation)])


def as_markdown(evaluation: Evaluation, changes: Mapping[str, Change] | None = None) -> str:
    """The table as Markdown, figures to the right."""
    head, *rows = _rows(evaluation, changes)
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join([*(f"| {' | '.join(row)} |" for row in lines), "", _about(evaluation)])


def write_misses(evaluation: Evaluation, path: Path) -> None:
    """A JSON row for each miss. Raises SettingsError when the file cannot be written."""
    lines = [json.dumps(miss, ensure_ascii=False) + "\n" for miss in evaluation.misses]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}; give --misses another file") from error


def read_baseline(path: Path) -> dict[str, Any]:
    """What `rag eval --json` printed earlier. Raises QuestionSetError when the file is something else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        for measure in data["measures"].values():
            sum(measure["rows"].values())
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionSetError(f"{path} is no baseline ({error!r}); make one: rag eval --json > {path}") from error
    baseline: dict[str, Any] = data
    return baseline


def compare(evaluation: Evaluation, baseline: Mapping[str, Any]) -> dict[str, Change]:
    """How each measure changed on the rows that both have; worse = the interval of the differences excludes zero.

    Nothing known later may be quoted at all: one leak more is worse. Seconds are not compared, they belong to the machine.
    Raises QuestionSetError when no row is shared.
    """
    changes = {}
    for name in _present(evaluation):
        before, now = baseline["measures"].get(name, {}).get("rows", {}), evaluation.measures[name]
        if shared := [row for row in now if row in before]:
            found = interval([round(now[row], DIGITS) - before[row] for row in shared])
            lost, surely = (found.mean, found.low) if name in LOWER_IS_BETTER else (-found.mean, -found.high)
            changes[name] = Change(
                before=sum(before[row] for row in shared) / len(shared),
                rows=len(shared),
                difference=found,
                worse=(lost if name in NEVER_MORE else surely) > 0,
            )
    if not changes:
        raise QuestionSetError("the baseline is of other questions; make one of these: rag eval --json > FILE")
    return changes


def worse(changes: Mapping[str, Change]) -> list[str]:
    """A sentence for each measure that is worse than the baseline beyond its interval."""
    return [
        f"{name}: {c.before + c.difference.mean:.3f}, it was {c.before:.3f} on the same {c.rows} questions"
        f" (change {c.difference.mean:+.3f}, interval {c.difference.low:+.3f} to {c.difference.high:+.3f})"
        for name, c in changes.items()
        if c.worse
    ]


def _present(evaluation: Evaluation) -> list[str]:
    """The measures in the order of the table, hit@3 of each kind of question after that of all."""
    kinds = sorted(evaluation.measures.keys() - set(ORDER))
    place = ORDER.index("hit@3") + 1
    return [name for name in (*ORDER[:place], *kinds, *ORDER[place:]) if name in evaluation.measures]


def _rows(evaluation: Evaluation, changes: Mapping[str, Change] | None) -> Iterator[Sequence[str]]:
    yield ("measure", "mean", "interval", "questions", *(("before", "change") if changes is not None else ()))
    for name in _present(evaluation):
        found, count = evaluation.interval(name), len(evaluation.measures[name])
        row = (name, f"{found.mean:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(count))
        yield row if changes is None else (*row, *_change(changes.get(name)))


def _change(change: Change | None) -> tuple[str, str]:
    if change is None:
        return "", ""
    return f"{change.before:.3f}", f"{change.difference.mean:+.3f}" + (" worse" if change.worse else "")


def _about(evaluation: Evaluation) -> str:
    left = f", {evaluation.left_out} left out (no article carries their facts)" if evaluation.left_out else ""
    return (
        f"{evaluation.questions} questions{left}; {evaluation.mode}; seconds a turn: p50 {evaluation.latency(0.5):.3f}, "
        f"p95 {evaluation.latency(0.95):.3f}. Intervals are bootstrap intervals at level .95."
    )
