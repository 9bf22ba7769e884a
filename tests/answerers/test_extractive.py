import pytest

from rag.answerers.extractive import choose, disagree
from rag.questions import analyse
from rag.records import Evidence, Passage, Sentence
from rag.vocabulary import Vocabulary

TOLD = [
    ("The studio was worth three billion dollars in spring.", "2023-04", 6.0),
    ("A later round put it at five billion dollars.", "2026-02-10", 5.0),
    ("Some undated page names another sum for the firm.", None, 5.5),
]


def evidence() -> list[Evidence]:
    found = []
    for number, (text, known, score) in enumerate(TOLD):
        sentence = Sentence(start=0, end=len(text), text=text, known_since=known)
        passage = Passage(
            id=f"a{number}:0",
            article=f"a{number}",
            heading="",
            start=0,
            end=len(text),
            text=text,
            ordinal=0,
            sentences=(sentence,),
        )
        found.append(Evidence(passage=passage, sentence=sentence, score=score))
    return sorted(found, key=lambda e: -e.score)


def chosen(question: str) -> list[str | None]:
    return [e.sentence.known_since for e in choose(analyse(question, Vocabulary()), evidence())]


def test_where_the_latest_is_asked_for_the_newer_of_two_good_sentences_comes_first() -> None:
    assert chosen("What is the studio worth now?") == ["2026-02-10", "2023-04", None]


def test_where_it_is_not_the_better_sentence_comes_first_whatever_its_age() -> None:
    assert chosen("What is the studio worth?") == ["2023-04", None, "2026-02-10"]


def within_one_article(one: str, other: str, *names: frozenset[str], between: str = "") -> bool:
    """Whether the two sentences of one passage disagree, `between` them another one or nothing."""
    texts = [text for text in (one, between, other) if text]
    starts = [sum(len(t) + 1 for t in texts[:at]) for at in range(len(texts))]
    sentences = tuple(
        Sentence(start=start, end=start + len(text), text=text) for start, text in zip(starts, texts, strict=True)
    )
    whole = " ".join(texts)
    passage = Passage(
        id="a:0", article="a", heading="", start=0, end=len(whole), text=whole, ordinal=0, sentences=sentences
    )
    sides = (
        Evidence(passage=passage, sentence=sentence, score=1.0, names=named)
        for sentence, named in zip((sentences[0], sentences[-1]), names, strict=True)
    )
    return disagree(*sides)


PRICE = "The lamp costs 12 euros."
GUIDES = "Several guides say the lamp costs 25 euros, against the 12 euros of its maker."
LAMP, CHAIR = frozenset({"Lamp"}), frozenset({"Chair"})


def test_a_sentence_that_tells_a_second_value_and_the_disagreement_is_the_other_side() -> None:
    assert within_one_article(PRICE, GUIDES, LAMP, LAMP, between="It is made in Bergen.")


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ("Several guides say the lamp costs 12 euros.", LAMP),  # no other value
        ("Several guides say the lamp weighs 25 kg.", LAMP),  # another matter
        ("The chair costs 25 euros, against the 12 euros of the lamp.", CHAIR),  # another thing
    ],
)
def test_what_tells_no_other_value_of_the_same_thing_is_no_other_side(other: str, named: frozenset[str]) -> None:
    assert not within_one_article(PRICE, other, LAMP, named, between="It is made in Bergen.")


def test_the_next_sentence_on_another_thing_is_no_side_of_a_disagreement() -> None:
    assert not within_one_article(GUIDES, "The chair costs 10 euros and the table 5 euros.", LAMP, CHAIR)
