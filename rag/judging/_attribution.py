"""Who says it: "X reports that Y ..." is not "Y reports that X ..."; "Y was bought by X" is not "X was bought by Y"."""

import re

from rag.judging._told import Told

_VERBS = (
    "says?|said|reports?|reported|notes?|noted|wrote|writes|claims?|claimed|told|estimates?|estimated|found|finds"
    "|adds?|added|counted"
)
_BEFORE = re.compile(
    r"\b(?:according to|reported by|as reported by|account of|words of|cited by|relying on)(?: the| a)? *$", re.I
)
_AFTER = re.compile(
    rf" (?:{_VERBS})\b|'s (?:own )?(?:count|estimate|report|account|summary|reporting|calculation)\b", re.I
)
_BY = re.compile(r"\bby(?: the)? ?$", re.I)
_JOINING = re.compile(r"\b(?:that|which|who|whose|where|and|or|but|between|versus|v|vs|with)\b|[;:]", re.I)
REACH = 70


def tellers(told: Told) -> frozenset[str]:
    """The names that something is attributed to."""
    return frozenset(
        m.entity
        for m in told.mentions
        if _BEFORE.search(told.text[max(0, m.start - 30) : m.start]) or _AFTER.match(told.text, m.end)
    )


def unfounded(told: Told, source: Told) -> list[str]:
    """A reason when what one reports is put into another's mouth, or doer and done-to are exchanged; else none."""
    said, have = tellers(told), tellers(source)
    wrong = [n for n in said - have if n in source.names and have and not said & have]
    if wrong:
        return [f"{wrong[0]}: the source has this from {', '.join(sorted(have))}"]
    return _exchanged(told, source)


def _exchanged(told: Told, source: Told) -> list[str]:
    """Two names of one kind with the same verb between them, doer and done-to the other way round."""
    skip = tellers(told) | tellers(source)
    said, have = _acts(told, skip), _acts(source, skip)
    for (a, b), verb in said.items():
        if (b, a) in have and (a, b) not in have and verb & have[b, a]:
            return [f"{a} and {b} have changed places against the source"]
    return []


def _acts(told: Told, skip: frozenset[str]) -> dict[tuple[str, str], frozenset[str]]:
    """(doer, done-to) -> the words between them that may be the verb, for neighbouring names in one clause."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    mentions = [m for m in told.mentions if m.entity not in skip]
    # Two sentences may tell the same amount without saying the same of it.
    amounts = frozenset(w.key for w in told.words if any(f.start <= w.start < f.end for f in told.figures))
    for i, one in enumerate(mentions):
        for two in mentions[i + 1 : i + 3]:
            between = told.text[one.end : two.start]
            words = frozenset(told.between(one.end, two.start)) - amounts
            plain = one.entity != two.entity and _kind(told, one.entity) == _kind(told, two.entity)
            if not plain or len(between) > REACH or not words or _JOINING.search(between):
                continue
            if _BY.search(between):
                verb = told.between(one.end, two.start)[-2:]
                found.setdefault((two.entity, one.entity), frozenset(verb))
            elif not re.search(r"\b(?:by|from|of)\b", between):
                found.setdefault((one.entity, two.entity), words)
    return found


def _kind(told: Told, name: str) -> str:
    kind = told.vocabulary.entities[name].kind if name in told.vocabulary.entities else ""
    return "company" if kind == "organisation" else kind
