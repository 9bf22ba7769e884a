"""History + question -> a stand-alone question and a second query, by rules: ellipsis, pronouns, a changed subject.

The second query (the turn and the start of the last answer) finds what neither the last turn alone nor all turns together
find; its scores are added to those of the first (docs/retrieval.md).

No chat model is asked for the stand-alone question. In either half of the gold set the rules leave one conversation of 18
for it to win, at the price of a call, paid for and waited for, before every follow-up (docs/retrieval.md).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.lexical import STOPWORDS, terms
from rag.records import Answer
from rag.vocabulary import Mention, Vocabulary

SWITCH = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|fine|thanks?(?: you)?|great|cool|alright|right|good|got it|btw|by the way)\b[\s,.!:;-]*)+"
    r"|^\W*(?:(?:a )?(?:different|another|new|other|unrelated) (?:question|topic|subject|thing)"
    r"|changing (?:the )?(?:subject|topic)"
    r"|on another note|switching (?:to|over to) [^:.,]{1,40}|moving on(?: to [^:.,]{1,40})?|now [^:.,]{1,40}(?=:))[\s,.!:;-]*",
    re.I,
)
LEAD = re.compile(
    r"^\W*(?:(?:and|but|so|also|then|now)\b[\s,]*)?(?:(?:what|how) about|same (?:question )?for)\b[\s,]*(?:(?:the|an?) )?"
    r"|^\W*(?:and|or|but|also)\b[\s,]*(?:then )?",
    re.I,
)
POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b(?! own\b)", re.I)
NOUNS = "model|company|one|deal|case|law|film|suit|paper|study|tool|studio|service|feature"
PRONOUN = re.compile(rf"\b(?:it|they|them|he|she|him|(?:this|that|the) (?:{NOUNS}))\b", re.I)
PLURAL = re.compile(r"\b(?:they|them|their)\b", re.I)
ASKS_NAME = re.compile(
    rf"^\W*(?:who\b|(?:which|what) (?:{NOUNS}|firm|actor|director|person|judge|country|startup|maker)\b)", re.I
)
SPEAKER = re.compile(r"\b(?:do|can|could|should|would|may|must|am) (?:i|you|we)\b", re.I)
QUESTION_WORD = re.compile(
    r"\b(?:what|who|whose|when|where|why|how|which|is|are|was|were|did|does|do|can|has|have|will)\b", re.I
)
ATTRIBUTE = re.compile(
    r"\b(?:price|cost|length|duration|resolution|fps|frame rate|licen[cs]e|(?:release|launch) date|release|parameters?|size"
    r"|budget|revenue|valuation|memory|vram|speed|limits?|deadline|founders?|maker|ceo|audio|sound|investors?|aspect ratios?)\b",
    re.I,
)
NEWEST = re.compile(r"\b(?:latest|newest|most recent)\b", re.I)
CLAUSE = re.compile(r"[.?!;,] |\b(?:and|but|or|because|while|so)\b ", re.I)
NAMED_ITSELF = 2  # content words of an earlier clause that can be what a pronoun means
START_WORDS = 25
VERSION_SIGN = re.compile(r"\bv(?=\d)", re.I)  # "V3" is meant for "SkyReels-V3" and for "Veo 3" alike
ALONE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`text` stands alone; `second` is another query to search with, or None."""

    text: str
    second: str | None = None


def resolve(question: str, history: Sequence[Answer], vocabulary: Vocabulary) -> Resolved:
    """Make a follow-up stand alone; a question that already does, or has no history, comes back as it is."""
    if not history:
        return Resolved(text=question)
    said = _without_switch(question)
    last = history[-1]
    lead = LEAD.match(said)
    rest = said[lead.end() :] if lead and said[lead.end() :].strip(" ?.!") else said
    names = vocabulary.mentions(rest)
    subjects = [m for m in names if not _place(m.entity, vocabulary)]
    points_back = _points_back(rest)
    fragment = not QUESTION_WORD.search(rest) and len(rest.split()) <= 2 * ALONE
    if subjects and not points_back and not (fragment or (lead and len(_content(rest)) <= ALONE)):
        return Resolved(text=said)
    alone = len(_content(rest)) >= ALONE or bool(SPEAKER.search(rest) and _content(rest))
    if not subjects and not points_back and not fragment and not lead and alone:
        return Resolved(text=said, second=_second(said, last))
    text = _swapped(rest, names, last.understood_as, vocabulary) if fragment or (lead and names) else None
    text = text or (said if names else _named(rest, last, vocabulary, fragment))
    return Resolved(text=text, second=_second(said, last))


def _points_back(text: str) -> bool:
    """Whether a pronoun means something said before, not what an earlier clause of `text` has named itself."""
    for match in (*PRONOUN.finditer(text), *POSSESSIVE.finditer(text)):
        before = [m.end() for m in CLAUSE.finditer(text, 0, match.start())]
        if not before or len(_content(text[: before[-1]])) < NAMED_ITSELF:
            return True
    return False


def _without_switch(question: str) -> str:
    text = question
    while (match := SWITCH.match(text)) and match.end() and _content(text[match.end() :]):
        text = text[match.end() :]
    return text if text == question else text[:1].upper() + text[1:]


def _content(text: str) -> list[str]:
    return [t for t in dict.fromkeys(terms(text)) if t not in STOPWORDS]


def _second(question: str, last: Answer) -> str:
    start = " ".join(" ".join(s.text for s in last.statements).split()[:START_WORDS])
    return f"{question} {start or last.understood_as}"


def _swapped(rest: str, names: Sequence[Mention], previous: str, vocabulary: Vocabulary) -> str | None:
    """ "what about Gen-4.5?" after "How long can a Gen-4 clip be?" -> "How long can a Gen-4.5 clip be?".

    A bare "and the 5B?" is first completed to the sibling of the last name that carries these words.
    """
    old = vocabulary.mentions(previous)
    written = rest[names[0].start : names[0].end] if names else None
    new = names[0].entity if names else _sibling(rest, old, vocabulary)
    if new is None or not old or any(m.entity == new for m in old):
        return None
    kind = vocabulary.entities[new].kind
    target = next((m for m in reversed(old) if vocabulary.entities[m.entity].kind == kind), None)
    if target is None:
        return None
    text = previous[: target.start] + (written or new) + previous[target.end :]
    extra = (rest[: names[0].start] + rest[names[0].end :]).strip(" ?.!,") if names else ""
    more = [t for t in _content(extra) if t not in set(_content(previous))]
    return f"{text.rstrip(' ?.!')} {extra}?" if more else text


def _sibling(rest: str, old: Sequence[Mention], vocabulary: Vocabulary) -> str | None:
    wanted = set(_content(VERSION_SIGN.sub("", rest)))
    for mention in reversed(old):
        fitting = [n for n in vocabulary.siblings(mention.entity) if wanted and wanted <= set(terms(n))]
        if fitting:
            return min(fitting, key=lambda n: (len(n), n))
    return None


def _named(rest: str, last: Answer, vocabulary: Vocabulary, fragment: bool) -> str:
    """Pronouns give way to the name; a fragment joins the last question; anything else gets the names behind it."""
    before = list(dict.fromkeys(m.entity for m in vocabulary.mentions(last.understood_as)))
    if fragment and not ATTRIBUTE.search(rest):
        return f"{last.understood_as.rstrip(' ?.!')}, {rest.rstrip(' ?.!')}?"
    subjects = [n for n in before if not _place(n, vocabulary)]
    focus = _answered_with(rest, last, before, vocabulary) or [n for n in subjects if vocabulary.maker(n)] or subjects
    if not focus:
        counted = Counter(m.entity for s in last.statements for m in vocabulary.mentions(s.text))
        focus = [name for name, _ in counted.most_common() if not _place(name, vocabulary)][:1]
    if len(focus) == 1 or (focus and PLURAL.search(rest)):
        text = POSSESSIVE.sub(f"{' and '.join(focus)}'s", rest)
        text = PRONOUN.sub(" and ".join(focus), text, count=1) if text == rest else text
        if text != rest:
            return text
    return f"{rest.rstrip(' ?.!')} ({', '.join(before or focus)})?" if before or focus else rest


def _place(name: str, vocabulary: Vocabulary) -> bool:
    """Whether `name` is a place, which is never what "it" stands for."""
    return vocabulary.entities[name].kind == "place"


def _answered_with(rest: str, last: Answer, before: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """After "who …" or "which studio …" a pronoun means what was answered: the new names of the first statement.

    After "the latest model of …" it means the short answer.
    """
    if last.short and NEWEST.search(last.understood_as):
        return [m.entity for m in vocabulary.mentions(last.short.text) if m.entity not in before]
    if not ASKS_NAME.match(last.understood_as) or not last.statements:
        return []
    new = [m.entity for m in vocabulary.mentions(last.statements[0].text) if m.entity not in before]
    people = [n for n in new if vocabulary.entities[n].kind == "person"]
    firms = [n for n in new if vocabulary.entities[n].kind != "person"]
    if last.understood_as.lower().lstrip().startswith("who"):
        return list(dict.fromkeys(people))[: 3 if PLURAL.search(rest) else 1]
    return list(dict.fromkeys(firms))[:1]
