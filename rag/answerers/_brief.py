"""What an answerer is given: the question that stands alone, what was read, the passages as they may be seen, what was said."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rag.index import Index
from rag.questions import Asked
from rag.records import Passage, Question, Reading, Sentence, Statement
from rag.visibility import visible_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage as this question may see it: the sentences its dates and filters leave, under the article's name and date."""

    passage: Passage
    title: str
    publisher: str | None
    published: str | None
    sentences: tuple[Sentence, ...]


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One question for an answerer.

    excerpts: best first, none without a visible sentence; said: supported statements of the last answer, in order;
    stopped: whether whoever asked has given up waiting, to be looked at again and again by an answerer that takes time.
    """

    question: Question
    asked: Asked
    reading: Reading
    excerpts: tuple[Excerpt, ...] = ()
    said: tuple[Statement, ...] = ()
    stopped: Callable[[], bool] = _never


def excerpts(question: Question, passages: Iterable[Passage], index: Index) -> tuple[Excerpt, ...]:
    """The passages in their order, each once, without those of which the question may see nothing."""
    found: dict[str, Excerpt] = {}
    for passage in passages:
        article = index.article(passage.article)
        seen = visible_sentences(passage, article, question)
        if seen and passage.id not in found:
            found[passage.id] = Excerpt(
                passage=passage,
                title=article.title,
                publisher=article.publisher,
                published=article.published,
                sentences=seen,
            )
    return tuple(found.values())
