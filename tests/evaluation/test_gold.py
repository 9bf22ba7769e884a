"""The gold questions and the questions in far wording: what they call an answer stands where they say it stands."""

import json
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from rag.evaluation.question_sets import QuestionRow, load_questions
from rag.evaluation.scores import holds
from rag.lexical import fold
from rag.passages import cut
from rag.settings import shipped_corpus
from rag.sources.markdown import read

GOLD = load_questions(shipped_corpus() / "questions.jsonl", None)
FAR = "far-1.jsonl"


@cache
def bearers() -> dict[str, dict[str, list[str]]]:
    """For each fact label, in small letters, the sentences of each article that carry it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted((shipped_corpus() / "articles").glob("*.md")):
        article = read(path.read_bytes(), path.name)
        told = {s.start: s.text for p in cut(article) for s in p.sentences if not s.gap}
        for reference in article.references:
            if reference.start in told:
                found[reference.label.lower()][article.slug].append(told[reference.start])
    return found


def unheld(row: QuestionRow) -> list[tuple[str, ...]]:
    """The gold elements of a row that no sentence under one of its facts holds."""
    texts = [text for fact in row.facts for group in bearers()[fact].values() for text in group]
    return [element for element in row.gold if not any(holds(text, element) for text in texts)]


def misplaced(row: dict[str, Any]) -> bool:
    """Whether an answer of a training row stands in no sentence under its label, or the label not in its article."""
    texts = bearers()[row["label"].lower()][row["article"]]
    return not any(fold(row["answer"] or "") in fold(text) for text in texts)


def test_every_gold_element_stands_in_a_sentence_under_one_of_its_facts() -> None:
    assert [(row.id, missing) for row in GOLD if (missing := unheld(row))] == []


def test_no_gold_id_and_no_gold_question_stands_twice() -> None:
    said = Counter((tuple(fold(t).strip(" ?") for t in row.turns), row.as_of) for row in GOLD)
    assert [turns for turns, n in said.items() if n > 1] == []
    assert max(Counter(row.id for row in GOLD).values()) == 1


def test_no_fact_is_asked_about_in_both_halves() -> None:
    halves = defaultdict(set)
    for row in GOLD:
        for fact in row.facts:
            halves[fact].add(row.split)
    assert [fact for fact, split in halves.items() if len(split) > 1] == []


def test_both_halves_hold_as_many_questions_of_each_kind() -> None:
    counts = Counter((row.kind, row.split) for row in GOLD)
    assert {split for _, split in counts} == {"tuning", "reporting"}
    uneven = {kind for kind, _ in counts if abs(counts[kind, "tuning"] - counts[kind, "reporting"]) > 1}
    assert uneven == set()


def test_every_answer_to_a_far_question_stands_under_its_label() -> None:
    rows = [json.loads(line) for line in (shipped_corpus() / "training" / FAR).read_text("utf-8").splitlines()]
    assert [row["question"] for row in rows if misplaced(row)] == []
    assert {row["article"] for row in rows} == {path.stem for path in (shipped_corpus() / "articles").glob("*.md")}
    assert 0.3 < sum(row["answer"] is None for row in rows) / len(rows) < 0.4
    assert not [row["question"] for row in rows if (row["answer"] is None) != (row["trap"] is not None)]


def test_no_far_question_is_a_gold_question() -> None:
    rows = (json.loads(line) for line in (shipped_corpus() / "training" / FAR).read_text("utf-8").splitlines())
    gold = {fold(turn).strip(" ?") for row in GOLD for turn in row.turns}
    assert [row["question"] for row in rows if fold(row["question"]).strip(" ?") in gold] == []


@pytest.mark.parametrize("wrong", ["76%", "two hundred"])
def test_a_planted_wrong_answer_is_found(wrong: str) -> None:
    row = QuestionRow.from_json(
        {"id": "x", "kind": "single", "turns": ["?"], "facts": ["SOC-082"], "gold": [[wrong]], "answerable": True}
    )
    assert unheld(row) == [(wrong,)]
    assert misplaced({"article": "ai-jobs-film-studies", "label": "SOC-082", "answer": wrong})
    assert misplaced({"article": "wan-2-1", "label": "SOC-082", "answer": None})
