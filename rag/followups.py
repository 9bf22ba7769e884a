"""History + question -> a stand-alone question and a second query, by rules: ellipsis, pronouns, a changed subject.

The second query (the turn and the start of the last answer) follows the measurement in docs/retrieval.md: it finds what
neither the last turn alone nor all turns together find.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.lexical import STOPWORDS, fold, terms
from rag.records import Answer
from rag.vocabulary import Vocabulary

LEAD = re.compile(
    r"^\W*(?:and|but|so|ok(?:ay)?|also|then|now)?[\s,]*(?:what|how) about (?:the |an? )?|^\W*(?:and"
    r"|or|same (?:question )?for)\b[\s,]*",
    re.I,
)
POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b", re.I)
PRONOUN = re.compile(
    r"\b(?:it|they|them|he|she|him|this (?:model|company|one|deal|case|law)|that (?:model|company|one"
    r"|deal|case|law)|the (?:company|model|deal|case|law|one))\b",
    re.I,
)
START_WORDS = 40
ALONE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`text` stands alone; `second` is another query to search with, or None; `changed` tells whether `text` was rewritten."""

    text: str
    second: str | None = None
    changed: bool = False


def resolve(question: str, history: Sequence[Answer], vocabulary: Vocabulary) -> Resolved:
    """Make a follow-up stand alone; a question that already does, or has no history, comes back as it is."""
    if not history:
        return Resolved(text=question)
    last = history[-1]
    names = vocabulary.mentions(question)
    lead = LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    if names and not PRONOUN.search(question) and not POSSESSIVE.search(question):
        swapped = _swap(rest, last.understood_as, vocabulary) if lead or len(_content(question)) <= 1 else None
        return Resolved(
            text=swapped or question, second=_second(question, last) if swapped else None, changed=bool(swapped)
        )
    focus = _focus(last, vocabulary)
    dependent = bool(lead or PRONOUN.search(question) or POSSESSIVE.search(question)) or len(_content(question)) < ALONE
    if names or not dependent:
        return Resolved(text=question, second=_second(question, last) if dependent else None)
    return Resolved(text=_name(question, rest, focus), second=_second(question, last), changed=focus is not None)


def _content(text: str) -> list[str]:
    return [t for t in terms(text) if t not in STOPWORDS]


def _second(question: str, last: Answer) -> str:
    start = " ".join(" ".join(s.text for s in last.statements).split()[:START_WORDS])
    return f"{question} {start or last.understood_as}"


def _focus(last: Answer, vocabulary: Vocabulary) -> str | None:
    """What the last turn was about: the first, most specific name of its question, else the commonest one of its answer."""
    mentions = vocabulary.mentions(last.understood_as)
    if mentions:
        specific = [m for m in mentions if vocabulary.maker(m.entity)]
        return (specific or mentions)[0].entity
    counted = Counter(m.entity for s in last.statements for m in vocabulary.mentions(s.text))
    return counted.most_common(1)[0][0] if counted else None


def _swap(rest: str, previous: str, vocabulary: Vocabulary) -> str | None:
    """ "what about Gen-4.5?" after "How long can a Gen-4 clip be?" -> "How long can a Gen-4.5 clip be?"."""
    new = vocabulary.mentions(rest)
    old = vocabulary.mentions(previous)
    if not new or not old:
        return None
    kind = vocabulary.entities[new[0].entity].kind
    alike = [m for m in old if vocabulary.entities[m.entity].kind == kind] or [old[-1]]
    if any(m.entity == new[0].entity for m in old):
        return None
    target = alike[-1]
    text = previous[: target.start] + rest[new[0].start : new[0].end] + previous[target.end :]
    extra = (rest[: new[0].start] + rest[new[0].end :]).strip(" ?.!,")
    said = [t for t in _content(extra) if t not in set(_content(previous))]
    return text if not said else f"{text.rstrip(' ?.!')} {extra}?"


def _name(question: str, rest: str, focus: str | None) -> str:
    """Pronouns give way to the name; a question without one gets the name in front."""
    if focus is None:
        return question
    text = POSSESSIVE.sub(f"{focus}'s", question)
    if text == question:
        text = PRONOUN.sub(focus, question, count=1)
    if text == question and fold(focus) not in fold(question):
        return f"{focus}: {rest or question}"
    return text
