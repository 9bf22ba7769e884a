"""Questions made worse on purpose: they ask for something else (then the passage holds no answer), or are left untidy."""

import random
import re

from rag.lexical import fold
from rag.vocabulary import Vocabulary

_VERSION = re.compile(r"(?<=[A-Za-z])([- ]?)(\d+(?:\.\d+)?)(?![\d%.,]*\d|[A-Za-z%])")
_YEAR = re.compile(r"\b20[12]\d\b")
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
NUMBERS = ("1", "2", "3", "4", "5", "6", "1.5", "2.1", "2.2", "2.5", "3.1", "3.5", "4.5", "5.5")
_OPPOSITES = (
    "first last", "before after", "most least", "more less", "largest smallest", "highest lowest", "best worst",
    "early late", "north south", "east west", "northern southern", "eastern western", "always never", "same different",
    "increase decrease", "gain lose", "gained lost", "won lost", "win lose", "higher lower", "larger smaller",
    "longer shorter", "older younger", "newest oldest", "new old", "majority minority", "maximum minimum", "public private",
    "internal external", "beginning end", "began ended", "begin end", "start stop", "started stopped", "allowed forbidden",
    "accepted rejected", "success failure", "positive negative", "above below", "inside outside", "liked disliked",
    "support oppose", "supported opposed", "easy difficult", "cheap expensive", "male female", "all none", "rise fall",
    "enter leave", "entered left", "buy sell", "bought sold", "with without", "including excluding",
)  # fmt: skip
_OPPOSITE: dict[str, str] = {a: b for pair in _OPPOSITES for a, b in (pair.split(), pair.split()[::-1])}
NEGATED = 0.1
_WORD = re.compile(r"\b[a-z]+\b")
_LONG = re.compile(r"\b[a-z]{5,}\b")
_FIGURE = re.compile(r"(?<![\w.,-])\d[\d,]*(?![\w-]|[.,]\d)")
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|did|does|do|has|have|had|could|would|should)\b(?! not|n't)", re.I)
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")


def contradicted(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    """The question with a figure, name or word that is not in `passage`, an opposite, or a "not"; None when none fits.

    Names and words are taken from the text `elsewhere`. These are the commonest ways in which people wrote the
    unanswerable questions of SQuAD 2.0 (Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822, table 1).
    """
    ways = [_other_figure, _opposite, _other_name, _other_word]
    rng.shuffle(ways)
    if rng.random() < NEGATED:
        ways.insert(0, _negated)
    return next(filter(None, (way(question, passage, elsewhere, rng) for way in ways)), None)


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


def _other_figure(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    found = _FIGURE.search(question)
    if not found:
        return None
    value = int(found.group().replace(",", ""))
    other = str(value + rng.choice((-30, -10, -4, -3, -2, -1, 1, 2, 3, 5, 10, 20)))
    return None if other in passage or other[0] in "-0" else question[: found.start()] + other + question[found.end() :]


def _opposite(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    found = [m for m in _WORD.finditer(question) if m.group() in _OPPOSITE and m.group() in passage]
    if not found:
        return None
    word = rng.choice(found)
    return f"{question[: word.start()]}{_OPPOSITE[word.group()]}{question[word.end() :]}"


def _other_name(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    found = list(_PROPER.finditer(question))
    others = [n for n in dict.fromkeys(_PROPER.findall(elsewhere)) if n not in passage and n not in question]
    if not found or not others:
        return None
    name = rng.choice(found)
    return f"{question[: name.start()]}{rng.choice(others)}{question[name.end() :]}"


def _other_word(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    """A word of the passage gives way to one that ends alike, so that mostly a noun takes the place of a noun."""
    found = [m for m in _LONG.finditer(question) if m.group() in passage]
    if not found:
        return None
    word = rng.choice(found)
    ending = word.group()[-2:]
    others = [w for w in dict.fromkeys(_LONG.findall(elsewhere)) if w.endswith(ending) and w not in passage + question]
    return question[: word.start()] + rng.choice(others) + question[word.end() :] if others else None


def _negated(question: str, passage: str, elsewhere: str, rng: random.Random) -> str | None:
    found = _AUXILIARY.search(question)
    return f"{question[: found.end()]}n't{question[found.end() :]}" if found else None


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
