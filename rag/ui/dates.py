"""Dates as people read them."""

import re
from calendar import month_name

ISO = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])(?:-(\d{2}))?\b", re.ASCII)


def spell(text: str | None) -> str:
    """Spell the dates in `text`: "2025-03-31" -> "31 March 2025", "2025-03" -> "March 2025"; nothing -> "undated"."""
    return ISO.sub(_named, text) if text else "undated"


def _named(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    named = f"{month_name[int(month)]} {year}"
    return f"{int(day)} {named}" if day else named
