"""The questions the reader learns from: what is called an answer is one, and what is called none is none."""

import random
from functools import cache
from pathlib import Path

import pytest

from rag.lexical import fold
from rag.settings import shipped_corpus
from rag.training.data import Domain, Example, cropped, domain_round, held_out
from rag.training.distortions import contradicted, swapped, untidy


@cache
def domain() -> Domain:
    return Domain(shipped_corpus())


@cache
def one_round() -> tuple[Example, ...]:
    return tuple(domain_round(domain(), random.Random(0)))


def test_facts_kept_aside_are_about_one_in_ten_and_none_is_trained_on() -> None:
    aside = {label for _, label in domain().questions(tuning=True)}
    trained = {label for _, label in domain().questions(tuning=False)}
    assert not aside & trained
    assert 0.05 < len(aside) / len(aside | trained) < 0.15
    assert all(held_out(label) for label in aside)


def test_an_answer_lies_in_the_sentence_that_holds_it() -> None:
    for example in one_round():
        assert (example.span is None) or (example.held is not None)
        if example.held is not None and example.span:
            start, end = example.span
            assert 0 <= start < end <= len(example.sentences[example.held])


def test_about_as_many_questions_have_an_answer_as_have_none() -> None:
    share = sum(e.held is not None for e in one_round()) / len(one_round())
    assert 0.25 < share < 0.6


def test_a_near_passage_does_not_hold_the_answer() -> None:
    rng = random.Random(0)
    tried = [(e, label) for e, label in domain().questions(tuning=False) if e.held is not None and e.span][:80]
    for example, label in tried:
        other = domain().neighbour(example, label, rng)
        assert example.held is not None
        assert example.span
        if other:
            assert fold(example.sentences[example.held][slice(*example.span)]) not in fold(" ".join(other.sentences))


@pytest.mark.parametrize("seed", range(20))
def test_a_swapped_name_is_not_in_the_passage(seed: int) -> None:
    passage = "GWM-1 by Runway runs at 24 frames per second since December 2025."
    question = "What frame rate did Runway's GWM-1 have in December 2025?"
    changed = swapped(question, passage, domain().vocabulary, random.Random(seed))
    assert changed is not None
    assert changed != question
    assert any(word not in fold(passage + question) for word in fold(changed).replace("?", "").split())


@pytest.mark.parametrize("seed", range(20))
def test_untidy_questions_keep_their_figures(seed: int) -> None:
    assert "24 fps" in untidy("Does GWM-1 generate video at 24 fps today?", random.Random(seed))


@pytest.mark.parametrize("seed", range(20))
def test_a_cropped_passage_keeps_the_sentence_that_answers(seed: int) -> None:
    texts = tuple(f"Sentence {i}." for i in range(9))
    example = Example(question="?", title="t", heading="", sentences=texts, held=5, unsure=frozenset({4, 8}))
    small = cropped(example, random.Random(seed))
    assert small.held is not None
    assert small.sentences[small.held] == texts[5]
    assert all(small.sentences[i] in (texts[4], texts[8]) for i in small.unsure)


def test_every_training_file_is_read(tmp_path: Path) -> None:
    assert sorted(p.name for p in (shipped_corpus() / "training").glob("*.jsonl"))[-1] == "questions.jsonl"
    assert len(one_round()) > 4000


@pytest.mark.parametrize("seed", range(20))
def test_a_contradicted_question_asks_for_what_the_passage_does_not_tell(seed: int) -> None:
    passage = "The first tram ran in Leeds in 1894 and was the largest in the northern counties."
    elsewhere = "The oldest school in Bristol opened a garden, with a harbour for sailing boats in Dover."
    question = "When did the first tram run in Leeds?"
    changed = contradicted(question, passage, elsewhere, random.Random(seed))
    assert changed is not None
    new = set(changed.strip("?").split()) - set(question.strip("?").split())
    assert new
    assert not any(word in passage.split() for word in new)


def test_a_question_without_anything_to_change_is_not_contradicted() -> None:
    assert contradicted("why", "Because.", "", random.Random(0)) is None
