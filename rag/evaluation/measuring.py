"""A question set through the chain of the app: what is measured of each answer, and where each miss was lost.

The last turn of a row is measured. A passage is relevant when one of its sentences carries a footnote of the row's facts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from rag.assistant import Assistant
from rag.chain import Ask
from rag.errors import QuestionSetError
from rag.evaluation.question_sets import QuestionRow
from rag.evaluation.scores import (
    Interval,
    covered,
    first_words,
    holds,
    interval,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
)
from rag.passages import cut
from rag.records import Answer, Article, Citation, Reading, Retrieved, last_day

Relevant = Mapping[str, frozenset[str]]

WORDS = {"hit@1": 60, "hit@3": 180}
READ = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the chain made of a row: the last turn's passages, reading and answer; `alone`, the answer to the last turn of
    a conversation without its history; `seconds` of each turn.
    """

    row: QuestionRow
    answer: Answer
    retrieved: tuple[Retrieved, ...]
    reading: Reading
    alone: Answer | None
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`measures`: for each measure its value for each row, by id; `seconds`: of every turn; `left_out`: answerable rows
    whose facts stand in no article; `misses`: one dict a miss, in the order of the rows; `chances`: for each row how
    likely the reading held it to be answerable, in [0, 1].
    """

    mode: str
    generation: str
    questions: int
    left_out: int
    measures: Mapping[str, Mapping[str, float]]
    seconds: tuple[float, ...]
    misses: tuple[dict[str, Any], ...]
    chances: Mapping[str, float]

    def interval(self, measure: str) -> Interval:
        """The mean of a measure over its rows, with its bootstrap interval."""
        return interval(list(self.measures[measure].values()))

    def latency(self, share: float) -> float:
        """The seconds within which `share` of the turns were answered."""
        return percentile(self.seconds, share)


class _Watch(BaseCallbackHandler):
    """Takes what the step `read` of the chain was given and gave."""

    raise_error = True

    def __init__(self) -> None:
        self.retrieved: tuple[Retrieved, ...] = ()
        self.reading = Reading(evidence=(), short=None, answerable=0.0)
        self._steps: dict[UUID, str | None] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **rest: Any) -> None:
        self._steps[run_id] = rest.get("name")

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **rest: Any) -> None:
        if self._steps.get(run_id) == "read":
            self.retrieved, self.reading = outputs.retrieved, outputs.reading


def relevant_passages(articles: Sequence[Article]) -> dict[str, frozenset[str]]:
    """For each footnote label, in small letters, the ids of the passages in which a sentence carries it."""
    found: dict[str, set[str]] = {}
    for article in articles:
        passages = cut(article)
        for reference in article.references:
            ids = {p.id for p in passages if p.start <= reference.start < p.end}
            found.setdefault(reference.label.lower(), set()).update(ids)
    return {label: frozenset(ids) for label, ids in found.items()}


def evaluate(
    assistant: Assistant, rows: Sequence[QuestionRow], progress: Callable[[str, int, int], None] | None = None
) -> Evaluation:
    """Ask every row and measure it; answerable rows whose facts stand in no article are left out.

    Raises QuestionSetError when none is left.
    """
    relevant = relevant_passages(assistant.articles())
    kept = [row for row in rows if not row.answerable or row.facts & relevant.keys()]
    if not kept:
        raise QuestionSetError(f"the articles carry no fact of these {len(rows)} questions; give questions on them")
    assistant.ask(kept[0].turns[0])  # what is loaded at the first question is no part of an answer's time
    measures: dict[str, dict[str, float]] = {}
    seconds: list[float] = []
    chances: dict[str, float] = {}
    misses = []
    for done, row in enumerate(kept, 1):
        outcome = ask_row(assistant, row)
        for name, value in measured(outcome, relevant).items():
            measures.setdefault(name, {})[row.id] = value
        seconds += outcome.seconds
        chances[row.id] = outcome.reading.answerable
        if lost := where_lost(outcome, relevant):
            misses.append(_miss(outcome, lost, relevant))
        if progress:
            progress("questions", done, len(kept))
    return Evaluation(
        mode=assistant.mode,
        generation=assistant.generation,
        questions=len(kept),
        left_out=len(rows) - len(kept),
        measures=measures,
        seconds=tuple(seconds),
        misses=tuple(misses),
        chances=chances,
    )


def ask_row(assistant: Assistant, row: QuestionRow) -> Outcome:
    """The turns of a row in their order, each with the answers before it."""
    history: list[Answer] = []
    for turn in row.turns:
        watch = _Watch()
        ask = Ask(question=turn, history=tuple(history), as_of=row.as_of)
        history.append(assistant.chain.invoke(ask, {"callbacks": [watch]}))
    return Outcome(
        row=row,
        answer=history[-1],
        retrieved=watch.retrieved,
        reading=watch.reading,
        alone=assistant.ask(row.turns[-1], as_of=row.as_of) if len(row.turns) > 1 else None,
        seconds=tuple(answer.seconds.total for answer in history),
    )


def measured(outcome: Outcome, relevant: Relevant) -> dict[str, float]:
    """The measures that apply to a row, each in [0, 1].

    hit@1, hit@3: all gold in the first 60, 180 quoted words; not for conflicts, of which the share of the sides that are
    shown (recall) and whether all are (hit) count. citation precision: the share of the citations that carry a fact of
    the row; citation recall: the share of the gold that stands under such a citation.
    """
    row, answer = outcome.row, outcome.answer
    found = {"as-of leaks": float(any(_leaks(c, row.as_of) for c in answer.citations))} if row.as_of else {}
    if not row.answerable:
        return found | {"right refusal": float(not answer.answered)}
    found["wrong refusal"] = float(not answer.answered)
    found |= _of_passages(outcome, _wanted(row, relevant))
    if row.kind == "conflict":
        shown = covered(_quoted(answer, None), row.gold)
        found |= {"conflict recall": shown, "conflict hit": float(shown == 1)}
    else:
        hits = {name: _hit(answer, row, words) for name, words in WORDS.items()}
        found |= hits | {f"hit@3 {row.kind}": hits["hit@3"]}
    if outcome.alone:
        found["hit@3 conversation, last turn alone"] = _hit(outcome.alone, row, WORDS["hit@3"])
    right = [c for c in answer.citations if _carries(c, row)]
    if answer.answered:
        found["citation precision"] = len(right) / len(answer.citations)
        found["citation recall"] = covered(" ".join(c.quote for c in right), row.gold)
    return found


def where_lost(outcome: Outcome, relevant: Relevant) -> str | None:
    """The first stage at which what had to be quoted was missing: "not retrieved" (in no relevant passage found), "not
    read" (not in the best five sentences), "refused", "not quoted"; "not refused", "known later"; None for no miss.
    """
    row, answer = outcome.row, outcome.answer
    if any(_leaks(c, row.as_of) for c in answer.citations):
        return "known later"
    if not row.answerable:
        return "not refused" if answer.answered else None
    quoted = _quoted(answer, None if row.kind == "conflict" else WORDS["hit@3"]) if answer.answered else ""
    absent = [element for element in row.gold if not holds(quoted, element)]
    if not absent:
        return None
    wanted = _wanted(row, relevant)
    if covered(" ".join(r.passage.text for r in outcome.retrieved if r.passage.id in wanted), absent) < 1:
        return "not retrieved"
    if covered(" ".join(e.sentence.text for e in outcome.reading.evidence[:READ]), absent) < 1:
        return "not read"
    return "not quoted" if answer.answered else "refused"


def _miss(outcome: Outcome, lost: str, relevant: Relevant) -> dict[str, Any]:
    row, answer, wanted = outcome.row, outcome.answer, _wanted(outcome.row, relevant)
    passages = (rank for rank, r in enumerate(outcome.retrieved, 1) if r.passage.id in wanted)
    sentences = (
        rank
        for rank, e in enumerate(outcome.reading.evidence, 1)
        if e.passage.id in wanted and covered(e.sentence.text, row.gold) > 0
    )
    return {
        "id": row.id,
        "kind": row.kind,
        "lost": lost,
        "turns": row.turns,
        "understood_as": answer.understood_as,
        "as_of": row.as_of,
        "gold": [element[0] for element in row.gold],
        "facts": sorted(row.facts),
        "passage_rank": next(passages, None),
        "sentence_rank": next(sentences, None),
        "answerable": round(outcome.reading.answerable, 3),
        "quotes": [c.quote for c in answer.citations],
        "missing": answer.refusal.missing if answer.refusal else (),
    }


def _wanted(row: QuestionRow, relevant: Relevant) -> frozenset[str]:
    return frozenset[str]().union(*(relevant.get(fact, ()) for fact in row.facts))


def _of_passages(outcome: Outcome, wanted: frozenset[str]) -> dict[str, float]:
    ranked = [r.passage.id for r in outcome.retrieved]
    return {
        "Recall@5": recall(ranked, wanted, 5),
        "Recall@10": recall(ranked, wanted, 10),
        "nDCG@10": ndcg(ranked, dict.fromkeys(wanted, 1.0), 10),
        "MRR@10": reciprocal_rank(ranked, wanted, 10),
    }


def _quoted(answer: Answer, words: int | None) -> str:
    return first_words([c.quote for c in answer.citations], words)


def _hit(answer: Answer, row: QuestionRow, words: int) -> float:
    return float(answer.answered and covered(_quoted(answer, words), row.gold) == 1)


def _carries(citation: Citation, row: QuestionRow) -> bool:
    return any(reference.label.lower() in row.facts for reference in citation.references)


def _leaks(citation: Citation, as_of: str | None) -> bool:
    """Whether what is quoted became known after the day; what has no date does not count."""
    dates = [r.since for r in citation.references if r.since]
    known = dates or ([citation.published] if citation.published else [])
    return as_of is not None and any(last_day(day) > last_day(as_of) for day in known)
