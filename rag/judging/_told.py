"""What a text tells, made comparable: plain characters, figures with their bounds, names, the words that carry meaning."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from rag.figures import Figure, figures
from rag.lexical import STOPWORDS, fold, stem
from rag.vocabulary import Mention, Vocabulary

STEM = 5
_FRACTION = re.compile("(\\d+)?([\u00bc-\u00be\u2150-\u215e])")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")


def plain(text: str) -> str:
    """`text` in compatibility forms: "２½\u00a0s" -> "2.5 s"; typographic quotes and dashes as on a keyboard, blanks single."""
    text = _FRACTION.sub(_decimal, text)
    text = unicodedata.normalize("NFKC", text).translate(
        {ord(a): b for a, b in zip("“”„«»‘’‚", '"""""\'\'\'', strict=True)}
    )
    return re.sub(r"\s+", " ", _DASHES.sub("-", text)).strip()


def _decimal(match: re.Match[str]) -> str:
    part = Fraction(unicodedata.numeric(match[2])).limit_denominator(10)
    return f"{int(match[1] or 0) + float(part):.4g}"


def key(word: str) -> str:
    """What words of one family share, roughly: "announced", "announcement" -> "annou"."""
    word = stem(fold(word))
    return word[:STEM] if word.isalpha() else word


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `[start, end)` of a plain text; `key` is what its family shares; `empty` words carry no meaning."""

    key: str
    start: int
    end: int
    empty: bool


class Told:
    """A statement, or its quotes, taken apart; every part is computed once, when it is asked for."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        """`text` as it was written; all offsets refer to `self.text`, its plain form."""
        self.text = plain(text)
        self.vocabulary = vocabulary

    @cached_property
    def figures(self) -> list[Figure]:
        """Figures and dates in order; "5 or 10 seconds" are two durations, and digits of a known name are none."""
        found = [f for f in figures(self.text) if f.kind not in ("number", "parameters") or not self._named(f)]
        for at in range(len(found) - 2, -1, -1):
            one, following = found[at], found[at + 1]
            if one.kind == "number" and following.kind not in ("number", "date", "pixels"):
                found[at] = _shared_unit(self.text, one, following)
        return found

    def _named(self, figure: Figure) -> bool:
        return any(m.start < figure.end and figure.start < m.end for m in self.mentions)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Names of the vocabulary in order."""
        return self.vocabulary.mentions(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """The canonical names among them."""
        return frozenset(m.entity for m in self.mentions)

    @cached_property
    def words(self) -> list[Word]:
        """All words in order."""
        return [
            Word(key(re.sub(r"'s?$", "", m.group())), m.start(), m.end(), fold(m.group()) in STOPWORDS)
            for m in _WORD.finditer(self.text)
        ]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the words that carry meaning."""
        return frozenset(w.key for w in self.words if not w.empty)

    def between(self, start: int, end: int) -> list[str]:
        """The keys of the words with meaning in `[start, end)`."""
        return [w.key for w in self.words if start <= w.start and w.end <= end and not w.empty]

    @cached_property
    def folded(self) -> str:
        """Folded, without the commas of thousands."""
        return _THOUSANDS.sub("", fold(self.text))


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def spelled(words: str, folded: str) -> bool:
    """Whether the words stand in a folded text, however their letters and digits are joined: "Gen-4", "gen 4", "Gen4".

    "Gen-4" does not stand in "Gen-4.5", nor "5" in "4.5" or "50"; a plural may.
    """
    pieces = re.findall(r"\d+|[^\W\d_]+|[.,:/+×_]", _THOUSANDS.sub("", fold(words)))
    if len(pieces) > 1 and len(pieces[-1]) == 1 and pieces[-1] == "s":
        pieces = pieces[:-1]
    before = r"(?<!\d)(?<!\d\.)" if pieces and pieces[0].isdigit() else r"(?<![^\W_])"
    pattern = before + r"[\s-]*".join(map(re.escape, pieces)) + r"(?:s|es)?(?![^\W_]|\.\d)"
    return bool(pieces) and bool(re.search(pattern, folded))


_JOINS = re.compile(r"-? ?(?:to|or|and|-|/|,|, and|, or|and up to) ?(?:about |around |up to )?", re.I)
_AMOUNT = re.compile(r"(?:us\$|hk\$|[$€£¥])?[\d.,]+|[a-z]+(?:-[a-z]+)?", re.I)


def _shared_unit(text: str, one: Figure, following: Figure) -> Figure:
    """ "5" in "5 or 10 seconds" as 5 seconds; "2" in "2 and 13 billion" as it is."""
    if not _JOINS.fullmatch(text[one.end : following.start]):
        return one
    rest = _AMOUNT.sub("", following.text, count=1)
    sign = re.match(r"us\$|hk\$|[$€£¥]", following.text, re.I)
    read = figures((sign.group() if sign else "") + one.text + rest)
    if len(read) != 1 or read[0].kind != following.kind:
        return one
    return Figure(read[0].kind, read[0].value, read[0].unit, one.start, one.end, one.text)
