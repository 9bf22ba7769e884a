"""Text is normalised once, here; sentences are found with exact offsets into the normalised text."""

import re
import unicodedata
from collections.abc import Iterator

NORMALISER = "nfc-1"
SPLITTER = "sentences-2"
HEADING = re.compile(r"(#{1,6}) ")  # matched where a block begins; "#MeToo" opens a sentence

# Hidden characters: controls except newline and tab, zero-width and bidi marks, tag characters, surrogates, byte-order marks.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MARK_RUN = re.compile("([\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]+")
_BLOCK = re.compile(r"[^\n]+(?:\n(?![ \t]*(?:\n|#{1,6} |[-*+•] |\d{1,3}[.)] ))[^\n]+)*")
_LIST_MARK = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+|[ \t]+")
# A run of stops is tried once, from its first: 100 kB of dots stay linear.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]»]*+(?=\s)|[。！？]+[」』”）]*")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st vs v eds al approx est dept univ assn jan feb mar apr jun jul aug sep sept oct nov dec
    gen sen rep gov lt col capt sgt rev hon e.g i.e cf ca ph.d m.d b.a m.a
    """.split()
)
_NUMBERED = frozenset(["no", "nos", "vol", "fig", "eq", "ch", "p", "pp"])
_MAY_END = frozenset("a.m p.m u.s u.k u.n e.u d.c inc ltd co corp bros etc jr sr".split())
_LETTERED = frozenset(
    "Series Class Plan Type Part Grade Category Section Appendix Schedule Round Group Level Exhibit".split()
)
_STARTERS = frozenset(
    """
    The A An In On At By For From It They He She We You I This These That Those As But And However When While
    After Before Then If Its Their Since Until Under
    """.split()
)
_OPENERS = "\"'“‘([«"


def normalise(text: str) -> str:
    """`text` in NFC with hidden characters removed, blanks folded, line ends as newlines, at most one empty line in a row.

    Combining marks beyond four on one letter are dropped. Idempotent: `normalise(normalise(t)) == normalise(t)`.
    """
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n\n")
        .replace("\x0c", "\n")
    )
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    text = _BLANKS.sub(" ", _MARK_RUN.sub(r"\1", text))
    lines = "\n".join(line.strip(" ") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", unicodedata.normalize("NFC", lines)).strip("\n")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Half-open offsets of the sentences of normalised `text`, in order; headings (`#` to `######` and a blank) are none."""
    for start, end in blocks(text):
        if HEADING.match(text, start):
            continue
        if mark := _LIST_MARK.match(text, start, end):
            start = mark.end()
        yield from _split(text, start, end)


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Half-open offsets of paragraphs, list items and heading lines."""
    position = 0
    while match := _BLOCK.search(text, position):
        end = match.end()
        if HEADING.match(text, match.start()):
            line = text.find("\n", match.start())
            end = min(end, line) if line != -1 else end
        yield match.start(), end
        position = end


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _END.finditer(text, start, end):
        if match.start() >= start and _is_end(text, start, match, end):
            yield start, match.end()
            start = match.end()
            while start < end and text[start].isspace():
                start += 1
    if start < end and text[start:end].strip():
        yield start, len(text[:end].rstrip())


def _is_end(text: str, start: int, match: re.Match[str], end: int) -> bool:
    # Windows of 80 and 60 characters keep a long paragraph linear.
    after = text[match.end() : min(end, match.end() + 80)].lstrip()
    if not after or match.group()[0] in "。！？":
        return True
    head = after.lstrip(_OPENERS)[:1]
    if head.islower() or head in ",;:" or (match.group()[0] == "…" and head.isdigit()):
        return False
    if match.group()[0] != ".":
        return True
    word = text[max(start, match.start() - 60) : match.start()].rsplit(None, 1)[-1:] or [""]
    last = word[0].lstrip(_OPENERS)
    if last.lower() in _NUMBERED:
        return not head.isdigit()
    if last.lower() in _MAY_END:
        return after.lstrip(_OPENERS).split(None, 1)[0].strip(".,") in _STARTERS
    if last.lower() in _ABBREVIATIONS:
        return False
    if len(last) == 1 and last.isupper() and last != "I":
        before = text[max(start, match.start() - 60) : match.start()].split()[-2:-1]
        return bool(before) and before[0] in _LETTERED
    return True
