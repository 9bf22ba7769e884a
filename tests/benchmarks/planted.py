"""What the judge finds: `PYTHONPATH=. python tests/benchmarks/planted.py [--data DIR]` writes planted.json and prints the table.

planted_paraphrases.jsonl holds true statements, written for this purpose as an analyst or a chat model would write them, each
with the sentences of the shipped corpus it tells. planted_alterations.py makes them false, kind by kind. Articles are split in
two halves: rules and thresholds were made on the tuning half (every other article), figures are told for both. A statement is
caught when its verdict is not `supported`; a false alarm is a true statement that is caught. True statements are judged twice:
over the very sentences they were written from, and over those that `locate` finds in the passages a model would have cited.
With --data (a folder with WiCE) the figures of the support score on WiCE dev are added, see support.py.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from results import about, save

from rag.citations import Judge, place
from rag.judging.locating import locate
from rag.lexical import terms
from rag.passages import cut
from rag.records import Article, Draft, DraftStatement, Passage, Span
from rag.settings import Settings, shipped_corpus
from rag.sources.markdown import read
from rag.support import TokenSupport
from rag.vocabulary import Vocabulary
from tests.benchmarks.planted_alterations import ALTERATIONS

HERE = Path(__file__).parent
SEED, MOST = 20_261_122, 60  # statements a kind and half
LOOSE = 0.3  # share of terms that two sentences on different matters may share
ADDITIONS = [
    " and won praise from most reviewers",
    " because demand was unusually strong",
    ", which pleased early customers a lot",
    " after months of internal delays",
    ", making it a favourite of small studios",
    ", a decision that surprised many analysts",
    ", though competitors complained loudly",
    ", with the team working through the weekend",
]


@dataclass(frozen=True, slots=True)
class Case:
    """A statement, the article it is told from and the sentences it rests on."""

    statement: str
    article: str
    quotes: tuple[str, ...]


class Bench:
    """The corpus, its names and the judge."""

    def __init__(self) -> None:
        corpus = shipped_corpus()
        self.vocabulary = Vocabulary.load(corpus / "entities.json")
        self.judge = Judge(self.vocabulary, TokenSupport(Settings.from_environment().home))
        found = (read(p.read_bytes(), p.name) for p in sorted((corpus / "articles").glob("*.md")))
        self.articles: dict[str, Article] = {a.slug: a for a in found}
        self.passages: dict[str, tuple[Passage, ...]] = {slug: cut(a) for slug, a in self.articles.items()}
        rows = [json.loads(line) for line in (HERE / "planted_paraphrases.jsonl").read_text("utf-8").splitlines()]
        self.cases = [Case(r["statement"], r["article"], tuple(r["quotes"])) for r in rows]

    def half(self, tuning: bool) -> list[Case]:
        """The cases of every other article."""
        chosen = set(sorted(self.articles)[0 if tuning else 1 :: 2])
        return [c for c in self.cases if c.article in chosen]

    def over_quotes(self, case: Case) -> bool:
        """Whether the judge catches the statement over its own quotes."""
        return self._caught(case.statement, [self._span(case.article, q) for q in case.quotes])

    def located(self, case: Case) -> bool:
        """Whether the judge catches the statement over what is located for it in the passages of its quotes."""
        held = [p for p in self.passages[case.article] if any(q in p.text for q in case.quotes)]
        return self._caught(case.statement, locate(case.statement, held, self.vocabulary))

    def finds(self, case: Case) -> bool:
        """Whether locating gives all sentences the statement was written from."""
        held = [p for p in self.passages[case.article] if any(q in p.text for q in case.quotes)]
        found = " ".join(s.text for s in locate(case.statement, held, self.vocabulary))
        return all(q in found for q in case.quotes)

    def invented(self, case: Case) -> bool:
        """Whether a citation of words the article does not hold, or not there, is refused."""
        spans = [self._span(case.article, q) for q in case.quotes]
        moved = [Span(article=s.article, start=s.start + 7, end=s.end + 7, text=s.text) for s in spans]
        return self._caught(case.statement, moved)

    def _span(self, slug: str, quote: str) -> Span:
        start = self.articles[slug].text.index(quote)
        return Span(article=slug, start=start, end=start + len(quote), text=quote)

    def _caught(self, statement: str, spans: Sequence[Span]) -> bool:
        draft = Draft(statements=(DraftStatement(text=statement, spans=tuple(spans)),))
        (told,), _, _ = place(draft, self.articles.__getitem__, self.passages.__getitem__, self.judge)
        return told.verdict != "supported"


def planted(bench: Bench, cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Altered cases by kind, at most MOST of each."""
    kinds: dict[str, list[Case]] = {}
    for kind, alter in ALTERATIONS.items():
        rng = random.Random(SEED)
        made = [(c, alter(c.statement, c.quotes, bench.vocabulary, rng)) for c in rng.sample(cases, len(cases))]
        kinds[kind] = [Case(s, c.article, c.quotes) for c, s in made if s][:MOST]
    rng = random.Random(SEED)
    kinds["added clause"] = [
        Case(c.statement.rstrip(".") + rng.choice(ADDITIONS) + ".", c.article, c.quotes)
        for c in rng.sample(cases, MOST)
    ]
    kinds["quote of another article"] = _requoted(cases, rng, lambda a, b: a.article != b.article)
    kinds["other quote of its article"] = _requoted(cases, rng, lambda a, b: a.article == b.article)
    return kinds


def _requoted(cases: Sequence[Case], rng: random.Random, fits: Callable[[Case, Case], bool]) -> list[Case]:
    """Statements over the quotes of another that tells something else; half of them over the most alike such quotes."""
    found = []
    for number, case in enumerate(rng.sample(cases, len(cases))):
        mine = set(terms(" ".join(case.quotes)))
        others = [o for o in cases if fits(case, o) and not set(o.quotes) & set(case.quotes)]
        shares = [(len(mine & set(terms(" ".join(o.quotes)))) / len(mine), n) for n, o in enumerate(others)]
        apart = [pair for pair in shares if pair[0] <= LOOSE]
        if apart:
            other = others[max(apart)[1] if number % 2 else rng.choice(apart)[1]]
            found.append(Case(case.statement, other.article, other.quotes))
    return found[:MOST]


def share(hits: Sequence[bool]) -> dict[str, Any]:
    """The share of hits with its 95 % interval (Wilson 1927)."""
    n, p, z = len(hits), sum(hits) / len(hits), 1.96
    middle, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    return {"share": round(p, 3), "low": round(low, 3), "high": round(high, 3), "cases": n}


def measure(bench: Bench, cases: Sequence[Case]) -> dict[str, Any]:
    """False alarms, over the quotes themselves and over what is located, and what is caught of each kind."""
    out: dict[str, Any] = {
        "false alarms": share([bench.over_quotes(c) for c in cases]),
        "false alarms, located": share([bench.located(c) for c in cases]),
        "sentences located": share([bench.finds(c) for c in cases]),
        "invented citation": share([bench.invented(c) for c in cases[:MOST]]),
    }
    for kind, altered in planted(bench, cases).items():
        out[kind] = share([bench.over_quotes(c) for c in altered])
        print(kind, out[kind], flush=True)
    return out


def main() -> None:
    """Judge both halves, write the figures, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder that holds wice/")
    chosen = parser.parse_args()
    bench = Bench()
    results: dict[str, Any] = about("PYTHONPATH=. python tests/benchmarks/planted.py --data DIR") | {
        "tuning": measure(bench, bench.half(tuning=True)),
        "reporting": measure(bench, bench.half(tuning=False)),
    }
    if chosen.data:
        from tests.benchmarks.support import wice

        results["wice dev"] = wice(chosen.data / "wice")
    save(HERE / "planted.json", results)
    for kind in results["reporting"]:
        tuning, told = results["tuning"][kind], results["reporting"][kind]
        print(
            f"{kind:34} {tuning['share']:.3f} | {told['share']:.3f} [{told['low']:.3f}, {told['high']:.3f}] of {told['cases']}"
        )


if __name__ == "__main__":
    main()
