"""The weights of the support score and what it is worth on WiCE (Kamoi et al. 2023, data ODC-BY).

    PYTHONPATH=. python tests/benchmarks/support.py --data DIR [--reader]

DIR holds wice/data. Fits the chance that a word is supported on the tokens of `non_supported_tokens/train` (374 claims that are
supported in part; it is the only part of WiCE train at hand), prints the weights for rag/support.py, and gives the area under
the ROC curve on dev: of words, and of claims, supported against the rest. Evidence is cut to the five sentences that share most
with the claim. --reader adds the trained reader with the claim as its question.
"""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from rag.judging import word_support
from rag.lexical import STOPWORDS, terms
from rag.settings import Settings
from rag.support import TokenSupport, scored
from rag.training.tuning import auroc

KEPT = 5
CLAIMS, TOKENS = "data/entailment_retrieval/claim/dev.jsonl", "data/non_supported_tokens/{}.jsonl"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with the evidence nearest to it, and the words of it that the evidence does not bear out, where known."""

    text: str
    evidence: tuple[str, ...]
    supported: bool
    lacking: tuple[tuple[int, int], ...]


@cache
def support() -> TokenSupport:
    """One scorer, so that its model is loaded once."""
    return TokenSupport(Settings.from_environment().home)


def claims(path: Path) -> Iterator[Claim]:
    """The rows of one file."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row["claim"].replace("\xa0", " ")
        evidence = [re.sub(r"^\(meta data\) \w+: ", "", s) for s in row["evidence"] if s.strip()]
        yield Claim(text, _nearest(text, evidence), row["label"] == "supported", tuple(_lacking(text, row)))


def _nearest(claim: str, evidence: list[str]) -> tuple[str, ...]:
    wanted = {t for t in terms(claim) if t not in STOPWORDS}
    held = [wanted & set(terms(s)) for s in evidence]
    rare = {t: log(1 + len(evidence) / (1 + sum(t in h for h in held))) for t in wanted}
    order = sorted(range(len(evidence)), key=lambda i: -sum(rare[t] for t in held[i]))
    return tuple(evidence[i][:600] for i in order[:KEPT])


def _lacking(claim: str, row: dict[str, Any]) -> Iterator[tuple[int, int]]:
    place = 0
    for token, lacks in zip(row.get("claim_tokens", ()), row.get("non_supported_spans", ()), strict=True):
        start = claim.find(token.replace("\xa0", " "), place)
        if start >= 0:
            place = start + len(token)
            if lacks:
                yield start, place


def words(path: Path) -> tuple[Any, Any]:
    """Signs (words, 6) of all words of the claims in one file, and whether each is supported."""
    signs, held = [], []
    for claim in claims(path):
        place = 0
        for word, found in support().words(claim.text, claim.evidence):
            start = claim.text.index(word, place)
            place = start + len(word)
            signs.append(found)
            held.append(not any(a < place and start < b for a, b in claim.lacking))
    return np.array(signs), np.array(held)


def wice(folder: Path, *, reader: bool = False) -> dict[str, Any]:
    """Areas under the ROC curve on dev, claims supported against the rest; `words` those of single words."""
    rows = list(claims(folder / CLAIMS))
    truth = np.array([c.supported for c in rows])
    told = [support().words(c.text, c.evidence) for c in rows]
    scores = {
        "share of terms": [word_support(c.text, " ".join(c.evidence)) for c in rows],
        "cosine of words": [float(np.mean([s[0] for _, s in found])) for found in told],
        "support": [scored(found) for found in told],
    }
    if reader:
        from rag.readers._span_logits import sentence_scores
        from rag.readers._span_model import SpanModel

        model = SpanModel()
        outputs = [model.output(c.text, "", "", c.evidence) for c in rows]
        scores["reader, best sentence"] = [max(sentence_scores(o)) for o in outputs]
        scores["reader, answerable"] = [model.log_odds(o) for o in outputs]
    return {"claims": len(rows)} | {name: round(auroc(np.array(s), truth), 3) for name, s in scores.items()}


def main() -> None:
    """Fit and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", action="store_true")
    chosen = parser.parse_args()
    folder = chosen.data / "wice"
    signs, held = words(folder / TOKENS.format("train"))
    model = LogisticRegression(C=1.0, max_iter=2000).fit(signs, held)
    print(f"{len(held)} words; weights {model.coef_[0].round(3).tolist()}, bias {model.intercept_[0]:.3f}")
    signs, held = words(folder / TOKENS.format("dev"))
    print(f"words of dev: {auroc(model.decision_function(signs), held):.3f}")
    print(json.dumps(wice(folder, reader=chosen.reader), indent=1))


if __name__ == "__main__":
    main()
