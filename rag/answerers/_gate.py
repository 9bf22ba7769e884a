"""The gate a model's text goes through before any of it becomes a statement: words stay, what could act is taken out.

Images, HTML, links, formulas, directives and footnotes go, plain emphasis and list marks fall away. The gate reads the
whole text so far, never a piece of it, and holds back what stands behind an opening that has not been closed yet: an image
may arrive in two pieces. (CommonMark 0.31 for the forms; EchoLeak, CVE-2025-32711, for why.)
"""

import re
from dataclasses import dataclass

from rag.sentences import normalise

_THOUGHT = re.compile(r"<(think|thinking|reasoning|scratchpad)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.I | re.S)
# In this order: what holds other forms goes before what it may hold.
_TAKEN_OUT = (
    re.compile(r"<!--.*?(?:-->|\Z)", re.S),
    re.compile(r"<(script|style|svg|iframe|object|template|math)\b.*?(?:</\1\s*>|\Z)", re.I | re.S),
    re.compile(r"\$\$.*?(?:\$\$|\Z)|\\\(.*?\\\)|\\\[.*?\\\]", re.S),
    re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?"),
    re.compile(r"^[ \t>]*\[[^\]\n]{1,200}\]:[^\n]*$", re.M),
    re.compile(r"\[\^[^\]\n]{1,60}\]"),
    re.compile(r"</?[a-zA-Z][^<>]*(?:>|\Z)|<[!?][^<>]*(?:>|\Z)"),
    re.compile(
        r"<?\b(?:(?:https?|ftp|wss?)://|(?:file|javascript|data|vbscript|mailto|blob):(?=\S))[^\s<>)\]]*[^\s<>)\].,;:!?]>?",
        re.I,
    ),
    re.compile(r"\bwww\.[^\s<>)\]]*[^\s<>)\].,;:!?]", re.I),
    re.compile(r"(?<![\w:/])//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s<>)\]]*", re.I),
    re.compile(r"\$[^\s$\d][^$\n]*[\\{}^_][^$\n]*\$"),
    re.compile(r":material/\w+:|(?<![\w:]):[a-z][a-z0-9_+-]{1,40}:(?![\w:])", re.I),
    re.compile(r"^[ \t]*:::+[^\n]*$", re.M),
    re.compile(r"【[^】\n]{0,60}】"),
)
_UNWRAPPED = (
    re.compile(r"\[([^\[\]]*)\]\((?:[^()\n]|\([^()\n]*\))*\)"),
    re.compile(r":[a-z][a-z-]{1,30}(?:\[([^\[\]]*)\])", re.I),
)
# The beginnings of all that acts, for what is left of them after the last round.
_LEFT = re.compile(
    r"!(?=\[)|(?<=\])\(|\[(?=\^)|<(?=[a-zA-Z/!?])|://|www\.|(?:javascript|vbscript):|\$\$|:material/|:::|[【】]",
    re.I,
)
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|~~|`+")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6} |>+ ?|\|)", re.M)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.M)
_OPENING = re.compile(r"!?\[|\]\(|<(?=[a-zA-Z/!?])|\$\$|\\\[|\\\(")
_CLOSING = {"[": "]", "![": "]", "](": ")", "<": ">", "$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """Text that went through the gate; `removed` tells whether anything but emphasis and list marks was taken out."""

    text: str
    removed: bool


def settled(text: str) -> str:
    """The part of a growing text that what follows cannot change: whole lines, up to the first opening without its closing."""
    end = text.rfind("\n") + 1
    for block in re.finditer(r"<(think|thinking|reasoning|scratchpad|script|style|svg|iframe|!--)", text[:end], re.I):
        ending = "-->" if block[1] == "!--" else f"</{block[1]}"
        if text.lower().find(ending.lower(), block.end(), end) < 0:
            end = text.rfind("\n", 0, block.start()) + 1
            break
    closed: list[tuple[int, int]] = []
    at = 0
    while found := _OPENING.search(text, at, end):
        closing = text.find(_CLOSING[found[0]], found.end(), end)
        if closing < 0:
            end = text.rfind("\n", 0, found.start()) + 1
            break
        closed.append((found.start(), closing))
        at = found.end()
    for start, last in reversed(closed):
        if start < end <= last:
            end = text.rfind("\n", 0, start) + 1
    return text[:end]


def gate(text: str) -> Gated:
    """`text` as plain words and line ends; what is left holds no form that any of our outlets would act on."""
    text = _FENCE.sub("", _THOUGHT.sub("", normalise(text)))
    plain = _EMPHASIS.sub("", text)
    told = plain
    for _ in range(_ROUNDS):
        before = told
        for pattern in _TAKEN_OUT:
            told = pattern.sub("", told)
        for pattern in _UNWRAPPED:
            told = pattern.sub(r"\1", told)
        told = _EMPHASIS.sub("", told)
        if told == before:
            break
    while _LEFT.search(told):
        told = _LEFT.sub(" ", told)
    lines = (re.sub(r"[ \t|]{2,}| \|", " ", line).strip() for line in _LINE_MARK.sub("", told).split("\n"))
    return Gated(text="\n".join(lines), removed=told != plain)
