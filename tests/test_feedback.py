import json
from pathlib import Path

import pytest

from rag.errors import HistoryError
from rag.feedback import LONGEST, record
from rag.records import Answer, Short


@pytest.fixture
def answer() -> Answer:
    return Answer(
        question="and Gen-4.5?",
        understood_as="How long is a Gen-4.5 clip?",
        answered=True,
        text="10 s",
        mode="",
        as_of="2026",
        generation="",
        short=Short(text="10 seconds", citation=1, start=0, end=10),
    )


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_good_answer_becomes_a_question_with_what_was_found(tmp_path: Path, answer: Answer) -> None:
    record(tmp_path / "home" / "f.jsonl", answer, good=True)
    (row,) = rows(tmp_path / "home" / "f.jsonl")
    assert (row["turns"], row["as_of"], row["answerable"]) == (["How long is a Gen-4.5 clip?"], "2026", True)
    assert row["gold"] == [["10 seconds"]]
    assert Answer.from_json(row["answer"]) == answer


def test_a_bad_answer_keeps_its_reason_and_promises_no_gold(tmp_path: Path, answer: Answer) -> None:
    for reason in (" wrong model\n", "x" * 5000):
        record(tmp_path / "f.jsonl", answer, good=False, reason=reason)
    first, second = rows(tmp_path / "f.jsonl")
    assert (first["reason"], first["gold"], first["answerable"]) == ("wrong model", [], None)
    assert len(second["reason"]) == LONGEST
    assert first["id"] != second["id"]


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, answer: Answer) -> None:
    (tmp_path / "f.jsonl").mkdir()
    with pytest.raises(HistoryError, match="make the file writable"):
        record(tmp_path / "f.jsonl", answer, good=True)
