"""SQuAD 2.0 questions (Rajpurkar et al., 2018), each with its own paragraph: what a reader says when nothing has to be found."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from public import Bench, nearest, squad_paragraphs

from rag.records import Evidence, Question, Retrieved
from rag.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on the paragraph `slug`; `places` are where its answers begin in that article, none when it has none."""

    question: Question
    slug: str
    places: tuple[int, ...]


class Paragraphs:
    """The questions on articles `first` to `last` of the dev half, over an index of their paragraphs."""

    def __init__(self, data: Path, first: int, last: int, settings: Settings, limit: int = 0) -> None:
        held = [p for p in squad_paragraphs(data) if p.dev and first <= p.article <= last]
        self.bench = Bench([p.document for p in held], settings)
        self.asked = []
        for p in held:
            text = self.bench.index.article(p.document.slug).text
            for q in p.questions:
                answers = [] if q["is_impossible"] else q["answers"]
                places = (nearest(text, " ".join(a["text"].split()), a["answer_start"]) for a in answers)
                self.asked.append(
                    Asked(question=Question(text=q["question"].strip()), slug=p.document.slug, places=tuple(places))
                )
        if limit:
            self.asked = random.Random(0).sample(self.asked, min(limit, len(self.asked)))

    def found(self, asked: Asked) -> list[Retrieved]:
        """The passages of the paragraph, as if retrieved with equal scores."""
        index = self.bench.index
        return [Retrieved(passage=p, score=1.0) for p in index.passages(index.passage_ids(asked.slug))]


def right(asked: Asked, evidence: Sequence[Evidence]) -> bool:
    """Whether one of the sentences holds the place of an answer."""
    return any(e.sentence.start <= place < e.sentence.end for e in evidence for place in asked.places)
