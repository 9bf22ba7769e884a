"""Found ids -> records the question may see; shared by the retrievers."""

from rag.index import Index
from rag.records import Question, Retrieved
from rag.visibility import visible_sentences

OVERFETCH = 8


def keep_visible(index: Index, question: Question, found: list[tuple[str, float]], name: str) -> list[Retrieved]:
    """`found` (ids with scores, best first) as records, without passages in which the question may see nothing."""
    passages = index.passages([i for i, _ in found])
    return [
        Retrieved(passage=passage, score=score, ranks=((name, rank),))
        for rank, (passage, (_, score)) in enumerate(zip(passages, found, strict=True), 1)
        if visible_sentences(passage, index.article(passage.article), question)
    ]
