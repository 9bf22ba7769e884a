"""`rag landscape` as people and scripts meet it; it needs no index."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from rag.cli import main
from rag.landscape.models import CELLS
from rag.settings import shipped_corpus

OK, FAILED, UNUSABLE = 0, 1, 3


def test_the_table_is_filtered_and_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    command = "landscape --maker runway --since 2025-07 --until 2025-12 --sort released --descending"
    assert main(command.split()) == OK
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["Model", "Maker", "Released"]
    assert [row.split("  ")[0] for row in rows] == ["Gen-4.5", "GWM-1", "Gen-4 Image Turbo", "Aleph", "Act-Two"]


def test_open_and_closed_weights_leave_out_what_is_not_stated(capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for flag in ("--open", "--closed"):
        assert main(["landscape", flag, "--json"]) == OK
        found[flag] = {row["open_weights"] for row in json.loads(capsys.readouterr().out)}
    assert found == {"--open": {True}, "--closed": {False}}


def test_csv_markdown_and_json_hold_the_same_models(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {}
    for shape in ("csv", "markdown", "json"):
        assert main(["landscape", "--kind", "world model", f"--{shape}"]) == OK
        shown[shape] = capsys.readouterr().out
    names = [row["name"] for row in json.loads(shown["json"])]
    assert "Genie 3" in names
    assert [row["model"] for row in csv.DictReader(io.StringIO(shown["csv"]))] == names
    assert len(shown["markdown"].splitlines()) == len(names) + 2
    assert shown["markdown"].splitlines()[1].count("---") == len(CELLS) + 1


def test_two_models_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["landscape", "Gen-4", "Veo 3.1", "Sora 2"]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[-1].strip() == "Sora 2"
    assert any(line.startswith("Sound") and line.endswith("yes") for line in lines)
    for wrong, why in ((["Gen-4", "Gen-0"], "no model is named 'Gen-0'"), (["Gen-4", "Aleph", "--open"], "not both")):
        assert main(["landscape", *wrong]) == UNUSABLE
        assert why in capsys.readouterr().err


def test_the_timeline_tells_releases_and_events_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["landscape", "--timeline", "--maker", "OpenAI"]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert [line[:10].strip() for line in lines] == sorted(line[:10].strip() for line in lines)
    assert "2026-09-24  end       End of Sora 2" in lines
    assert "2025-05-19  law       The TAKE IT DOWN Act is signed" in lines


def test_verify_proves_every_quoted_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["landscape", "--verify"]) == OK
    proven, _, quoted = capsys.readouterr().out.splitlines()[0].split(" ")[0].partition("/")
    assert proven == quoted


def test_verify_names_each_cell_that_is_not_proven(tmp_path: Path) -> None:
    root = Path(rag.__file__).resolve().parent.parent
    shutil.copytree(root / "rag", tmp_path / "rag", ignore=shutil.ignore_patterns("_span", "__pycache__"))
    shutil.copytree(shipped_corpus(), tmp_path / "corpus")
    article = tmp_path / "corpus" / "articles" / "gen-4.md"
    article.write_text(article.read_text(encoding="utf-8").replace("24 frames", "25 frames"), encoding="utf-8")
    command = [sys.executable, "-m", "rag", "landscape", "--verify"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == FAILED, done.stderr
    assert "Gen-4, fps: the article 'gen-4' reads 'Gen-4 makes clips of 5 or 10 seconds" in done.stdout
    assert "Gen-4, max_duration: " in done.stdout
    assert "Gen-4.5, fps" not in done.stdout
