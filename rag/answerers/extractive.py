"""The default answerer: sentences of the articles, most direct first, at most five, no near-duplicates; quotes are never altered.

A comparison takes a sentence for each side, a list gathers, a status runs in time order, a disagreement shows both values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.runnables import RunnableConfig

from rag.answerers._brief import Brief
from rag.figures import figures
from rag.lexical import terms
from rag.questions import Asked
from rag.records import Draft, DraftStatement, Evidence, Reading, Span, last_day
from rag.settings import Settings

THRESHOLD = 0.5
MOST = {"fact": 4, "definition": 4, "reason": 4, "comparison": 5, "list": 5, "status": 5}
# How far a further sentence may lie behind the best one; readers score in logits.
WINDOW = {"fact": 3.5, "definition": 3.8, "reason": 3.8, "comparison": 4.5, "list": 4.5, "status": 4.0}
A_YEAR, OLD = 0.7, 2.0  # what a sentence loses a year behind the newest, and at most
SURE = 2
ALIKE = 0.75
SAME_MATTER = 0.5
DISAGREEMENT = re.compile(
    r"\b(?:disagree|conflict|contradict|differ(?:s|ing|ent)? (?:by|on|from|between)?|disput|inconsistent|unresolved|"
    r"rather than|whereas|(?:other|several|some) (?:sources|reports|accounts|guides))",
    re.I,
)


class Extractive:
    """Quotes; no model, no server, no network."""

    def draft(self, brief: Brief, config: RunnableConfig | None = None) -> Iterator[DraftStatement | Draft]:
        """The best sentences as statements, or a refusal when the reading does not carry an answer."""
        reading = brief.reading
        if not carries(reading):
            yield Draft(statements=(), missing=reading.missing)
            return
        chosen = choose(brief.asked, reading.evidence)
        groups = _groups(brief.asked, chosen)
        statements = tuple(_statement(e, groups.get(i)) for i, e in enumerate(chosen))
        yield from statements
        yield Draft(statements=statements, short=reading.short)


def carries(reading: Reading) -> bool:
    """Whether a reading carries an answer at all; if not, no answerer gives one."""
    return bool(reading.evidence) and reading.answerable >= THRESHOLD


def _statement(evidence: Evidence, group: str | None) -> DraftStatement:
    s = evidence.sentence
    span = Span(article=evidence.passage.article, start=s.start, end=s.end, text=s.text)
    return DraftStatement(text=s.text, spans=(span,), group=group)


def choose(asked: Asked, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences of the answer in the order they are told; the best one is always among them."""
    evidence = _fresh(evidence) if asked.newest else evidence
    best = evidence[0]
    chosen = [best, *_other_sides(asked, best, evidence)]
    floor = best.score - WINDOW[asked.shape]
    for candidate in evidence[1:]:
        if len(chosen) >= MOST[asked.shape] or candidate.score < floor:
            break
        if not any(candidate is c or _repeats(candidate, c) for c in chosen):
            chosen.append(candidate)
    chosen = _with_other_values(chosen, evidence)[: max(MOST.values())]
    if asked.shape == "status":
        return sorted(chosen, key=lambda e: last_day(e.sentence.known_since or "9999"))
    return chosen


def _fresh(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Where the latest is asked for, what became known earlier counts for less; a sentence without a date for least."""
    days = [date.fromisoformat(last_day(e.sentence.known_since)) if e.sentence.known_since else None for e in evidence]
    newest = max(filter(None, days), default=None)
    behind = [(newest - day).days / 365 if newest and day else OLD / A_YEAR for day in days]
    aged = [replace(e, score=e.score - min(OLD, A_YEAR * years)) for e, years in zip(evidence, behind, strict=True)]
    return sorted(aged, key=lambda e: -e.score)


def _other_sides(asked: Asked, best: Evidence, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """For a question that names several things, the best sentence on each that the best sentence does not name."""
    if asked.shape != "comparison" and len(asked.names) < 2:
        return
    told = set(best.names)
    for candidate in evidence[1:]:
        new = (asked.names & candidate.names) - told
        if new and candidate.score >= best.score - WINDOW["list"]:
            told |= candidate.names
            yield candidate


def _with_other_values(chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """After each of the first sentences, those that give another value for what it tells; they count whatever their rank."""
    out: list[Evidence] = []
    for place, one in enumerate(chosen):
        out += [one] if one not in out else []
        for other in evidence if place < SURE else ():
            if disagree(one, other) and not any(other is o or _repeats(other, o) for o in out):
                out.append(other)
    return out


def disagree(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences tell different values of one matter: neighbours of which one names the disagreement; sentences
    with the same names and a figure of one kind, of which one names it and tells a value that the other does not; or
    sentences of different articles with the same names, mostly the same words, and figures of a kind that differ.
    """
    words = [set(terms(e.sentence.text)) for e in (one, other)]
    told = [figures(e.sentence.text) for e in (one, other)]
    named = [bool(DISAGREEMENT.search(e.sentence.text)) for e in (one, other)]
    if one.passage.id == other.passage.id and _adjacent(one, other):
        both = one.names and other.names
        return any(named) and bool(one.names & other.names if both else words[0] & words[1])
    kinds = {f.kind for f in told[0]} & {f.kind for f in told[1]} - {"date"}
    if any(named) and not all(named) and one.names == other.names:
        naming, plain = told if named[0] else told[::-1]
        known = [any(f.same(p) for p in plain) for f in naming if f.kind in kinds]
        if any(known) and not all(known):
            return True
    differ = any(not any(a.same(b) for a in told[0] for b in told[1] if a.kind == b.kind == kind) for kind in kinds)
    shared = len(words[0] & words[1]) / max(1, len(words[0] | words[1]))
    return (
        differ and one.passage.article != other.passage.article and one.names == other.names and shared >= SAME_MATTER
    )


def _adjacent(one: Evidence, other: Evidence) -> bool:
    order = [s.start for s in one.passage.sentences]
    places = [order.index(e.sentence.start) for e in (one, other)]
    return abs(places[0] - places[1]) == 1


def _groups(asked: Asked, chosen: Sequence[Evidence]) -> dict[int, str]:
    """Which statements are sides of one thing: {place in `chosen`: "disagreement" or "comparison"}."""
    groups: dict[int, str] = {}
    for i, one in enumerate(chosen):
        for k in range(i + 1, len(chosen)):
            if disagree(one, chosen[k]):
                groups |= {i: "disagreement", k: "disagreement"}
    if not groups and asked.shape == "comparison" and len(asked.names) > 1:
        groups = {i: "comparison" for i, e in enumerate(chosen) if e.names & asked.names}
    return groups if len(groups) > 1 else {}


def _repeats(one: Evidence, other: Evidence) -> bool:
    words = [set(terms(e.sentence.text)) for e in (one, other)]
    alike = len(words[0] & words[1]) / max(1, min(len(w) for w in words))
    return alike > ALIKE and not disagree(one, other)


def CHOICE(settings: Settings) -> Extractive:
    """The extractive answerer; it has no settings."""
    return Extractive()
