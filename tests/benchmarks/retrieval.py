"""Retrieval alone, choice by choice, on the tuning half: `python tests/benchmarks/retrieval.py` prints docs/retrieval.md's table.

Recall@5, nDCG@10 and MRR@10 of passages (a passage is relevant when a sentence of it carries a fact label of the row), and
milliseconds of CPU a question. Variants of the fusion are made by setting the weights of rag/retrievers/hybrid.py.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable

from rag import Assistant, Settings
from rag.embedders import Embedder
from rag.evaluation.question_sets import load_questions
from rag.evaluation.scores import ndcg, recall, reciprocal_rank
from rag.index import Index
from rag.menus import load
from rag.records import Question
from rag.retrievers import Retriever, hybrid
from rag.settings import shipped_corpus

Build = Callable[[Index, Embedder], Retriever]
VARIANTS: dict[str, tuple[str, dict[str, float]]] = {
    "dense": ("dense", {}),
    "keyword": ("keyword", {}),
    "hybrid, as shipped": ("hybrid", {}),
    "hybrid without the best sentence": ("hybrid", {"DENSE": 0.4, "WORDS": 0.6, "SENTENCE": 0.0}),
    "hybrid without words": ("hybrid", {"DENSE": 0.4, "WORDS": 0.0, "SENTENCE": 0.6}),
    "hybrid without the passage vector": ("hybrid", {"DENSE": 0.0, "WORDS": 0.5, "SENTENCE": 0.5}),
    "hybrid, more words": ("hybrid", {"DENSE": 0.2, "WORDS": 0.55, "SENTENCE": 0.25}),
    "hybrid without diversity": ("hybrid", {"DIVERSITY": 1.0}),
    "hybrid without cues": ("hybrid", {"CUE": 0.0}),
}


def measure(assistant: Assistant, choice: str, weights: dict[str, float]) -> tuple[float, float, float, float]:
    """(Recall@5, nDCG@10, MRR@10, CPU milliseconds a question) over single-turn answerable rows of the tuning half."""
    index = assistant._current().index
    retriever: Retriever = load("retrievers", choice)(index, assistant.embedder)
    kept = {name: getattr(hybrid, name) for name in weights}
    for name, value in weights.items():
        setattr(hybrid, name, value)
    rows = [
        r for r in load_questions(shipped_corpus() / "questions.jsonl", "tuning") if r.answerable and len(r.turns) == 1
    ]
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for article in assistant.articles():
        for passage in index.passages(index.passage_ids(article.slug)):
            for r in article.references:
                if passage.start <= r.start < passage.end:
                    bearers[r.label.lower()].add(passage.id)
    values = []
    started = time.process_time()
    for row in rows:
        found = [r.passage for r in retriever.retrieve(Question(text=row.turns[0], as_of=row.as_of), 10)]
        relevant = set().union(*(bearers[label] for label in row.facts))
        ids = [p.id for p in found]
        values.append(
            (recall(ids, relevant, 5), ndcg(ids, dict.fromkeys(relevant, 1.0), 10), reciprocal_rank(ids, relevant, 10))
        )
    spent = 1000 * (time.process_time() - started) / len(rows)
    for name, value in kept.items():
        setattr(hybrid, name, value)
    columns = [statistics.mean(column) for column in zip(*values, strict=True)]
    return columns[0], columns[1], columns[2], spent


def main() -> None:
    """Print the table."""
    with Assistant.open(Settings(home=Settings.from_environment().home)) as assistant:
        print("| choice | Recall@5 | nDCG@10 | MRR@10 | CPU ms |\n|---|---:|---:|---:|---:|")
        for name, (choice, weights) in VARIANTS.items():
            r5, gain, rank, spent = measure(assistant, choice, weights)
            print(f"| {name} | {r5:.3f} | {gain:.3f} | {rank:.3f} | {spent:.0f} |", flush=True)


if __name__ == "__main__":
    main()
