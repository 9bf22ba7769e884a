from rag.answerers.extractive import choose
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
