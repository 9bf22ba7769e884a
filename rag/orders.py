"""Sentences that tell whoever answers how to answer are no evidence: an order planted in an article is never quoted.

Only what cannot be said of the articles' matter counts: "in your answer", "ignore the previous instructions", a line with the
mark of a chat's role. Imperatives as such stand in many an honest article ("add the node to your workflow"). An order in
other words may still be quoted, as what it is: a sentence of its article, with its source (BIPIA, Yi et al. 2023, for the
forms).
"""

import re
from dataclasses import replace

from rag.records import Reading

_ORDER = re.compile(
    r"\b(?:your|my) (?:[a-z]+ )?(?:answer|response|repl(?:y|ie)|message)s?\b"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|direction)s?\b"
    r"|\b(?:print|reveal|repeat|show|output)\b.{0,20}\bsystem prompt\b"
    r"|^\W*(?:SYSTEM|ASSISTANT|USER|HUMAN|AI) ?:",
    re.I,
)


def is_order(sentence: str) -> bool:
    """Whether a sentence speaks to whoever answers, of the answer or of the orders they work by."""
    return _ORDER.search(sentence) is not None


def without(reading: Reading) -> Reading:
    """The reading without such sentences, and without a short answer that stands in one."""
    kept = tuple(e for e in reading.evidence if not is_order(e.sentence.text))
    if len(kept) == len(reading.evidence):
        return reading
    short = reading.short
    inside = short and any(
        e.passage.article == short.article and e.sentence.start <= short.start < e.sentence.end for e in kept
    )
    return replace(reading, evidence=kept, short=short if inside else None)
