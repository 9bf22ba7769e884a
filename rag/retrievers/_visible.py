"""Found ids -> records the question may see; shared by the retrievers.

An article is read from the store only where the filter by outlet needs its references: among many articles each candidate
comes from another one.
"""

from rag.index import Index
from rag.records import Passage, Question, Retrieved, Sentence
from rag.visibility import may_show, restricted, visible_in_time, visible_sentences

OVERFETCH = 8


def keep_visible(index: Index, question: Question, found: list[tuple[str, float]], name: str) -> list[Retrieved]:
    """`found` (ids with scores, best first) as records, without passages in which the question may see nothing."""
    passages = index.passages([i for i, _ in found])
    return [
        Retrieved(passage=passage, score=score, ranks=((name, rank),))
        for rank, (passage, (_, score)) in enumerate(zip(passages, found, strict=True), 1)
        if seen(index, passage, question)
    ]


def seen(index: Index, passage: Passage, question: Question) -> tuple[Sentence, ...]:
    """The sentences of `passage` the question may see, as `visible_sentences` tells."""
    if not restricted(question):
        return passage.sentences
    if not may_show(index.abouts()[passage.article], question):
        return ()
    if not question.publisher:
        return visible_in_time(passage, question)
    return visible_sentences(passage, index.article(passage.article), question)
