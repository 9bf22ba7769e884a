"""Figures and dates in text, normalised so that "$315M" equals "315 million dollars" and "31 March" equals "March 31"."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

Kind = Literal[
    "money", "percent", "duration", "data", "rate", "pixels", "parameters", "credits", "length", "number", "date"
]

_ONES = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen
    """.split()
_WORDS = {word: n for n, word in enumerate([*_ONES, "eighteen", "nineteen"])}
_WORDS |= {
    w: n * 10 for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_WORDS |= {"dozen": 12}
_HALF = Decimal("0.5")
_SCALES = {"hundred": 100, "thousand": 1_000, "k": 1_000, "million": 1_000_000, "mn": 1_000_000, "m": 1_000_000}
_SCALES |= {"billion": 1_000_000_000, "bn": 1_000_000_000, "b": 1_000_000_000, "trillion": 10**12, "tn": 10**12}
_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)

_SECONDS = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "h": 3600, "day": 86_400}
_SECONDS |= {"week": 604_800, "month": 2_629_800, "year": 31_557_600, "ms": 0, "millisecond": 0}
_DATA = {
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "gib": 10**9,
    "mib": 10**6,
    "gigabyte": 10**9,
    "megabyte": 10**6,
}
_CURRENCY = {
    "$": "usd",
    "us$": "usd",
    "usd": "usd",
    "dollar": "usd",
    "cent": "usd",
    "€": "eur",
    "euro": "eur",
    "eur": "eur",
}
_CURRENCY |= {
    "£": "gbp",
    "pound": "gbp",
    "gbp": "gbp",
    "hk$": "hkd",
    "hong kong dollar": "hkd",
    "¥": "cny",
    "yuan": "cny",
    "rmb": "cny",
    "won": "krw",
}

_DATES = re.compile(
    r"(?P<iso>\b\d{4}-\d{2}(?:-\d{2})?\b)"
    r"|(?<!\d\.)(?<![^\W\d]-)\b(?P<d1>\d{1,2})(?:st|nd|rd|th)?(?: of)? "
    + _MONTH.format("m1")
    + r",?(?: (?P<y1>\d{4}))?\b"
    r"|\b" + _MONTH.format("m2") + r" (?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<y2>\d{4}))?\b"
    r"|\b" + _MONTH.format("m3") + r",? (?P<y3>\d{4})\b"
    r"|\b" + _MONTH.format("m4") + r"(?= and \w+ \d{4}\b)"
    r"|\b(?P<y5>(?:19|20)\d{2})\b(?!\s?(?:x|×|px|pixels?|credits|gb|mb|%|dollars|seconds|minutes|points|frames|entries|videos|clips))",
    re.I,
)
_PIXELS = re.compile(
    r"\b(\d{3,5})\s?[x×]\s?(\d{3,5})(?: pixels?)?\b|\b(\d{3,4})p\b|\b([248])k\b(?! (?:videos|clips|entries))", re.I
)
_VERSION = re.compile(
    r"\b(?!(?:The|At|In|Of|From|To|About|Over|Around|Nearly|Only|Some|By|With|And|Its|For|Under|Up) )"
    r"[A-Z][A-Za-z]{0,30}[- ]?\d+(?:\.\d+)+\b|\b[A-Za-z]{1,30}-\d+(?:\.\d+)*\b|\b[vV]\d+(?:\.\d+)*\b|\bRTX \d+"
)
_NUMBER = re.compile(
    r"(?P<sign>us\$|hk\$|[$€£¥]|\b(?:usd|eur|gbp) )?\s?"
    r"(?<![\w.])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:"
    + "|".join(["half an?(?! dozen)", "half", *sorted(_WORDS, key=len, reverse=True)])
    + r")\b"
    r"(?:-(?:one|two|three|four|five|six|seven|eight|nine)\b)?)(?P<half> and a half\b)?"
    r"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|k|m|b)(?![\w]))?"
    r"(?:[ -]?(?P<unit>%|percent(?:age points?)?|per cent|us dollars?|u\.s\. dollars?|hong kong dollars?|dollars?|cents?"
    r"|euros?|pounds?|usd|eur|gbp|yuan|rmb|won"
    r"|frames? (?:a|per) second|fps|frames/s|milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?"
    r"|hrs?|days?|weeks?|months?|years?"
    r"|kb|mb|gb|tb|gib|mib|gigabytes?|megabytes?|parameters?|params?|credits?|characters?|words?"
    r"|tokens?|s|h)(?![\w]))?",
    re.I,
)


LEAP = "2024"  # the year of a date that tells none: 29 February may be meant
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `value` in base units (seconds, bytes, currency units, pixels "1280x720", ISO date); `unit`: the currency.

    start, end: half-open offsets in the text it was read from.
    """

    kind: Kind
    value: str
    unit: str
    start: int
    end: int
    text: str

    @property
    def has_year(self) -> bool:
        """Whether this is a date that tells its year."""
        return self.kind == "date" and bool(_YEAR.match(self.value))

    def same(self, other: "Figure") -> bool:
        """Whether both tell the same value: a bare number equals a counted one, a partial date a fuller one."""
        if self.kind == "date" or other.kind == "date":
            return self.kind == other.kind and _dates_agree(self.value, other.value)
        if self.value != other.value:
            return False
        return (self.kind, self.unit) == (other.kind, other.unit) or "number" in (self.kind, other.kind)


def figures(text: str) -> list[Figure]:
    """The figures and dates of `text` in order; digits inside a product's name (Gen-4, Veo 3.1) are none."""
    found: list[Figure] = []
    taken = bytearray(len(text))
    for match in _VERSION.finditer(text):
        if not _counted(text, match.span()):
            taken[match.start() : match.end()] = b"\x01" * len(match.group())
    for pattern, build in ((_DATES, _date), (_PIXELS, _pixels), (_NUMBER, _number)):
        for match in pattern.finditer(text):
            figure = build(match) if not any(taken[match.start() : match.end()]) else None
            if figure:
                found.append(figure)
                taken[match.start() : match.end()] = b"\x01" * len(match.group())
    return sorted(found, key=lambda f: f.start)


def _counted(text: str, span: tuple[int, int]) -> bool:
    """ "under-30 s" and "top-10" are figures, not names: a lower-case word before the hyphen."""
    return text[span[0]].islower() and "." not in text[span[0] : span[1]]


def _date(match: re.Match[str]) -> Figure | None:
    if match["iso"]:
        return _figure("date", match["iso"], "", match) if _calendar(match["iso"]) else None
    if match["y5"]:
        return _figure("date", match["y5"], "", match)
    month = next(_MONTHS[match[m][:3].lower()] for m in ("m1", "m2", "m3", "m4") if match[m])
    day = match["d1"] or match["d2"]
    year = match["y1"] or match["y2"] or match["y3"] or "----"
    value = f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return _figure("date", value, "", match) if _calendar(value.replace("----", LEAP)) else None


def _calendar(day: str) -> bool:
    """Whether there is such a day or month: "2025-06-31" is none, nor is the season "2024-25"."""
    try:
        date.fromisoformat(f"{day}-01"[:10])
    except ValueError:
        return False
    return True


def _pixels(match: re.Match[str]) -> Figure:
    if match[1]:
        return _figure("pixels", f"{match[1]}x{match[2]}", "", match)
    return _figure("pixels", f"{match[3]}p" if match[3] else f"{match[4]}k", "", match)


def _number(match: re.Match[str]) -> Figure | None:
    value = _value(match["n"])
    if value is None:
        return None
    sign, scale, unit = (
        (match["sign"] or "").strip().lower(),
        (match["scale"] or "").lower(),
        (match["unit"] or "").lower(),
    )
    if (
        not match["n"][0].isdigit()
        and not unit
        and not scale
        and not match["half"]
        and match["n"].lower().split()[0] in ("one", "zero", "half", "dozen")
    ):
        return None
    value += _HALF if match["half"] else 0
    value *= _SCALES.get(scale, 1)
    kind, name, factor = _unit(sign, unit.rstrip("s") if len(unit) > 2 else unit, scale)
    return _figure(kind, format((value * factor).normalize(), "f"), name, match)


def _unit(sign: str, unit: str, scale: str) -> tuple[Kind, str, Decimal]:
    one = Decimal(1)
    unit = unit.replace("us dollar", "dollar").replace("u.s. dollar", "dollar")
    if sign or unit in _CURRENCY:
        return "money", _CURRENCY.get(sign) or _CURRENCY[unit], Decimal("0.01") if unit == "cent" else one
    if unit.startswith(("%", "per cent", "percent")):
        return "percent", "", one
    if unit in ("fp", "fps") or unit.startswith("frame"):
        return "rate", "fps", one
    if unit in ("ms", "millisecond"):
        return "duration", "", Decimal("0.001")
    if unit in _SECONDS:
        return "duration", "", Decimal(_SECONDS[unit])
    if unit in _DATA:
        return "data", "", Decimal(_DATA[unit])
    if unit.startswith("param") or (scale == "b" and not unit):
        return "parameters", "", one
    if unit == "credit":
        return "credits", "", one
    if unit in ("character", "word", "token"):
        return "length", unit, one
    return "number", "", one


def _value(text: str) -> Decimal | None:
    low = text.lower()
    if low.startswith("half"):
        return _HALF
    if low[0].isdigit():
        try:
            return Decimal(low.replace(",", ""))
        except InvalidOperation:
            return None
    tens, _, ones = low.partition("-")
    return Decimal(_WORDS[tens] + (_WORDS[ones] if ones else 0))


def _figure(kind: Kind, value: str, unit: str, match: re.Match[str]) -> Figure:
    text = match.group()
    start = match.start() + len(text) - len(text.lstrip())
    return Figure(kind, value, unit, start, match.end(), text.strip())


def _dates_agree(one: str, other: str) -> bool:
    if one.startswith("----") or other.startswith("----"):
        short, long = sorted((one[5:], other[5:]), key=len)
        return (
            bool(short)
            and long.startswith(short)
            and (len(one) == len(other) or len(short) == len(long) or short == long[: len(short)])
        )
    return one.startswith(other) or other.startswith(one)
