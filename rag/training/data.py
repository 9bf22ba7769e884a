"""Examples for the reader from the project's own questions, and unanswerable pairs made from them."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from rag.lexical import Lexical, fold, terms
from rag.passages import cut
from rag.records import Article, Passage
from rag.sources.markdown import read
from rag.training.distortions import contradicted, swapped, untidy
from rag.vocabulary import Vocabulary

# Of the answered questions, those that are asked of a near passage, and those that are contradicted; the rest get another name.
NEAR, CONTRADICTED = 0.4, 0.3
ELSEWHERE = 4  # passages from which the words of a contradiction are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question on a passage. `held` is the sentence that answers it, or None when nothing in the passage does;
    `span` are the code points of the short answer in that sentence, None where only the sentence is known.
    `unsure` sentences are neither trained up nor down.
    """

    question: str
    title: str
    heading: str
    sentences: tuple[str, ...]
    held: int | None = None
    span: tuple[int, int] | None = None
    unsure: frozenset[int] = frozenset()
    source: str = ""
    trap: str | None = None
    about: int | None = None


def cropped(example: Example, rng: random.Random) -> Example:
    """A window of two to four sentences that keeps the one the question is about: cheaper, and harder to learn by place."""
    size = rng.randint(2, 4)
    if len(example.sentences) <= size:
        return example
    about = next((i for i in (example.held, example.about) if i is not None), rng.randrange(len(example.sentences)))
    first = rng.randint(max(0, about - size + 1), min(about, len(example.sentences) - size))
    return replace(
        example,
        sentences=example.sentences[first : first + size],
        held=None if example.held is None else example.held - first,
        unsure=frozenset(i - first for i in example.unsure if first <= i < first + size),
        about=None,
    )


def held_out(label: str) -> bool:
    """Whether a fact is kept aside for tuning: one in ten, by its label alone."""
    return int(sha256(label.encode()).hexdigest(), 16) % 10 == 0


class Domain:
    """The project's own questions (`corpus/training/*.jsonl`) on the passages of its articles."""

    def __init__(self, corpus: Path) -> None:
        self._files = corpus / "training"
        self.vocabulary = Vocabulary.load(corpus / "entities.json")
        found = (read(p.read_bytes(), p.name) for p in sorted((corpus / "articles").glob("*.md")))
        self.articles: dict[str, Article] = {a.slug: a for a in found}
        self.passages: dict[str, tuple[Passage, ...]] = {slug: cut(a) for slug, a in self.articles.items()}

    def questions(self, *, tuning: bool) -> list[tuple[Example, str]]:
        """(example, fact label) of the questions kept aside for tuning, or of all others."""
        rows = (
            json.loads(line) for f in sorted(self._files.glob("*.jsonl")) for line in f.read_text("utf-8").splitlines()
        )
        found = ((self._example(row), row["label"]) for row in rows if held_out(row["label"]) == tuning)
        return [(example, label) for example, label in found if example]

    def neighbour(self, example: Example, label: str, rng: random.Random) -> Example | None:
        """The same question on a near passage that holds neither the fact nor the words of the answer."""
        answer = (
            fold(example.sentences[example.held][slice(*example.span)])
            if example.held is not None and example.span
            else ""
        )
        near = [i for i, _ in self._index.search(example.question, 12)]
        own = self._bearers[label]
        rest = [i for i in near if i not in own and not (answer and answer in fold(self._by_id[i].text))]
        if not rest:
            return None
        return self._unanswered(example, self._by_id[rng.choice(rest[:4])])

    def gap(self, example: Example, label: str) -> Example | None:
        """The same question on the passage of its article that tells what is not known."""
        slug = next(iter(self._bearers[label])).split(":")[0]
        found = [p for p in self.passages[slug] if p.sentences and all(s.gap for s in p.sentences)]
        return self._unanswered(example, found[0]) if found else None

    def near(self, example: Example, label: str, count: int) -> list[tuple[Passage, float, frozenset[int]]]:
        """The best `count` passages by shared words, with their score, and which of their sentences answer `example`."""
        answer = (
            fold(example.sentences[example.held][slice(*example.span)])
            if example.held is not None and example.span
            else ""
        )
        found = []
        for passage_id, score in self._index.search(example.question, count):
            passage = self._by_id[passage_id]
            marked = {r.start for r in self.articles[passage.article].references if r.label == label}
            right = (i for i, s in enumerate(passage.sentences) if s.start in marked and answer in fold(s.text))
            found.append((passage, score, frozenset(right) if example.held is not None else frozenset()))
        return found

    def elsewhere(self, rng: random.Random) -> str:
        """The text of a few passages, from which the names and words of a contradiction are taken."""
        return " ".join(p.text for p in rng.sample(list(self._by_id.values()), ELSEWHERE))

    def _unanswered(self, example: Example, passage: Passage) -> Example:
        sentences = tuple(s.text for s in passage.sentences)
        title = self.articles[passage.article].title
        return Example(
            question=example.question, title=title, heading=passage.heading, sentences=sentences, source="near"
        )

    def _example(self, row: dict[str, str | None]) -> Example | None:
        """The passage with the sentence under the fact's label that fits best; None when an answer fits nowhere."""
        article = self.articles.get(str(row["article"]))
        question, answer = str(row["question"]), row["answer"]
        marked = {r.start for r in article.references if r.label == row["label"]} if article else set()
        wanted = set(terms(f"{question} {answer or ''}"))
        best: tuple[float, Passage, int, int] | None = None
        for passage in self.passages.get(str(row["article"]), ()):
            for at, sentence in enumerate(passage.sentences):
                if sentence.start in marked and not sentence.gap:
                    place = fold(sentence.text).find(fold(answer)) if answer else -1
                    fits = len(wanted & set(terms(sentence.text))) + (100 if place >= 0 else 0)
                    if best is None or fits > best[0]:
                        best = fits, passage, at, place
        if article is None or best is None:
            return None
        _, passage, at, place = best
        texts = tuple(s.text for s in passage.sentences)
        example = Example(
            question=question,
            title=article.title,
            heading=passage.heading,
            sentences=texts,
            source="domain",
            trap=row["trap"],
            about=at,
        )
        if not answer:
            return example
        if place < 0 and len(set(terms(answer)) & set(terms(texts[at]))) < 0.5 * len(set(terms(answer))):
            return None
        # Folding keeps the length of these texts; where it does not, the span is checked and dropped.
        span = (place, place + len(answer)) if place >= 0 else None
        if span and fold(texts[at][slice(*span)]) != fold(answer):
            span = None
        also = (i for i, s in enumerate(passage.sentences) if s.start in marked or fold(answer) in fold(s.text))
        unsure = frozenset(also) - {at}
        return replace(example, held=at, span=span, unsure=unsure)

    @cached_property
    def _by_id(self) -> dict[str, Passage]:
        return {p.id: p for group in self.passages.values() for p in group if p.sentences}

    @cached_property
    def _index(self) -> Lexical:
        texts = [f"{self.articles[p.article].title} {p.heading}\n{p.text}" for p in self._by_id.values()]
        return Lexical.build(list(self._by_id), texts)

    @cached_property
    def _bearers(self) -> dict[str, set[str]]:
        """For each fact label the ids of the passages that carry it."""
        found: dict[str, set[str]] = defaultdict(set)
        for slug, article in self.articles.items():
            for reference in article.references:
                for passage in self.passages[slug]:
                    if passage.start <= reference.start < passage.end and passage.id in self._by_id:
                        found[reference.label].add(passage.id)
        return found


def domain_round(domain: Domain, rng: random.Random) -> Iterator[Example]:
    """One pass over the domain questions with fresh negatives: neighbours, gaps, swapped names, untidy spellings."""
    for example, label in domain.questions(tuning=False):
        yield replace(example, question=untidy(example.question, rng))
        other: Example | None = None
        if example.held is None:
            other = domain.gap(example, label) if rng.random() < 0.15 else None
        elif (way := rng.random()) < NEAR:
            other = domain.neighbour(example, label, rng)
        else:
            around = " ".join((example.title, example.heading, *example.sentences))
            if way < NEAR + CONTRADICTED:
                question = contradicted(example.question, around, domain.elsewhere(rng), rng)
            else:
                question = swapped(example.question, around, domain.vocabulary, rng)
            other = replace(example, question=question, held=None, span=None, source="swap") if question else None
        if other:
            yield replace(other, question=untidy(other.question, rng))
