"""Facts an article prints about itself in its first and last lines: title, author, outlet, dates.

They are read, never cut out: the lines stay in the text, where they can be quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.sources import _dates

_HEAD, _LINE = 8, 120
_BY = re.compile(r"(?:by|von|par|por|written by|author:?|words by)[:\s]\s*(?P<names>[^|·•\n]{2,80})", re.I)
_DESK = re.compile(
    r"(?P<outlet>.{2,60}?)(?:'s|’s)? "
    r"(?:editorial(?: (?:team|staff|board))?|editors|staff(?: (?:writers?|reports?))?|newsroom)",
    re.I,
)
_PART = r"(?:[A-Z][\w.'’-]*|de|van|von|der|la|le|el|bin|al)"
_NAME = re.compile(rf"{_PART}(?: {_PART}){{1,4}}")
_ROLE = re.compile(
    r"(?:(?:senior|chief|staff|contributing|freelance|associate|managing|guest) ){0,3}(?:[\w&]+ ){0,2}"
    r"(?:reporter|writer|editor|correspondent|journalist|columnist|contributor|analyst|author)s?",
    re.I,
)
_UPDATED = re.compile(r"(?:last )?(?:updated|modified|revised)(?: on)?:?\s.{0,40}", re.I)
_OUTLET = re.compile(r"(?:source|publisher|published (?:by|in)|outlet):?\s+(?P<outlet>[^|·•\n]{2,60})", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the lines say; None and () where they say nothing."""

    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None


def read(blocks: Sequence[str], title: str | None) -> Printed:
    """The facts printed in the first eight lines, and a last-updated line wherever it stands."""
    lines = [line for block in blocks[:_HEAD] for line in block.split("\n")][:_HEAD]
    found = title or _title(lines)
    head = [line for line in lines if line.lstrip("# ") != found and len(line) <= _LINE]
    by = next((n for n, line in enumerate(head) if _is_byline(head, n)), None)
    authors, publisher = _names(head[by]) if by is not None else ((), None)
    outlet = next((m["outlet"].strip() for line in head if (m := _OUTLET.fullmatch(line))), None)
    updated = next((d for b in blocks if (m := _UPDATED.match(b[:_LINE])) and (d := _dates.printed(m[0]))), None)
    dated = (_dates.printed(line) for line in head if _is_dateline(line) and not _UPDATED.match(line))
    return Printed(
        title=found,
        publisher=outlet or publisher,
        authors=authors,
        published=next((day for day in dated if day), None),
        updated=updated,
    )


def _title(lines: Sequence[str]) -> str | None:
    """The first line, when it is short and no sentence."""
    first = next((line.lstrip("# ").strip() for line in lines if line.strip()), "")
    return first if 0 < len(first) <= 200 and not first.endswith((".", ";", ",")) else None


def _is_byline(head: Sequence[str], at: int) -> bool:
    line = head[at]
    if _BY.match(line) and len(line.split()) <= 14:
        return True
    if _DESK.fullmatch(line):
        return True
    # A bare name counts only when the next line is a role or a date.
    after = head[at + 1] if at + 1 < len(head) else ""
    return bool(_NAME.fullmatch(line)) and bool(_ROLE.fullmatch(after) or _is_dateline(after))


def _names(line: str) -> tuple[tuple[str, ...], str | None]:
    match = _BY.match(line)
    names = (match["names"] if match else line).strip(" .,")
    if desk := _DESK.fullmatch(names):
        return (names,), desk["outlet"].strip()
    parts = (part.strip(" .,") for part in re.split(r",(?! (?:Jr|Sr|PhD))|;| and | & ", names))
    return tuple(p for p in parts if _NAME.fullmatch(p)) or (names,), None


def _is_dateline(line: str) -> bool:
    """A short line that is mostly a date: at most six words beside it."""
    return len(line) <= 80 and bool(_dates.printed(line)) and len(line.split()) <= 10
