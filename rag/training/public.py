"""Examples for the reader from public sets: SQuAD 2.0, SQuADShifts and SelQA, read from a folder that is not shipped."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.lexical import Lexical, fold
from rag.sentences import normalise, spans
from rag.training.data import ELSEWHERE, Example
from rag.training.distortions import contradicted

SHIFTS = ("new_wiki", "reddit", "amazon_reviews")
NEAR, CONTRADICTED = 0.25, 0.5
LONGEST = 130  # words of a public paragraph; two cores read twice as many of these as of all


def selqa(path: Path) -> list[Example]:
    """Questions on sections of Wikipedia, many of them reworded to share few words with the sentence that answers.

    The set tells the sentences that answer, not the words (Jurczyk et al. 2016, https://arxiv.org/abs/1606.08513).
    """
    found = []
    for row in json.loads(path.read_text("utf-8")):
        sentences = tuple(normalise(c).strip() for c in row["candidates"])
        answers = row["answers"]
        if answers and sum(len(s.split()) for s in sentences) <= 2 * LONGEST:
            found.append(
                Example(
                    question=row["question"].strip(),
                    title=row["article"],
                    heading=row["section"],
                    sentences=sentences,
                    held=answers[0],
                    unsure=frozenset(answers[1:]),
                    source="selqa",
                )
            )
    return found


def squad(path: Path, first: int, last: int) -> list[Example]:
    """The questions on articles `first` to `last` (inclusive) of a SQuAD 2.0 file."""
    articles = json.loads(path.read_text("utf-8"))["data"][first : last + 1]
    return [
        e for a in articles for p in a["paragraphs"] for e in _paragraph(a["title"], p["context"], p["qas"], "squad2")
    ]


class Shifts:
    """SQuADShifts: answered questions on short paragraphs; unanswerable ones made with a near paragraph, or by contradiction."""

    def __init__(self, folder: Path) -> None:
        self._examples: list[Example] = []
        for name in SHIFTS:
            for article in json.loads((folder / f"{name}.json").read_text("utf-8"))["data"]:
                title = article["title"] if name == "new_wiki" else ""
                for paragraph in article["paragraphs"]:
                    if len(paragraph["context"].split()) <= LONGEST:
                        self._examples += _paragraph(title, paragraph["context"], paragraph["qas"], "shifts")
        self._texts = list(dict.fromkeys(e.sentences for e in self._examples))
        self._index = Lexical.build([str(i) for i in range(len(self._texts))], [" ".join(t) for t in self._texts])

    def sample(self, count: int, rng: random.Random) -> Iterator[Example]:
        """`count` answered questions; a quarter as many on a near paragraph that lacks the answer, half as many contradicted."""
        for example in rng.sample(self._examples, min(count, len(self._examples))):
            yield example
            way = rng.random()
            if way < CONTRADICTED:
                yield from self._contradicted(example, rng)
            elif way < CONTRADICTED + NEAR and example.held is not None and example.span:
                answer = fold(example.sentences[example.held][slice(*example.span)])
                near = (self._texts[int(i)] for i, _ in self._index.search(example.question, 6))
                rest = [t for t in near if t != example.sentences and answer not in fold(" ".join(t))]
                if rest:
                    yield replace(example, sentences=rest[0], held=None, span=None, unsure=frozenset(), source="near")

    def _contradicted(self, example: Example, rng: random.Random) -> Iterator[Example]:
        elsewhere = " ".join(" ".join(self._texts[rng.randrange(len(self._texts))]) for _ in range(ELSEWHERE))
        question = contradicted(example.question, " ".join(example.sentences), elsewhere, rng)
        if question:
            yield replace(
                example, question=question, held=None, span=None, unsure=frozenset(), source="swap", about=example.held
            )


def _paragraph(title: str, context: str, asked: Sequence[dict[str, Any]], source: str) -> Iterator[Example]:
    if normalise(context) != context:
        return
    places = list(spans(context))
    sentences = tuple(context[a:b] for a, b in places)
    for row in asked:
        question, subject = str(row["question"]).strip(), title.replace("_", " ")
        base = Example(question=question, title=subject, heading="", sentences=sentences, source=source)
        if row.get("is_impossible"):
            yield base
            continue
        answer = row["answers"][0]
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        held = next((i for i, (a, b) in enumerate(places) if a <= start < b), None)
        if held is None:
            continue
        a, b = places[held]
        unsure = frozenset(i for i, t in enumerate(sentences) if i != held and answer["text"] in t)
        yield replace(base, held=held, span=(start - a, min(end, b) - a), unsure=unsure)
