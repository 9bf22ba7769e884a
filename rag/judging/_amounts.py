"""Figures, dates, units, version numbers and identifiers of a statement: each must stand in its quotes."""

import re
from decimal import Decimal, InvalidOperation

from rag.figures import Figure, figures
from rag.judging._told import Told, spelled
from rag.lexical import STOPWORDS, fold

ABOUT, OVER, UNDER, LEAST, MOST = "about", "over", "under", "least", "most"
_SAID = {ABOUT: "about", OVER: "more than", UNDER: "less than", LEAST: "at least", MOST: "at most"}
_LOOSE = {"number", "parameters"}  # kinds that are told without a unit
FAR = Decimal("0.25")
_GAP = r"(?:\W+(?:a|an|the|of|as|just|only|some|it|total|is|was)\b){0,2}\W*$"
_BEFORE = [
    (
        OVER,
        r"(?<!no )(?<!not )more than|over|above|exceed(?:s|ed|ing)?|in excess of|beyond|upwards? of|past"
        r"|(?:larger|longer|greater|higher) than",
    ),
    (UNDER, r"(?<!no )(?<!not )(?:less|fewer) than|under|below|(?:smaller|shorter|lower) than"),
    (LEAST, r"at least|minimum(?: of)?|no (?:fewer|less) than|not (?:fewer|less) than|from|starts? at|starting at"),
    (
        MOST,
        r"up to|at most|no more than|not more than|maximum(?: of)?|within|as (?:much|many|long|high) as|limit(?:ed)?(?: to| of)?"
        r"|caps?(?:ped)?(?: it)? at|at (?:the )?most|reach(?:es|ed)?|cannot exceed|no longer than|until|max",
    ),
    (
        ABOUT,
        r"about|around|roughly|some|approximately|approx|circa|near|close to|~|estimated|nearly|almost|barely|just short of",
    ),
]
_BOUND_BEFORE = [(name, re.compile(rf"(?:^|(?<=\W))(?:{words}){_GAP}", re.I)) for name, words in _BEFORE]
_BOUND_AFTER = [
    (
        LEAST,
        re.compile(
            r"\W*(?:\w+ ){0,2}?(?:or (?:more|better|above|longer|higher|over)|and (?:more|up|above)|plus\b|\+)",
            re.I,
        ),
    ),
    (MOST, re.compile(r"\W*(?:\w+ ){0,2}?(?:or (?:less|fewer|under|below))", re.I)),
]
_OPPOSED = {(OVER, UNDER), (OVER, MOST), (LEAST, MOST), (LEAST, UNDER)}
_ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_TIME = re.compile(r"\b(?:a|per|each|one|every|single) $", re.I)
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))\b", re.I)
_SCALED = re.compile(r"(?:million|billion|trillion)$", re.I)
_CODE = re.compile(r"[^\W\d_]*\d\w*(?:[.,:/+×-](?=\w)\w+)*", re.I)
_QUARTER = re.compile(r"\b(first|second|third|fourth) quarter\b", re.I)


def unfounded(told: Told, source: Told) -> list[str]:
    """What of the statement's figures the source does not bear out, a reason each; empty when all is well."""
    reasons = [r for f in told.figures if (r := _figure(f, told, source))]
    return reasons + _codes(told, source) + _ordinals(told, source)


def bound(told: Told, figure: Figure) -> str | None:
    """Which side a figure is bounded on: about, over, under, least, most, or None for the figure itself."""
    before = told.text[max(0, figure.start - 40) : figure.start]
    after = told.text[figure.end : figure.end + 30]
    for name, pattern in _BOUND_BEFORE:
        if pattern.search(before):
            return name
    return next((name for name, pattern in _BOUND_AFTER if pattern.match(after)), None)


def _figure(figure: Figure, told: Told, source: Told) -> str | None:
    if figure.kind == "date":
        return _date(figure, source)
    counts = _counts(told, figure)
    equal = [g for g in source.figures if _tells(g, figure) and not (counts and g.kind not in _LOOSE)]
    side = bound(told, figure)
    if equal:
        if any(_agree(side, bound(source, g)) for g in equal):
            return None
        return f"{_cited(told, figure)}: the source says {_cited(source, equal[0])}"
    if figure.value == "1" and not figure.text[0].isdigit():
        return None
    if (figure.kind == "parameters" or (figure.kind == "number" and "." in figure.text)) and spelled(
        figure.text, source.folded
    ):
        return None
    if side and any(_rounded(figure, g, side) for g in source.figures):
        return None
    return f"{figure.text}: {_instead(figure, source)}"


def _tells(have: Figure, said: Figure) -> bool:
    """Whether a figure of the source tells the one that is said: the same value in the same unit, or with no unit said."""
    if have.kind == "date":
        return False
    # "4K videos" may be a size or a number of videos; spelled alike they are the same.
    if said.text.lower() == have.text.lower():
        return True
    if said.kind == have.kind and said.unit == have.unit:
        return said.value == have.value
    if have.kind == "number" and said.kind == "money" and _SCALED.search(have.text):
        return said.value == have.value
    if said.kind == "number" or {said.kind, have.kind} <= _LOOSE:
        return said.value in (have.value, _face(have))
    return False


def _counts(told: Told, figure: Figure) -> bool:
    """Whether a bare number counts what follows it: "44 frames" is not told by "44 GB", "12 a second" is by "12 credits"."""
    following = re.match(r"[ -]([^\W\d_]{3,})", told.text[figure.end : figure.end + 40])
    if figure.kind != "number" or following is None or re.search(r"\dk$", figure.text, re.I):
        return False
    return fold(following[1]) not in STOPWORDS


def _face(figure: Figure) -> str:
    """The number as it is written, whatever its unit: 2 for "2 minutes"."""
    match = re.search(
        r"[\d.,]*\d(?: ?-?(?:hundred|thousand|million|billion|trillion|mn|bn|k|m|b)\b)?|^[a-z-]+", figure.text, re.I
    )
    read = figures(match.group()) if match else []
    return read[0].value if read else figure.value


def _agree(said: str | None, have: str | None) -> bool:
    """Whether the bound that is said fits that of the source."""
    if said is None or have is None:
        return said not in (OVER, UNDER)
    return (said, have) not in _OPPOSED and (have, said) not in _OPPOSED


def _rounded(said: Figure, have: Figure, side: str) -> bool:
    if (said.kind, said.unit) != (have.kind, have.unit) and said.kind != "number":
        return False
    try:
        value, real = Decimal(said.value), Decimal(have.value)
    except InvalidOperation:
        return False
    if not value or not real:
        return False
    # What the last digit that is told stands for: 100 in "about 2,300", 0.1 in "over 5.3".
    step = Decimal(1).scaleb(int(value.normalize().as_tuple().exponent))
    off = real - value
    within = {
        OVER: 0 < off < step,
        LEAST: 0 <= off < step,
        UNDER: -step < off < 0,
        MOST: -step < off <= 0,
        ABOUT: 2 * abs(off) <= step,
    }[side]
    return within and abs(off) <= FAR * abs(real)


def _date(figure: Figure, source: Told) -> str | None:
    """A date may be told less precisely than the source does, never more."""
    have = [g for g in source.figures if g.kind == "date"]
    years = {g.value[:4] for g in have if not g.value.startswith("----")}
    for g in have:
        if g.value.startswith(figure.value) or (
            figure.value.startswith("----") and g.value[4:].startswith(figure.value[4:])
        ):
            return None
        if g.value.startswith("----") and figure.value[4:] == g.value[4:] and (figure.value[:4] in years or not years):
            return None
    if len(figure.value) == 4 and re.search(rf"(?<!\d){figure.value}(?!\d)", source.text):
        return None
    return f"{figure.text}: {_instead(figure, source)}"


def _cited(told: Told, figure: Figure) -> str:
    """The figure with the words that bound it."""
    side = bound(told, figure)
    return f"{_SAID[side]} {figure.text}" if side else figure.text


def _instead(figure: Figure, source: Told) -> str:
    others = list(dict.fromkeys(g.text for g in source.figures if g.kind == figure.kind))[:4]
    if others:
        return f"the source says {', '.join(others)}"
    same = [g.text for g in source.figures if figure.kind != "date" and _face(g) == _face(figure)]
    return f"the source says {same[0]}" if same else f"the source gives no such {figure.kind}"


def _codes(told: Told, source: Told) -> list[str]:
    """Whatever else holds a digit, as it is spelled: versions, numbers of laws and papers, sizes like 16x16."""
    covered = [(f.start, f.end) for f in told.figures] + [(m.start, m.end) for m in told.mentions]
    found = []
    for match in _CODE.finditer(told.text):
        if any(a <= match.start() and match.end() <= b for a, b in covered) or _ORDINAL.fullmatch(match.group()):
            continue
        if not spelled(match.group(), source.folded) and not _quarter(match.group(), source):
            found.append(f"{match.group()}: not in the source")
    return found


def _quarter(code: str, source: Told) -> bool:
    """ "Q2" for "the second quarter"."""
    numbers = "first second third fourth".split()
    return any(code == f"Q{numbers.index(m[1].lower()) + 1}" for m in _QUARTER.finditer(source.text))


def _ordinals(told: Told, source: Told) -> list[str]:
    """ "second" to "twelfth", "2nd": places in an order, which the source must give too; "a second" may be a time."""
    have = {_rank(m.group()) for m in _ORDINAL.finditer(source.text)} | {
        m[1] for m in re.finditer(r"\bQ(\d)\b", source.text)
    }
    return [
        f"{m.group()}: not in the source"
        for m in _ORDINAL.finditer(told.text)
        if _rank(m.group()) not in have
        and not _TIME.search(told.text[: m.start()][-8:])
        and not any(f.start <= m.start() < f.end for f in told.figures)
    ]


def _rank(word: str) -> str:
    return word[:-2] if word[0].isdigit() else str(_ORDINALS.index(word.lower()) + 2)
