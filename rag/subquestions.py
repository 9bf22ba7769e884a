"""A question for several things at once, taken apart into questions for one each, and their readings put together again.

"How long is a Gen-4 clip and what does Aleph cost?" splits at the clause, "price of Sora 2 against Veo 3.1" at the names.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.records import Evidence, Reading
from rag.vocabulary import Mention, Vocabulary

MOST = 3
ASKS = r"(?:how|what|whats|when|who|which|why|where)\b"
CLAUSE = re.compile(
    rf"(?:\s*[?;]\s*|,?\s+)(?:and|&|plus)\s+(?=(?:also\s+)?{ASKS})|\s*[?;]\s*(?=(?:and\s+)?{ASKS})", re.I
)
AGAINST = re.compile(r"\s*,?\s+(?:vs\.?|versus|against|compared (?:to|with))\s+", re.I)
AND = re.compile(r",?\s+and\s+", re.I)
JOINED = re.compile(
    r"(?:['’]s)?\s*(?:,|/|&|,?\s*\b(?:and|or|vs\.?|versus|against)\b)\s*(?:(?:the|of|for|on|its|their|first|original|new)\s+)*",
    re.I,
)
WORD = re.compile(r"\b(?:and|or|vs|versus|against)\b|[&/]", re.I)
POSSESSIVE = re.compile(r"(?:['’]s?)?\s+")
LEADING = re.compile(
    rf"^\W*{ASKS}(?:\s+(?:much|many|long|big|fast|well))?(?:\s+(?:did|do|does|is|are|was|were))?", re.I
)
RELATION = re.compile(r"\b(?:between|among)\b", re.I)
THINGS = frozenset("model company product benchmark law case organisation technique event film".split())


def split(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The questions in `text`, at most three, in order; the text alone when it asks for one thing."""
    parts = _clauses(text, vocabulary) or _sides(text, vocabulary) or (text,)
    return parts if len(parts) <= MOST else (text,)


def _clauses(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Clauses with a question word each; one that names nothing gets the names of the first behind it."""
    clauses = [c.strip(" ?.,;") for c in CLAUSE.split(text)]
    if len(clauses) < 2 or any(len(c.split()) < 3 for c in clauses):
        return ()
    names = list(dict.fromkeys(m.entity for m in vocabulary.mentions(clauses[0])))
    told = f" ({', '.join(names)})" if names else ""
    return tuple(f"{c}{'' if vocabulary.mentions(c) else told}?" for c in clauses)


def _sides(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The question once for each of the things that are joined, or cut in two where a thing stands on either side."""
    things = _things(text, vocabulary)
    group: list[Mention] = []
    for one, other in pairwise(things):
        if JOINED.fullmatch(text[one.end : other.start]) and one.entity != other.entity:
            group = [*(group or [one]), other]
        elif group:
            break
    if group and WORD.search(text[group[-2].end : group[-1].start]) and not RELATION.search(text[: group[0].start]):
        return tuple(f"{text[: group[0].start]}{text[m.start : m.end]}{text[group[-1].end :]}" for m in group)
    return _halves(text, things)


def _things(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The mentions of things; a maker right before what it made ("Meta's Movie Gen") is one with it."""
    things: list[Mention] = []
    for mention in vocabulary.mentions(text):
        if vocabulary.entities[mention.entity].kind in THINGS:
            if (
                things
                and POSSESSIVE.fullmatch(text[things[-1].end : mention.start])
                and vocabulary.maker(mention.entity) == things[-1].entity
            ):
                mention = replace(mention, start=things.pop().start)
            things.append(mention)
    return things


def _halves(text: str, things: Sequence[Mention]) -> tuple[str, ...]:
    for joint in (AGAINST, AND):
        halves = joint.split(text)
        if len(halves) == 2 and not RELATION.search(halves[0]) and all(len(h.split()) > 2 for h in halves):
            named = [
                {t.entity for t in things if t.end <= len(halves[0])},
                {t.entity for t in things if t.start >= len(text) - len(halves[1])},
            ]
            if named[0] - named[1] and named[1] - named[0]:
                asking = LEADING.match(text)
                lead = f"{asking.group()} " if asking and not LEADING.match(halves[1]) else ""
                return halves[0], f"{lead}{halves[1]}"
    return ()


def joined(whole: Reading, parts: Sequence[Reading]) -> Reading:
    """The reading of a question with those of its parts: the best sentence of each part first, in the order of the parts.

    The chance of an answer is the mean of the whole's and the parts' mean: a part alone often says too little to be sure of.
    """
    if not whole.evidence or not all(p.evidence for p in parts):
        return whole
    top = whole.evidence[0].score
    lifted = {_place(p.evidence[0]): replace(p.evidence[0], score=top) for p in reversed(parts)}
    first = sorted(lifted.values(), key=lambda e: [_place(p.evidence[0]) for p in parts].index(_place(e)))
    rest = (e for e in whole.evidence if _place(e) not in lifted)
    chance = (whole.answerable + sum(p.answerable for p in parts) / len(parts)) / 2
    return replace(whole, evidence=(*first, *rest), short=None, answerable=chance)


def _place(evidence: Evidence) -> tuple[str, int]:
    return evidence.passage.article, evidence.sentence.start
