"""Fit the weights of the readers `overlap` and `joint` on the tuning half of the gold questions.

    python tests/benchmarks/fit_readers.py [--save FILE] [--load FILE]

The ranking is a listwise softmax over the sentences of a question (the share of the right ones is maximised), the chance of
an answer a logistic regression on the signals of the best sentence; its bias is moved so that `WRONG` of the answerable
questions are refused. Prints what goes into rag/readers/overlap.py and rag/readers/joint.py, and how good it is: on the half
it was fitted on, by cross-validation, and with `overlap` alone. The reporting half is never read.
"""

import argparse
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from rag import Assistant, Settings
from rag.evaluation.question_sets import QuestionRow, load_questions
from rag.evaluation.scores import holds
from rag.followups import resolve
from rag.questions import analyse
from rag.readers._features import FIELDS
from rag.readers._missing import CLOSE, missing
from rag.readers.joint import Joint
from rag.readers.overlap import MARGIN
from rag.records import Question
from rag.settings import shipped_corpus

WRONG = 0.03
NAMES = (*FIELDS, "overlap", "sentence", "passage")
RANKING = {"overlap": ("overlap",), "joint": ("overlap", "sentence", "passage")}
CHANCE = {
    "overlap": ("overlap", "margin", "missing", "kind", "figures"),
    "joint": ("read", "heard", "missing", "overlap", "figures"),
}
Array = NDArray[np.float64]


def collect(assistant: Assistant, row: QuestionRow) -> dict[str, Any]:
    """The signals of every sentence that was read for the last turn, which of them are right, and what is missing."""
    history = []
    for turn in row.turns[:-1]:
        history.append(assistant.ask(turn, history=history, as_of=row.as_of))
    resolved = resolve(row.turns[-1], history, assistant.vocabulary)
    question = Question(text=resolved.text, second=resolved.second, as_of=row.as_of)
    parts = assistant._current()
    reader = parts.reader
    assert isinstance(reader, Joint)
    asked = analyse(question.text, assistant.vocabulary)
    ranked = reader.rank(question, parts.retriever.retrieve(question, 12))
    right = []
    for evidence, _, _ in ranked:
        article = assistant.article(evidence.passage.article)
        labels = {r.label.lower() for r in article.references if r.start == evidence.sentence.start}
        right.append(bool(labels & row.facts) and any(holds(evidence.sentence.text, e) for e in row.gold))
    by_overlap = sorted(ranked, key=lambda r: -r[1]["overlap"])
    absent = [
        bool(missing(asked, [e for e, _, _ in order], parts.index.lexical, assistant.vocabulary))
        for order in (by_overlap, ranked)
    ]
    signals = np.array([[s.get(n, 0.0) for n in NAMES] for _, s, _ in ranked])
    return {
        "id": row.id,
        "answerable": row.answerable,
        "compound": asked.compound,
        "x": signals,
        "y": np.array(right),
        "missing": absent,
    }


def listwise(rows: list[dict[str, Any]], columns: list[int], decay: float = 0.01) -> Array:
    """Weights that maximise the softmax share of the right sentences, by plain gradient steps with momentum."""
    weights, speed = np.ones(len(columns)), np.zeros(len(columns))
    rows = [r for r in rows if len(r["y"]) and r["y"].any() and not r["y"].all()]
    for _ in range(3000):
        slope = decay * weights
        for r in rows:
            x = r["x"][:, columns]
            share = np.exp(x @ weights - (x @ weights).max())
            share /= share.sum()
            held = share * r["y"]
            slope = slope + x.T @ (share - held / max(held.sum(), 1e-12)) / len(rows)
        speed = 0.9 * speed - 0.02 * slope
        weights = weights + speed
    return weights


def first(rows: list[dict[str, Any]], columns: list[int], weights: Array, k: int) -> float:
    """The share of answerable rows with a right sentence among the best `k`."""
    hits = [
        r["y"][np.argsort(-(r["x"][:, columns] @ weights))[:k]].any() for r in rows if r["answerable"] and len(r["y"])
    ]
    return float(np.mean(hits))


def chances(rows: list[dict[str, Any]], name: str, columns: list[int], weights: Array) -> Array:
    """The signals of each row's best sentence, a row a question."""
    out = []
    for r in rows:
        total = r["x"][:, columns] @ weights
        order = np.argsort(-total)
        told = dict(zip(NAMES, r["x"][order[0]], strict=True))
        told |= {
            "margin": total[order[0]] - total[order[min(MARGIN, len(order) - 1)]],
            "missing": r["missing"][name == "joint"],
        }
        told["read"] = max(r["x"][i][NAMES.index("passage")] for i in order[:CLOSE])
        told["heard"] = r["x"][:, NAMES.index("sentence")].max()
        out.append([float(told[n]) for n in CHANCE[name]])
    return np.array(out)


def main() -> None:
    """Collect or load the signals, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--load", type=Path)
    arguments = parser.parse_args()
    if arguments.load:
        rows = pickle.loads(arguments.load.read_bytes())
    else:
        with Assistant.open(Settings(home=Settings.from_environment().home, reader="joint")) as assistant:
            rows = [collect(assistant, r) for r in load_questions(shipped_corpus() / "questions.jsonl", "tuning")]
    if arguments.save:
        arguments.save.write_bytes(pickle.dumps(rows))
    rows = [r for r in rows if len(r["y"])]
    print(f"{len(rows)} questions")
    for name, names in RANKING.items():
        columns = [NAMES.index(n) for n in names]
        weights = listwise(rows, columns) if len(names) > 1 else np.ones(1)
        print(f"\n{name}: ranking {dict(zip(names, weights.round(3).tolist(), strict=True))}")
        print(
            f"  right sentence first {first(rows, columns, weights, 1):.3f}, in three {first(rows, columns, weights, 3):.3f}"
        )
        if name == "joint":  # Questions for two things at once keep the weights of `overlap`.
            rows = [r for r in rows if not r["compound"]]
        answerable = np.array([r["answerable"] for r in rows])
        signals = chances(rows, name, columns, weights)
        model = LogisticRegression(C=1.0, max_iter=2000)
        crossed = cross_val_predict(model, signals, answerable, cv=8, method="decision_function")
        model.fit(signals, answerable)
        sure = model.decision_function(signals)
        bias = float(model.intercept_[0] - np.quantile(sure[answerable], WRONG))
        print(f"  chance {dict(zip(CHANCE[name], model.coef_[0].round(3).tolist(), strict=True))}, bias {bias:.3f}")
        for label, scores in (("fitted", sure), ("crossed", crossed)):
            bar = np.quantile(scores[answerable], WRONG)
            refused = float((scores[~answerable] < bar).mean())
            print(
                f"  {label}: AUROC {roc_auc_score(answerable, scores):.3f}, refused right {refused:.3f} at {WRONG} wrong"
            )


if __name__ == "__main__":
    main()
