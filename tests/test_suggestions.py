from dataclasses import replace

import pytest

from rag.records import Answer, Article, Nearest
from rag.suggestions import first_questions, follow_ups

TEXT = """Gen-4 is a model.

## How long is a Gen-4 clip?

A Gen-4 clip lasts 10 seconds.

## What does Gen-4 cost?

Gen-4 costs 12 credits.

## What does it weigh?

Nothing.
"""


def article(slug: str, text: str = TEXT, *, topic: str = "runway", entities: tuple[str, ...] = ("Gen-4",)) -> Article:
    return Article(slug=slug, title="A model", text=text, digest="", topics=(topic,), entities=entities)


@pytest.fixture
def answer() -> Answer:
    near = Nearest(article="gen-4", start=TEXT.index("A Gen-4 clip"), end=TEXT.index("\n\n## What does G"), quote="")
    return Answer(
        question="length of a Gen-4 clip",
        understood_as="How long is a clip of Gen-4?",
        answered=False,
        text="",
        mode="",
        as_of=None,
        generation="",
        nearest=(near,),
    )


def test_first_questions_take_one_an_article_and_the_topics_in_turn() -> None:
    veo = article("veo", TEXT.replace("Gen-4", "Veo 3"), topic="google", entities=("Veo 3",))
    aleph = article("aleph", TEXT.replace("Gen-4", "Aleph"), entities=("Aleph",))
    assert first_questions([article("gen-4"), aleph, veo]) == [
        "How long is a Gen-4 clip?",
        "How long is a Veo 3 clip?",
        "How long is a Aleph clip?",
    ]


def test_a_heading_that_names_nothing_is_no_first_question() -> None:
    assert first_questions([article("a", "## What does it weigh?\n\nNothing.\n")]) == []


def test_follow_ups_leave_out_the_quoted_section_and_what_was_asked(answer: Answer) -> None:
    assert follow_ups(answer, {"gen-4": article("gen-4")}) == ["What does Gen-4 cost?", "What does it weigh?"]


def test_questions_above_the_quote_come_after_those_below(answer: Answer) -> None:
    near = replace(answer.nearest[0], start=TEXT.index("Gen-4 costs"))
    asked = replace(answer, question="price", understood_as="price", nearest=(near,))
    assert follow_ups(asked, {"gen-4": article("gen-4")}) == ["What does it weigh?", "How long is a Gen-4 clip?"]


def test_an_article_that_is_gone_suggests_nothing(answer: Answer) -> None:
    assert follow_ups(answer, {}) == []
