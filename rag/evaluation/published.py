"""The figures that come with Cutaway: the run of `rag eval` that is kept beside the tests, and inside the package.

There is one file: `tests/benchmarks/eval.json` in a checkout, which the wheel carries as `rag/benchmarks/eval.json`.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionSetError
from rag.evaluation.scores import Interval

STEPS = 50  # points of the curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure over `rows` questions: its mean with the bootstrap interval at level .95."""

    interval: Interval
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What would be refused when everything less likely than `threshold` were: shares in [0, 1].

    right: of the questions that no article answers; wrong: of those that one answers.
    """

    threshold: float
    right: float
    wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A question that was answered badly: where it was lost (see `where_lost`), what had to be quoted, what was."""

    id: str
    kind: str
    lost: str
    turns: tuple[str, ...]
    understood_as: str
    as_of: str | None
    gold: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A kept run. seconds: of every turn, in the order asked; curve: from refusing nothing to refusing all."""

    date: str
    machine: str
    mode: str
    questions: int
    measures: Mapping[str, Measure]
    seconds: tuple[float, ...]
    curve: tuple[CurvePoint, ...]
    misses: tuple[Miss, ...]


def kept_run() -> Path:
    """The file of the run that comes with Cutaway: inside the wheel, or beside `rag/` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "benchmarks" / "eval.json"
    return inside if inside.is_file() else package.parent / "tests" / "benchmarks" / "eval.json"


def published(path: Path | None = None) -> Published:
    """The figures in a file that `rag eval --json` printed, by default `kept_run`.

    Raises QuestionSetError when it is missing or was printed by an older release.
    """
    path = path or kept_run()
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Published(
            date=data["date"],
            machine=data["machine"],
            mode=data["mode"],
            questions=data["questions"],
            measures={name: _measure(found) for name, found in data["measures"].items()},
            seconds=tuple(map(float, data["seconds"]["all"])),
            curve=_curve(data["chances"], data["measures"]),
            misses=tuple(_miss(row) for row in data["misses"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionSetError(f"{path} holds no figures ({error!r}); make them: rag eval --json > {path}") from error


def _measure(found: Mapping[str, Any]) -> Measure:
    bounds = Interval(mean=found["mean"], low=found["low"], high=found["high"])
    return Measure(interval=bounds, rows=found["n"])


def _curve(chances: Mapping[str, float], measures: Mapping[str, Any]) -> tuple[CurvePoint, ...]:
    """Right and wrong refusals over thresholds from 0 to just above 1."""
    right, wrong = (
        sorted(chances[row] for row in measures.get(name, {"rows": {}})["rows"])
        for name in ("right refusal", "wrong refusal")
    )
    return tuple(
        CurvePoint(threshold=at / STEPS, right=_below(right, at / STEPS), wrong=_below(wrong, at / STEPS))
        for at in range(STEPS + 2)
    )


def _below(ordered: list[float], threshold: float) -> float:
    return bisect_left(ordered, threshold) / len(ordered) if ordered else 0.0


def _miss(row: Mapping[str, Any]) -> Miss:
    return Miss(
        id=row["id"],
        kind=row["kind"],
        lost=row["lost"],
        turns=tuple(row["turns"]),
        understood_as=row["understood_as"],
        as_of=row["as_of"],
        gold=tuple(row["gold"]),
        quotes=tuple(row["quotes"]),
    )
