"""What the readers are worth: `PYTHONPATH=. python tests/benchmarks/reader.py --data DIR` writes reader.json beside it.

- squad: SQuAD 2.0 dev articles 13-15, never trained or tuned on; each question with its own paragraph, and what the network
  alone says of it.
- readers: the same questions and paragraphs through each reader as the chain uses it; a right sentence first, and the area
  under the ROC curve of its chance of an answer.
- domain: facts of the corpus kept aside from training (the calibration was fitted on them).
- unseen: ten articles on invented mountain railways (reader_articles/) and 60 questions, half of them near misses, through
  the whole path of retrieval and reading, for each reader.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from paragraphs import Paragraphs, right
from results import save

from rag.embedders.minilm import MiniLM
from rag.index import Index
from rag.ingest import ingest
from rag.lexical import fold
from rag.menus import load
from rag.readers._span_model import FOLDER, SpanModel
from rag.readers.joint import Joint
from rag.readers.overlap import Overlap
from rag.readers.span import SpanReader
from rag.records import Question
from rag.retrievers import hybrid
from rag.settings import Settings, shipped_corpus
from rag.training.data import Domain
from rag.training.export import outputs
from rag.training.public import squad
from rag.training.tuning import auroc, figures
from rag.vocabulary import Vocabulary

HERE = Path(__file__).parent


def unseen(model: SpanModel) -> dict[str, Any]:
    """Each reader on articles about another subject."""
    rows = [json.loads(line) for line in (HERE / "reader_questions.jsonl").read_text("utf-8").splitlines()]
    embedder, vocabulary = MiniLM(), Vocabulary()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(corpus=(HERE / "reader_articles",), home=Path(home))
        ingest(settings, embedder)
        index = Index.open(settings, embedder)
        retriever = hybrid.CHOICE(index, embedder)
        found["joint"] = _through(rows, retriever, Joint(index, embedder, vocabulary))
        found["span"] = _through(rows, retriever, SpanReader(index, embedder, vocabulary, model))
        found["overlap"] = _through(rows, retriever, Overlap(index, embedder, vocabulary))
        index.close()
    return found


def _through(rows: list[dict[str, Any]], retriever: Any, reader: Any) -> dict[str, float]:
    hits, shorts, answerable, seconds = [], [], [], []
    for row in rows:
        question = Question(text=row["question"])
        retrieved = retriever.retrieve(question, 12)
        started = time.perf_counter()
        reading = reader.read(question, retrieved)
        seconds.append(time.perf_counter() - started)
        answerable.append(reading.answerable)
        if row["answer"]:
            hits.append(any(row["answer"] in e.sentence.text for e in reading.evidence[:1]))
            shorts.append(bool(reading.short and _alike(reading.short.text, row["answer"])))
    answered = np.array([row["answer"] is not None for row in rows])
    return {
        "hit_1": round(float(np.mean(hits)), 4),
        "short_right": round(float(np.mean(shorts)), 4),
        "auroc_near_miss": round(auroc(np.array(answerable), answered), 4),
        "p50_milliseconds": round(1000 * float(np.median(seconds)), 1),
    }


def on_paragraphs(data: Path, sample: int) -> dict[str, dict[str, float]]:
    """Each reader on SQuAD questions with their own paragraph."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(corpus=(home / "articles",), home=home, library=home / "none")
        paragraphs = Paragraphs(data, 13, 15, settings, sample)
        answered = np.array([bool(asked.places) for asked in paragraphs.asked])
        for name in ("overlap", "span", "joint"):
            reader = load("readers", name)(paragraphs.bench.index, MiniLM(), paragraphs.bench.vocabulary)
            readings = [reader.read(asked.question, paragraphs.found(asked)) for asked in paragraphs.asked]
            pairs = zip(paragraphs.asked, readings, strict=True)
            first = [right(asked, reading.evidence[:1]) for asked, reading in pairs if asked.places]
            area = auroc(np.array([reading.answerable for reading in readings]), answered)
            found[name] = {"sentence": round(float(np.mean(first)), 4), "auroc_answerable": round(area, 4)}
        paragraphs.bench.index.close()
    return found


def _alike(found: str, wanted: str) -> bool:
    return fold(wanted) in fold(found) or fold(found) in fold(wanted)


def main() -> None:
    """Run all and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--sample", type=int, default=0, help="SQuAD questions at most; 0: all")
    chosen = parser.parse_args()
    model = SpanModel(chosen.model)
    examples = squad(chosen.data / "squad2_half" / "dev-v2.0.json", 13, 15)
    if chosen.sample:
        examples = random.Random(0).sample(examples, chosen.sample)
    aside = [example for example, _ in Domain(shipped_corpus()).questions(tuning=True)]
    results = {
        "model": model.card["sha256"][:12],
        "squad": _with_calibration(model, examples),
        "readers": on_paragraphs(chosen.data, chosen.sample),
        "domain": _with_calibration(model, aside),
        "unseen": unseen(model),
    }
    print(save(HERE / "reader.json", results))


def _with_calibration(model: SpanModel, examples: list[Any]) -> dict[str, float]:
    found = outputs(model, examples)
    odds = np.array([model.log_odds(output) for output in found])
    answered = np.array([example.held is not None for example in examples])
    return figures(examples, found) | {"auroc_calibrated": round(auroc(odds, answered), 4)}


if __name__ == "__main__":
    main()
