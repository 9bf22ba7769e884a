"""The command line as people and scripts meet it: its own process, its output, its exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.records import Answer
from rag.settings import Settings
from tests.conftest import GEN_4, VEO, Rag, run_rag

COST = "How many credits per second does Gen-4 cost?"
CUP = "Who won the 1998 World Cup?"
OK, FAILED, PARTIAL, UNUSABLE = 0, 1, 2, 3


@pytest.fixture
def indexed(asked: Assistant) -> Rag:
    """The command line on the small corpus, indexed; for tests that change nothing."""

    def run(*arguments: str, stdin: str | None = None, **settings: str) -> CompletedProcess[str]:
        return run_rag(asked.settings, *arguments, stdin=stdin, **settings)

    return run


@pytest.fixture(scope="module")
def printed(asked: Assistant) -> str:
    """What `rag ask --json` prints."""
    done = run_rag(asked.settings, "ask", "--json", COST)
    assert done.returncode == OK, done.stderr
    return done.stdout


@pytest.fixture
def saved(printed: str, tmp_path: Path) -> Path:
    """That in a file."""
    (tmp_path / "a.json").write_text(printed, encoding="utf-8")
    return tmp_path / "a.json"


def test_ask_without_an_index_builds_one_with_its_progress_on_stderr(rag: Rag) -> None:
    done = rag("ask", COST)
    assert done.returncode == OK
    assert "embed: " in done.stderr
    assert "embed" not in done.stdout
    assert done.stdout.count("12 credits per second") >= 2


def test_an_answer_shows_numbered_sources_with_outlet_and_date_and_the_quote_marked_in_its_passage(
    indexed: Rag, asked: Assistant
) -> None:
    done = indexed("ask", "When was Gen-4 announced?")
    assert done.returncode == OK
    assert "31 March 2025. [1]" in done.stdout
    assert "[1] Gen-4 in detail — reported by TechCrunch, 2025-03-31 · article of 2026-11-22" in done.stdout
    assert "»Gen-4 is the Runway video model announced on 31 March 2025.«" in done.stdout
    assert "Quoted from the articles; nothing left this machine · " in done.stdout
    assert asked.mode not in done.stdout


def test_a_refusal_exits_0_and_shows_what_was_nearest(indexed: Rag) -> None:
    done = indexed("ask", CUP)
    assert done.returncode == OK
    assert "The articles do not answer this (3 articles searched, the newest of 2026-11-22)." in done.stdout


def test_json_is_the_contract_and_reads_back_as_the_answer(saved: Path) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    answer = Answer.from_json(data)
    assert data["contract"] == 1
    assert answer.answered
    assert json.loads(json.dumps(answer.to_json())) == data


def test_as_of_hides_what_became_known_later(indexed: Rag) -> None:
    done = indexed("ask", "--json", "--as-of", "2025-06", "How much did Runway raise in its Series E?")
    answer = json.loads(done.stdout)
    assert answer["as_of"] == "2025-06"
    assert "315 million" not in done.stdout


def test_a_batch_prints_a_row_of_answers_for_each_row_and_follows_its_turns(indexed: Rag, tmp_path: Path) -> None:
    rows: list[Any] = [
        {"id": "one", "turns": ["How long can a Gen-4 clip be?", "How many credits per second does it cost?"]},
        {"id": "two", "turns": ["How much did Runway raise in its Series E?"], "as_of": "2025-06"},
        {"id": "three", "turns": [" "]},
        {"id": "four"},
        ["no row"],
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(r) for r in rows) + "\n\n")
    done = indexed("ask", "--json", "--batch", str(tmp_path / "rows.jsonl"))
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == FAILED
    assert [row["id"] for row in out] == ["one", "two", "three", "four", None]
    assert out[0]["answers"][1]["understood_as"] == COST
    assert out[1]["answers"][0]["as_of"] == "2025-06"
    assert "no question to answer" in out[2]["error"]
    assert all("list of turns" in row["error"] for row in out[3:])


def test_ingest_reports_a_line_an_article_and_a_second_one_changes_nothing(rag: Rag, small: Settings) -> None:
    first = rag("ingest")
    assert first.returncode == OK
    assert first.stdout.splitlines()[:3] == ["added      funding", "added      gen-4", "added      veo-3"]
    assert "new generation" in first.stdout
    again = rag("ingest")
    assert again.stdout.count("unchanged") == 3
    assert "nothing changed" in again.stdout
    folder = small.corpus[0]
    (folder / "gen-4.md").write_text(GEN_4.replace("12 credits", "14 credits"))
    (folder / "veo-3.md").unlink()
    (folder / "broken.md").write_text("---\ntitle: [\n---\nText.")
    (folder / "new.md").write_text("A new article.")
    third = rag("ingest")
    assert third.returncode == PARTIAL
    assert "refused    broken.md  the front matter is not YAML" in third.stdout
    for line in ("updated    gen-4", "removed    veo-3", "added      new", "unchanged  funding"):
        assert line in third.stdout


def test_an_answer_is_proven_against_the_articles(rag: Rag, saved: Path, small: Settings) -> None:
    count = len(json.loads(saved.read_text())["citations"])
    done = rag("verify", str(saved))
    assert (done.returncode, done.stdout) == (OK, f"{count}/{count} quotes proven\n")
    assert rag("verify", "-", stdin=saved.read_text()).returncode == OK
    # Another part of the article may change.
    path = small.corpus[0] / "gen-4.md"
    path.write_text(path.read_text().replace("Runway published no", "Runway has published no"))
    assert rag("verify", str(saved)).returncode == OK


def test_rows_of_a_batch_are_proven_too(indexed: Rag, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        json.dumps({"id": 1, "turns": [COST, CUP]}) + "\n" + json.dumps({"id": 2, "turns": [COST]})
    )
    (tmp_path / "out.jsonl").write_text(indexed("ask", "--json", "--batch", str(tmp_path / "rows.jsonl")).stdout)
    done = indexed("verify", str(tmp_path / "out.jsonl"))
    assert done.returncode == OK, done.stdout


def quote_changed(answer: dict[str, Any], folder: Path) -> None:
    citation = answer["citations"][0]
    citation["quote"] = citation["quote"].replace("12", "13", 1)


def figure_changed(answer: dict[str, Any], folder: Path) -> None:
    statement = answer["statements"][0]
    statement["text"] = statement["text"].replace("12", "13", 1)


def article_changed(answer: dict[str, Any], folder: Path) -> None:
    (folder / "gen-4.md").write_text(GEN_4.replace("Gen-4 costs 12", "Gen-4 costs 13"))


@pytest.mark.parametrize("tamper", [quote_changed, figure_changed, article_changed])
def test_one_changed_character_fails_the_proof_and_names_the_sentence(
    rag: Rag, saved: Path, small: Settings, tamper: Callable[[dict[str, Any], Path], None]
) -> None:
    answer = json.loads(saved.read_text())
    assert "Gen-4 costs 12" in answer["statements"][0]["text"]
    tamper(answer, small.corpus[0])
    saved.write_text(json.dumps(answer))
    done = rag("verify", str(saved))
    assert done.returncode == FAILED
    assert "credits per second on the web app, Runway's help page says." in done.stdout
    assert "the answer does not hold" in done.stdout


def test_a_quote_whose_article_moved_on_is_told_where_it_stands_now(rag: Rag, saved: Path, small: Settings) -> None:
    (small.corpus[0] / "gen-4.md").write_text(GEN_4.replace("Gen-4 is the Runway", "Now, Gen-4 is the Runway"))
    done = rag("verify", str(saved))
    assert done.returncode == FAILED
    start = json.loads(saved.read_text())["citations"][0]["start"] + len("Now, ")
    assert f"it stands at {start}-" in done.stdout


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "null",
        "3",
        '"x"',
        "{",
        '{"contract": 2}',
        '{"answers": [1]}',
        '{"answers": null}',
        '{"contract": 1, "citations": 5}',
    ],
)
def test_a_file_that_holds_no_answer_is_refused_in_a_sentence(rag: Rag, tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    done = rag("verify", str(tmp_path / "a.json"))
    assert done.returncode == UNUSABLE
    assert done.stderr.startswith("rag: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("field", ["start", "quote", "number", "article"])
@pytest.mark.parametrize("value", [None, "x", 1.5, [1], {}])
def test_a_citation_of_another_shape_is_no_proof_and_no_traceback(
    saved_small: dict[str, Any], field: str, value: object
) -> None:
    saved_small["answer"]["citations"][0][field] = value
    path = saved_small["path"]
    path.write_text(json.dumps(saved_small["answer"]))
    assert main(["verify", str(path)]) in (FAILED, UNUSABLE)


@pytest.fixture
def saved_small(asked: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("RAG_CORPUS", str(asked.settings.corpus[0]))
    monkeypatch.setenv("RAG_HOME", str(asked.settings.home))
    return {"answer": asked.ask(COST).to_json(), "path": tmp_path / "a.json"}


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["ask"], {}, "give either a question or --batch"),
        (["ask", "x", "--batch", "y", "--json"], {}, "give either a question or --batch"),
        (["ask", "--batch", "y"], {}, "add --json"),
        (["verify", "no-such-file"], {}, "cannot read no-such-file"),
        (["ask", "x"], {"RAG_EMBEDER": "minilm"}, "unknown setting RAG_EMBEDER"),
        (["ask", "x"], {"RAG_READER": "best"}, "RAG_READER='best' is not on the menu"),
        (["ingest"], {"RAG_CORPUS": "/no/such/folder"}, "/no/such/folder is missing"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(
    rag: Rag, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    done = rag(*arguments, **settings)
    assert done.returncode == UNUSABLE
    assert done.stderr.splitlines()[-1].startswith("rag: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["ask", "?!"], "type one in words"), (["ask", "x", "--as-of", "soon"], "as_of: 'soon' is not a date")],
)
def test_a_question_that_cannot_be_asked_is_refused_in_one_sentence(
    indexed: Rag, arguments: list[str], said: str
) -> None:
    done = indexed(*arguments)
    assert (done.returncode, said in done.stderr) == (UNUSABLE, True)


def test_control_characters_of_an_article_do_not_reach_the_terminal(rag: Rag, small: Settings) -> None:
    (small.corpus[0] / "veo-3.md").write_text(VEO.replace("title: Veo 3", 'title: "Veo \\e[31m 3"'))
    done = rag("ask", "How long do clips of Veo 3 last?")
    assert "8 seconds" in done.stdout
    assert "\x1b" not in done.stdout


def test_doctor_finds_a_sound_index_sound_and_a_damaged_one_not(rag: Rag, small: Settings) -> None:
    Assistant.open(small).close()
    sound = rag("doctor")
    assert sound.returncode == OK, sound.stdout
    store = next(small.index.glob("g*/passages.sqlite3"))
    data = bytearray(store.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = b"\xff" * 400
    store.write_bytes(data)
    damaged = rag("doctor")
    assert damaged.returncode == FAILED
    assert "rag doctor --repair" in damaged.stdout
    assert rag("doctor", "--repair").returncode == OK
    assert "12 credits" in rag("ask", COST).stdout
