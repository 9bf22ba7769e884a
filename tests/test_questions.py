import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.questions import Asked, analyse, clauses, clean, timeless
from rag.vocabulary import Entity, Vocabulary

NAMES = Vocabulary((Entity(name="Gen-4", kind="model", maker="Runway"), Entity(name="Runway", kind="company")))


def asked(text: str) -> Asked:
    return analyse(text, NAMES)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long can a Gen-4 clip be?", "duration"),
        ("When was Gen-4 released?", "date"),
        ("How much does Gen-4 cost?", "money"),
        ("How many parameters does it have?", "parameters"),
        ("What frame rate does Gen-4 use?", "rate"),
        ("What resolution does Gen-4 produce?", "pixels"),
        ("How much VRAM does it need?", "data"),
        ("What percentage of jobs is at risk?", "percent"),
        ("How many people work at Runway?", "number"),
    ],
)
def test_a_question_word_tells_the_kind_of_figure_that_answers(question: str, kind: str) -> None:
    assert asked(question).kinds[0] == kind


def test_a_question_that_asks_for_no_figure_expects_none() -> None:
    assert asked("Who founded Runway?").kinds == ()


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("How long can a Gen-4 clip be?", "fact"),
        ("Compare Gen-4 and Veo 3", "comparison"),
        ("What is the difference between Gen-4 and Gen-4.5?", "comparison"),
        ("What happened to Sora?", "status"),
        ("Why did OpenAI shut Sora down?", "reason"),
        ("Which studios work with Runway?", "list"),
        ("What is Gen-4?", "definition"),
    ],
)
def test_the_shape_of_a_question_is_told(question: str, shape: str) -> None:
    assert asked(question).shape == shape


def test_names_known_and_unknown_are_told_apart_from_the_terms() -> None:
    question = asked("Does Gen-4 beat MoonFrame 2 on smooth motion?")
    assert question.names == {"Gen-4"}
    assert question.unknown == ("MoonFrame 2",)
    assert {"smooth", "motion"} <= set(question.terms)
    assert not {"gen-4", "doe", "on"} & set(question.terms)


def test_figures_of_the_question_are_read() -> None:
    assert [f.value for f in asked("Did Runway raise $308 million in April 2025?").figures] == ["308000000", "2025-04"]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("What is the latest model?", "newest"),
        ("Who leads Runway?", "person"),
        ("Where is Runway based?", "place"),
        ("Is Gen-4 free?", "yes_no"),
    ],
)
def test_what_else_is_asked_is_flagged(question: str, field: str) -> None:
    assert getattr(asked(question), field)
    assert not getattr(asked("How long can a Gen-4 clip be?"), field)


def test_a_question_is_normalised_on_one_line() -> None:
    assert clean("  How\u200b long\r\n\tis  it? ", 100) == "How long is it?"


@pytest.mark.parametrize("text", ["", "  \n", "?!", "\u200b\u202e", "…"])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="type one in words"):
        clean(text, 100)


@pytest.mark.parametrize("text", ["a" * 101, "a " * 3000])
def test_an_overlong_question_is_refused_with_its_length_and_the_limit(text: str) -> None:
    with pytest.raises(QuestionError, match=f"{len(text):,} characters and the limit is 100"):
        clean(text, 100)


@given(st.text(max_size=300))
def test_any_question_is_cleaned_once_or_refused_and_can_be_analysed(text: str) -> None:
    try:
        question = clean(text, 300)
    except QuestionError:
        return
    assert clean(question, 300) == question
    assert analyse(question, NAMES).text == question


def test_a_long_question_falls_into_its_clauses_and_a_short_one_into_none() -> None:
    text = (
        "Which company raised 308 million dollars in a round led by General Atlantic, sells its plans in credits, and"
        " was sued by the owner of a YouTube channel, while its rival released a model with native audio?"
    )
    parts = clauses(text)
    assert "sells its plans in credits" in parts
    assert "its rival released a model with native audio" in parts
    assert all(part in text for part in parts)
    assert clauses("How long is a Gen-4 clip, and what does it cost?") == []
    assert len(clauses(", ".join(f"the number {n} of clips" for n in range(50)))) == 8


@pytest.mark.parametrize("pattern", ["is ", "how fast does ", "What ", "Gen-4 ", "1", "A", "'a", "is a still "])
def test_the_longest_question_is_analysed_in_a_moment(pattern: str) -> None:
    text = clean((pattern * 4000)[:4000], 4000)
    begun = time.process_time()
    asked(text)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("text", "as_of", "left"),
    [
        ("How much is Runway worth as of January 2023?", None, "How much is Runway worth ?"),
        ("As of 22 November 2026, do platforms have duties?", None, "do platforms have duties?"),
        ("Where does the NO FAKES Act stand in July 2026?", "2026-07", "Where does the NO FAKES Act stand ?"),
        ("Where did the NO FAKES Act stand in July 2026?", None, "Where did the NO FAKES Act stand in July 2026?"),
        ("What happened on 3 May 2024?", "2025-01-01", "What happened on 3 May 2024?"),
    ],
)
def test_the_moment_a_question_is_asked_from_is_no_part_of_what_is_asked(
    text: str, as_of: str | None, left: str
) -> None:
    assert timeless(text, as_of) == left
