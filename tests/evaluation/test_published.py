"""The figures that come with Cutaway, and the one file they are read from."""

import json
import tomllib
from pathlib import Path

import pytest

from rag.errors import QuestionSetError
from rag.evaluation.published import kept_run, published

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "benchmarks" / "eval.json"


def test_a_checkout_and_the_wheel_read_the_one_kept_run() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = build["targets"]["wheel"]["force-include"]
    assert carried[KEPT.relative_to(ROOT).as_posix()] == "rag/benchmarks/eval.json"
    assert kept_run() == KEPT
    assert list((ROOT / "rag").rglob("eval.json")) == []


def test_the_kept_run_holds_the_figures_the_curve_the_times_and_the_misses() -> None:
    run = published()
    data = json.loads(KEPT.read_text(encoding="utf-8"))
    assert run.measures["hit@3"].interval.mean == data["measures"]["hit@3"]["mean"]
    assert {len(run.date.split("-")), bool(run.machine)} == {3, True}
    assert len(run.seconds) >= run.questions
    assert run.misses
    assert all(miss.turns and miss.lost for miss in run.misses)


def test_the_curve_runs_from_refusing_nothing_to_refusing_everything_through_where_it_ships() -> None:
    run = published()
    first, last = run.curve[0], run.curve[-1]
    assert (first.right, first.wrong, last.right, last.wrong) == (0.0, 0.0, 1.0, 1.0)
    assert [p.right for p in run.curve] == sorted(p.right for p in run.curve)
    assert [p.wrong for p in run.curve] == sorted(p.wrong for p in run.curve)
    right, wrong = (run.measures[name].interval.mean for name in ("right refusal", "wrong refusal"))
    assert min(abs(p.right - right) + abs(p.wrong - wrong) for p in run.curve) < 0.1


def test_a_missing_file_and_one_of_an_older_release_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="holds no figures"):
        published(tmp_path / "eval.json")
    old = {"mode": "extractive", "questions": 1, "measures": {}, "seconds": {"p50": 1, "p95": 1}}
    (tmp_path / "eval.json").write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(QuestionSetError, match="rag eval --json"):
        published(tmp_path / "eval.json")
