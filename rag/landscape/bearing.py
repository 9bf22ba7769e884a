"""Whether a quote bears a value: the figure, date, size or words of the value stand in it, and it names whom it is about.

The rules are those a reader would use: 720p bears 1280x720, "10-11 June 2025" bears 2025-06-11, "14B" bears 14 billion.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from rag.figures import Figure, Kind, figures
from rag.lexical import STOPWORDS, terms

Value = str | float | bool | tuple[str, ...]

# For each measured field the kind of figure that tells it, and what one unit of the field is in that kind's base unit.
_MEASURED: Mapping[str, tuple[Kind, int]] = MappingProxyType(
    {
        "max_duration": ("duration", 1),
        "fps": ("rate", 1),
        "parameters": ("parameters", 10**9),
        "min_vram": ("data", 10**9),
        "price": ("money", 1),
    }
)
_SIZES = MappingProxyType({"4k": ("3840x2160", "4096x2160"), "2k": ("2560x1440", "2048x1080"), "8k": ("7680x4320",)})
_SOUND = re.compile(r"\b(?:audio|sound|speech|dialogue|music|silent)", re.I)
_SILENCE = re.compile(r"\b(?:no|not|without|silent|never|lacks?)\b", re.I)
_OPEN = re.compile(
    r"\bopen(?:ed|ly)?\b|open-|weights|checkpoints|licen[cs]e\b|\bcode\b|repositor(?:y|ies)|diffusers", re.I
)
_CLOSED = re.compile(
    r"\b(?:closed|proprietary|did not release|never released|research preview|waitlist|through partner APIs)\b", re.I
)
_SHARE = 0.5  # of the words of a free text that must stand in the quote


def bears(field: str, value: Value, quote: str) -> bool:
    """Whether `quote` tells `value` of the field `field` of a model (see Model for the units)."""
    if field in ("released", "ended"):
        return any(f.kind == "date" and f.value.startswith(str(value)) for f in figures(quote))
    if field == "max_resolution":
        return any(_same_size(f, str(value)) for f in figures(quote) if f.kind == "pixels")
    if field in _MEASURED and isinstance(value, int | float):
        return _measures(field, Decimal(str(value)), quote)
    if field == "native_audio":
        return bool(_SOUND.search(quote)) and bool(_SILENCE.search(quote)) != value
    if field == "open_weights":
        return bool((_OPEN if value else _CLOSED).search(quote))
    if field == "maker":
        return _words(str(value))[0] in _words(quote)  # "Google" will do for Google DeepMind
    texts = value if isinstance(value, tuple) else (str(value),)
    return all(_tells(text, quote) for text in texts)


def _measures(field: str, value: Decimal, quote: str) -> bool:
    """The figure with its unit, or bare in a range of seconds: "any whole number of seconds from 2 to 10"."""
    kind, unit = _MEASURED[field]
    bare = field == "max_duration" and re.search(r"\bseconds from \d|\bseconds between \d", quote)
    kinds = (kind, "number") if bare else (kind,)
    return any(f.kind in kinds and Decimal(f.value) == value * unit for f in figures(quote))


def _same_size(figure: Figure, size: str) -> bool:
    """A size and its portrait form are one; 720p is any size whose short side is 720."""
    wanted = sorted(map(int, size.split("x")))
    if figure.value.endswith("p"):
        return int(figure.value[:-1]) == wanted[0]
    return any(sorted(map(int, named.split("x"))) == wanted for named in _SIZES.get(figure.value, (figure.value,)))


def _tells(text: str, quote: str) -> bool:
    """Every figure of `text` and at least half of its words stand in the quote; words count by their first five letters."""
    have = figures(quote)
    if not all(any(figure.same(h) for h in have) for figure in figures(text)):
        return False
    said, wanted = _words(quote), _words(text)
    found = sum(any(word.startswith(w[:5]) for word in said) for w in wanted)
    return found >= _SHARE * len(wanted)


def _words(text: str) -> list[str]:
    return [word for word in terms(text.replace("-", " ")) if word not in STOPWORDS]
