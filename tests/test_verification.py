import json
from dataclasses import replace
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.errors import AnswerFileError
from rag.settings import Settings
from rag.verification import Proof, verify
from tests.conftest import GEN_4

COST = "How many credits per second does Gen-4 cost?"


@pytest.fixture
def data(asked: Assistant) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asked.ask(COST).to_json()))
    return plain


def test_an_answer_is_proven_from_the_folders_without_an_index(data: dict[str, Any], small: Settings) -> None:
    assert not small.index.exists()
    count = len(data["citations"])
    assert verify(data, small) == Proof(proven=count, citations=count, faults=())
    assert not small.index.exists()


def test_a_refusal_proves_nothing_and_fails_nothing(asked: Assistant) -> None:
    refused = asked.ask("Who won the 1998 World Cup?").to_json()
    assert verify(refused, asked.settings) == Proof(proven=0, citations=0, faults=())


def test_all_answers_of_a_batch_row_are_held_against_the_articles(data: dict[str, Any], small: Settings) -> None:
    wrong = json.loads(json.dumps(data))
    wrong["citations"][0]["quote"] += "!"
    proof = verify({"id": 1, "answers": [data, wrong]}, small)
    assert proof.citations == 2 * len(data["citations"])
    assert proof.proven == proof.citations - 1
    assert proof.faults


def test_a_broken_citation_is_counted_in_each_answer_of_a_row(data: dict[str, Any], small: Settings) -> None:
    data["citations"][0]["quote"] += "!"
    proof = verify({"id": 1, "answers": [data, data]}, small)
    assert proof.proven == proof.citations - 2


def test_a_row_of_a_batch_that_failed_is_a_fault_and_stops_nothing(small: Settings) -> None:
    proof = verify({"id": "q7", "error": "the question is empty"}, small)
    assert proof == Proof(proven=0, citations=0, faults=("row 'q7' holds no answer: the question is empty",))


def test_an_article_that_cannot_be_read_proves_nothing(data: dict[str, Any], small: Settings) -> None:
    (small.corpus[0] / "gen-4.md").write_text("---\ntitle: [\n---\nText.")
    assert "no longer in the corpus" in verify(data, small).faults[0]


def test_the_first_file_of_a_slug_is_the_article_as_in_the_index(data: dict[str, Any], small: Settings) -> None:
    (small.corpus[0] / "zz.md").write_text(GEN_4.replace("12 credits", "99 credits"))
    assert verify(data, small).faults == ()
    (small.corpus[0] / "aa.md").write_text(GEN_4.replace("12 credits", "99 credits"))
    assert verify(data, small).faults


def test_what_ingest_reads_is_what_is_looked_through(data: dict[str, Any], small: Settings) -> None:
    (small.corpus[0] / "gen-4.md").rename(small.corpus[0] / "gen-4.markdown")
    assert verify(data, small).faults == ()
    (small.corpus[0] / "gen-4.markdown").rename(small.corpus[0] / ".gen-4.md")
    assert verify(data, small).faults


def test_a_library_is_looked_through_as_well(data: dict[str, Any], small: Settings) -> None:
    library = small.home / "mine"
    library.mkdir(parents=True)
    (small.corpus[0] / "gen-4.md").rename(library / "gen-4.md")
    assert verify(data, small).faults
    assert verify(data, replace(small, library=library)).faults == ()


@pytest.mark.parametrize(
    "change",
    [
        {"contract": 2},
        {"citations": 5},
        {"statements": [{}]},
        {"short": {"text": 1}},
        {"seconds": None},
        {"answered": "yes"},
        {"citations": [{"number": "1"}]},
    ],
    ids=repr,
)
def test_data_of_another_shape_is_refused_with_what_is_wrong(
    data: dict[str, Any], small: Settings, change: dict[str, Any]
) -> None:
    with pytest.raises(AnswerFileError, match="not an answer of `rag ask --json`"):
        verify(data | change, small)
