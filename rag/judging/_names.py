"""Names of a statement: each must stand in its quotes, by any of its spellings; its maker may be told with it."""

import re
from collections.abc import Callable

from rag.judging._told import Told, spelled
from rag.lexical import STOPWORDS, fold
from rag.vocabulary import CALENDAR

# Ways to name one place or body; a fold of each is looked for.
SAME = [
    {"us", "u.s", "usa", "united states", "america", "american", "americans"},
    {"uk", "u.k", "united kingdom", "britain", "british", "great britain"},
    {"eu", "e.u", "european union", "europe", "european"},
    {"china", "chinese"},
    {"india", "indian"},
    {"denmark", "danish"},
    {"california", "californian"},
    {"japan", "japanese"},
    {"korea", "korean", "south korea"},
    {"germany", "german"},
    {"france", "french"},
    {"ceo", "chief executive"},
    {"vfx", "visual effects"},
    {"hdr", "high dynamic range"},
    {"arr", "annual recurring revenue"},
    {"mit", "mit-licensed"},
]
_WORD = re.compile(r"[^\W\d_]+")
# "Wan 2.2" where the source says "Wan" and "the 2.2 line".
_VERSIONED = re.compile(r"([^\W\d_]{3,})[ -]?(\d+\.\d+)")
_ALONE = r"(?:^|[ (])v?{}(?= (?:line|series|family|version|release|model|generation)s?\b)"


def unfounded(told: Told, source: Told, context: Callable[[], str] | None) -> list[str]:
    """Names that the source does not hold, a reason each. `context` gives the passage around the quotes."""
    more = context() if context and _refers_back(source) else ""
    around = f"{source.folded} {fold(more)}"
    have = source.names | told.vocabulary.named(more)
    makers = {told.vocabulary.maker(n) for n in have}
    known = [m for m in told.mentions if m.entity not in have and m.entity not in makers]
    missing = [
        m.entity for m in known if not _known(told.text[m.start : m.end], around) and not _known(m.entity, around)
    ]
    patterned = [m for m in told.vocabulary.patterned(told.text) if told.text[m.end : m.end + 1] != "$"]
    unknown = [m.entity for m in patterned if not _stands(_kept(m.entity, m.start), around)]
    first = _opening(told)
    if first and not _stands(first, around):
        unknown.append(first)
    return [f"{name}: not in the source" for name in dict.fromkeys([*missing, *unknown])]


def _kept(name: str, start: int) -> str:
    """The name without the word that opens the statement, which is written large in any case, and without dates."""
    words = name.split()[1 if start == 0 else 0 :]
    return " ".join(re.sub(r"\bQ[1-4]\b", "", w) for w in words if fold(w) not in CALENDAR)


def _refers_back(source: Told) -> bool:
    """Whether the quotes leave their subject to the sentence before: they name nobody, or begin with a pronoun."""
    first = re.match(r"\W*(\w+)(?: (\w+))?", source.text)
    begins = fold(first[1]) if first else ""
    return not source.mentions or begins in (
        "it",
        "its",
        "they",
        "their",
        "he",
        "she",
        "his",
        "her",
        "this",
        "these",
        "both",
        "the",
    )


def _known(name: str, around: str) -> bool:
    """Whether a name of the vocabulary stands there: its number belongs to it, or stands alone as that of a line."""
    if not re.search(r"\d", name):
        return _stands(name, around)
    family = _VERSIONED.fullmatch(fold(name))
    return spelled(name, around) or bool(
        family and spelled(family[1], around) and re.search(_ALONE.format(re.escape(family[2])), around)
    )


def _stands(name: str, around: str) -> bool:
    """Whether the name stands there: as it is, or each of its words, or by another of its ways."""
    plain = re.sub(r"['’]s\b", "", fold(name)).strip()
    if not plain or spelled(plain, around):
        return True
    if any(plain in ways and any(spelled(w, around) for w in ways) for ways in SAME):
        return True
    words = plain.split()
    if len(words) == 1 and re.search(r"\d", plain) and not re.search(r"\d", around):
        return False
    # Numbers are held against the source on their own; here the words count.
    return all(
        spelled(word, around)
        or all(spelled(w, around) or _alike(w, around) for w in _WORD.findall(word) if w not in STOPWORDS)
        for word in words
    )


def _alike(word: str, around: str) -> bool:
    """The word in another of its forms, by its first letters, or another way to name the same."""
    if any(word in ways and any(spelled(w, around) for w in ways) for ways in SAME):
        return True
    stem = word[:-1] if word.endswith("s") else word
    return len(stem) > 3 and bool(re.search(rf"(?<!\w){re.escape(stem)}(?:s|es|n|an|ian|ese)?(?!\w)", around))


_NAME_FIRST = re.compile(
    r"([A-Z][\w.&-]*)(?:'s\b| (?:say|said|report|announc|releas|launch|claim|state|wrote|bought|acquir|sue|raise"
    r"|won|is\b|was\b|has\b))"
)


def _opening(told: Told) -> str | None:
    """A single capitalised word that opens the statement and does or owns something: a name, as far as can be told."""
    match = _NAME_FIRST.match(told.text)
    if match is None or fold(match[1]) in STOPWORDS or any(m.start < match.end(1) for m in told.mentions):
        return None
    word = match[1]
    return None if word.endswith(("ing", "ly")) or (word.endswith("s") and "'s" not in match.group()) else word
