"""Fit the weights of the readers `overlap` and `joint` on the tuning half of the gold questions, and on other subjects.

    PYTHONPATH=. python tests/benchmarks/fit_readers.py --data DIR [--save FILE] [--load FILE]

The ranking is a listwise softmax over the sentences of a question (the share of the right ones is maximised), the chance of
an answer a logistic regression on the signals of the best sentence; its bias is moved so that `WRONG` of the answerable
gold questions are refused. For `joint` the questions of SQuAD 2.0 dev articles 10-12, each on its own paragraph, count for
`ELSEWHERE` of the whole, with a bias of their own: two hundred questions on one corpus tell little about other subjects.
Prints what goes into rag/readers/overlap.py and rag/readers/joint.py, and how good it is: on the questions it was fitted on
and, for the gold questions, by cross-validation. The reporting half and the other SQuAD articles are never read.
"""

import argparse
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from paragraphs import Paragraphs, right
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold

from rag import Assistant, Settings
from rag.evaluation.question_sets import QuestionRow, load_questions
from rag.evaluation.scores import holds
from rag.followups import resolve
from rag.questions import analyse
from rag.readers._features import FIELDS
from rag.readers._missing import CLOSE, missing
from rag.readers.joint import Joint
from rag.readers.overlap import MARGIN
from rag.records import Answer, Question
from rag.settings import shipped_corpus

WRONG = 0.03
ELSEWHERE = 0.5
NAMES = (*FIELDS, "overlap", "sentence", "passage")
RANKING = {"overlap": ("overlap",), "joint": ("overlap", "sentence", "passage")}
CHANCE = {
    "overlap": ("overlap", "margin", "missing", "kind", "figures"),
    "joint": ("read", "heard", "missing", "overlap", "figures"),
}
Array = NDArray[np.float64]
Signals = tuple[Array, NDArray[np.bool_]]  # (questions, signals), and which have an answer


def collect(assistant: Assistant, row: QuestionRow) -> dict[str, Any]:
    """The signals of every sentence that was read for the last turn, which of them are right, and what is missing."""
    history: list[Answer] = []
    for turn in row.turns[:-1]:
        history.append(assistant.ask(turn, history=history, as_of=row.as_of))
    resolved = resolve(row.turns[-1], history, assistant.vocabulary)
    question = Question(text=resolved.text, second=resolved.second, as_of=row.as_of)
    parts = assistant._current()
    reader = parts.reader
    assert isinstance(reader, Joint)
    asked = analyse(question.text, assistant.vocabulary)
    ranked = reader.rank(question, parts.retriever.retrieve(question, 12))
    held = []
    for evidence, _, _ in ranked:
        article = assistant.article(evidence.passage.article)
        labels = {r.label.lower() for r in article.references if r.start == evidence.sentence.start}
        held.append(bool(labels & row.facts) and any(holds(evidence.sentence.text, e) for e in row.gold))
    by_overlap = sorted(ranked, key=lambda r: -r[1]["overlap"])
    absent = [
        bool(missing(asked, [e for e, _, _ in order], parts.index.lexical, assistant.vocabulary))
        for order in (by_overlap, ranked)
    ]
    signals = np.array([[s.get(n, 0.0) for n in NAMES] for _, s, _ in ranked])
    return {
        "id": row.id,
        "answerable": row.answerable,
        "x": signals,
        "y": np.array(held),
        "missing": absent,
    }


def gather(paragraphs: Paragraphs, reader: Joint) -> Iterator[dict[str, Any]]:
    """The same of the SQuAD questions, each on its own paragraph."""
    bench = paragraphs.bench
    for number, asked in enumerate(paragraphs.asked):
        ranked = reader.rank(asked.question, paragraphs.found(asked))
        analysed = analyse(asked.question.text, bench.vocabulary)
        absent = missing(analysed, [e for e, _, _ in ranked], bench.index.lexical, bench.vocabulary)
        yield {
            "id": str(number),
            "answerable": bool(asked.places),
            "x": np.array([[s.get(n, 0.0) for n in NAMES] for _, s, _ in ranked]),
            "y": np.array([right(asked, [e]) for e, _, _ in ranked]),
            "missing": [bool(absent), bool(absent)],
        }


def listwise(groups: list[tuple[float, list[dict[str, Any]]]], columns: list[int], decay: float = 0.01) -> Array:
    """Weights that maximise the softmax share of the right sentences, by plain gradient steps with momentum.

    `groups` are (share of the whole, its questions).
    """
    weights, speed = np.ones(len(columns)), np.zeros(len(columns))
    told = [(share, [r for r in rows if r["y"].any() and not r["y"].all()]) for share, rows in groups]
    counted = [(share / len(rows), r) for share, rows in told for r in rows]
    for _ in range(3000):
        slope = decay * weights
        for part, r in counted:
            x = r["x"][:, columns]
            share = np.exp(x @ weights - (x @ weights).max())
            share /= share.sum()
            held = share * r["y"]
            slope = slope + part * x.T @ (share - held / max(held.sum(), 1e-12))
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


class Chance:
    """Logistic regression on scaled signals, with a bias for the gold questions and one for those on other subjects."""

    def __init__(self, own: Signals, other: Signals | None) -> None:
        signals, answerable = own
        mean, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
        rows = [np.hstack([(signals - mean) / spread, np.ones((len(signals), 1)), np.zeros((len(signals), 1))])]
        weights, wanted = [np.ones(len(signals))], [answerable]
        if other:
            scaled = (other[0] - mean) / spread
            rows.append(np.hstack([scaled, np.zeros((len(scaled), 1)), np.ones((len(scaled), 1))]))
            weights = [weights[0] * (1 - ELSEWHERE), np.full(len(scaled), ELSEWHERE * len(signals) / len(scaled))]
            wanted.append(other[1])
        model = LogisticRegression(C=1.0, max_iter=3000, fit_intercept=False)
        model.fit(np.vstack(rows), np.concatenate(wanted), sample_weight=np.concatenate(weights))
        self.weights = model.coef_[0][: signals.shape[1]] / spread
        # Where the bias stands decides how many are refused, not who before whom: it is moved to refuse `WRONG`.
        self.bias = -float(np.quantile((signals @ self.weights)[answerable], WRONG))

    def __call__(self, signals: Array) -> Array:
        return np.asarray(signals @ self.weights + self.bias)


def crossed(own: Signals, other: Signals | None, parts: int = 8) -> Array:
    """The log odds of each gold question by a fit without it."""
    found = np.zeros(len(own[1]))
    for kept, aside in KFold(parts, shuffle=True, random_state=0).split(own[0]):
        found[aside] = Chance((own[0][kept], own[1][kept]), other)(own[0][aside])
    return found


def told(label: str, scores: Array, answerable: NDArray[np.bool_]) -> None:
    """A line of figures."""
    bar = np.quantile(scores[answerable], WRONG)
    refused = float((scores[~answerable] < bar).mean())
    print(f"  {label}: AUROC {roc_auc_score(answerable, scores):.3f}, refused right {refused:.3f} at {WRONG} wrong")


def main() -> None:
    """Collect or load the signals, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder with squad2_half; needed without --load")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--load", type=Path)
    arguments = parser.parse_args()
    own, other = pickle.loads(arguments.load.read_bytes()) if arguments.load else signals_of(arguments.data)
    if arguments.save:
        arguments.save.write_bytes(pickle.dumps((own, other)))
    print(f"{len(own)} gold questions, {len(other)} on other subjects")
    for name, names in RANKING.items():
        columns = [NAMES.index(n) for n in names]
        groups = [(1 - ELSEWHERE, own), (ELSEWHERE, other)] if name == "joint" else [(1.0, own)]
        weights = listwise(groups, columns) if len(names) > 1 else np.ones(1)
        print(f"\n{name}: ranking {dict(zip(names, weights.round(3).tolist(), strict=True))}")
        for _, rows in groups:
            found = [f"{first(rows, columns, weights, k):.3f}" for k in (1, 3)]
            print(f"  {len(rows)} questions: right sentence first {found[0]}, in three {found[1]}")
        parts = [
            (chances(rows, name, columns, weights), np.array([r["answerable"] for r in rows])) for _, rows in groups
        ]
        gold, elsewhere = parts[0], parts[1] if len(parts) > 1 else None
        chance = Chance(gold, elsewhere)
        print(
            f"  chance {dict(zip(CHANCE[name], chance.weights.round(3).tolist(), strict=True))}, bias {chance.bias:.3f}"
        )
        told("gold, fitted", chance(gold[0]), gold[1])
        told("gold, crossed", crossed(gold, elsewhere), gold[1])
        if elsewhere:
            told("other subjects, fitted", chance(elsewhere[0]), elsewhere[1])


def signals_of(data: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was read of the gold questions, and of those on other subjects; without those for which nothing was found."""
    settings = Settings(home=Settings.from_environment().home, reader="joint")
    with Assistant.open(settings) as assistant:
        own = [collect(assistant, r) for r in load_questions(shipped_corpus() / "questions.jsonl", "tuning")]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paragraphs = Paragraphs(data, 10, 12, Settings(corpus=(home / "articles",), home=home, library=home / "none"))
        reader = paragraphs.bench.reader
        assert isinstance(reader, Joint)
        other = list(gather(paragraphs, reader))
    return [r for r in own if len(r["y"])], [r for r in other if len(r["y"])]


if __name__ == "__main__":
    main()
