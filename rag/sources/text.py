"""Plain text: one article, whatever its charset; lines that stand alone are paragraphs, wrapped lines are joined."""

import re

from rag.detection import decode
from rag.limits import DEFAULT, Limits
from rag.records import Article
from rag.sources import _furniture
from rag.sources._building import Facts, build

_RULED = re.compile(r"[-=_*~#\s]{3,}")
# An article file says where its pages begin; a form feed in plain text only ends a paragraph.
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\f")
_WRAPPED = range(40, 101)


def read(data: bytes, origin: str, limits: Limits = DEFAULT) -> Article:
    """The article in a text file. Raises SourceError when there is none, or more of it than the limit."""
    decoded = decode(data, origin)
    text = decoded.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return build(paragraphs(text), Facts(), origin, limits)


def paragraphs(text: str) -> list[str]:
    """Paragraphs of plain text: parted by empty lines; inside, a line is one of its own unless the lines are wrapped."""
    found: list[str] = []
    for part in _PARAGRAPH.split(text):
        lines = [line.strip() for line in part.split("\n") if line.strip() and not _RULED.fullmatch(line)]
        if lines and is_wrapped(lines):
            found.append(" ".join(lines))
        else:
            found.extend(lines)
    return found


def is_wrapped(lines: list[str]) -> bool:
    """Whether all lines but the last are of about one length, as lines are that were broken to fit a width."""
    widths = [len(line) for line in lines[:-1]]
    if not widths or any(_furniture.is_furniture(line) for line in lines):
        return False
    listed = sum(bool(re.match(r"(?:[-*•+]|\d{1,3}[.)]) ", line)) for line in lines)
    return max(widths) in _WRAPPED and min(widths) >= max(widths) * 0.6 and listed < 2


# Reading text needs no parser, so a text file may also lie in an article folder as it is.
SUFFIXES = (".txt",)
CHOICE = read
