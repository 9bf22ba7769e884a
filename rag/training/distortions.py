"""Questions made worse on purpose: names and years swapped (then the passage holds no answer), spelling left untidy."""

import random
import re

from rag.lexical import fold
from rag.vocabulary import Vocabulary

_VERSION = re.compile(r"(?<=[A-Za-z])([- ]?)(\d+(?:\.\d+)?)(?![\d%.,]*\d|[A-Za-z%])")
_YEAR = re.compile(r"\b20[12]\d\b")
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
NUMBERS = ("1", "2", "3", "4", "5", "6", "1.5", "2.1", "2.2", "2.5", "3.1", "3.5", "4.5", "5.5")


def swapped(question: str, passage: str, vocabulary: Vocabulary, rng: random.Random) -> str | None:
    """The question about another version, maker, year or month that `passage` does not name; None when there is none."""
    ways = [_version, _name, _name, _date]
    rng.shuffle(ways)
    for way in ways:
        changed = way(question, passage, vocabulary, rng)
        if changed and fold(changed) != fold(question):
            return changed
    return None


def untidy(question: str, rng: random.Random) -> str:
    """Half of the questions as they are; the others in lower case, without the question mark, or with a slip of the hand."""
    if rng.random() < 0.5:
        return question
    if rng.random() < 0.5:
        question = question.lower()
    if rng.random() < 0.5:
        question = question.rstrip("?").rstrip()
    if rng.random() < 0.3:
        question = _slip(question, rng)
    return question


def _version(question: str, passage: str, vocabulary: Vocabulary, rng: random.Random) -> str | None:
    found = [m for m in _VERSION.finditer(question) if not _is_date(question, m.start())]
    if not found:
        return None
    match = rng.choice(found)
    name = re.search(r"\w+$", question[: match.start()])
    stem = fold(name.group()) if name else ""
    held = fold(passage)
    rest = [
        n for n in NUMBERS if n != match[2] and not re.search(rf"{re.escape(stem)}[- ]?{re.escape(n)}(?!\.?\d)", held)
    ]
    return question[: match.start()] + match[1] + rng.choice(rest) + question[match.end() :] if rest else None


def _name(question: str, passage: str, vocabulary: Vocabulary, rng: random.Random) -> str | None:
    mentions = [m for m in vocabulary.mentions(question) if m.entity in vocabulary.entities]
    if not mentions:
        return None
    mention = rng.choice(mentions)
    near = sorted(vocabulary.siblings(mention.entity))
    kind = vocabulary.entities[mention.entity].kind
    alike = [n for n, e in vocabulary.entities.items() if e.kind == kind and not e.ambiguous]
    inside = vocabulary.named(passage) | vocabulary.named(question)
    pool = [n for n in (near if near and rng.random() < 0.6 else alike) if n not in inside]
    return question[: mention.start] + rng.choice(pool) + question[mention.end :] if pool else None


def _date(question: str, passage: str, vocabulary: Vocabulary, rng: random.Random) -> str | None:
    if match := _YEAR.search(question):
        rest = [str(y) for y in range(2019, 2027) if str(y) not in passage and str(y) != match.group()]
    elif match := _MONTH.search(question):
        rest = [m for m in _MONTHS if m not in passage and m != match.group()]
    else:
        return None
    return question[: match.start()] + rng.choice(rest) + question[match.end() :] if rest else None


def _is_date(text: str, at: int) -> bool:
    word = re.search(r"\w+$", text[:at])
    return bool(word and (word.group() in _MONTHS or word.group().lower() in ("in", "of", "by", "since", "top", "no")))


def _slip(text: str, rng: random.Random) -> str:
    """Two neighbouring letters of a long plain word change places, or one is lost."""
    words = [m for m in re.finditer(r"\b[a-z]{5,}\b", text)]
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]
