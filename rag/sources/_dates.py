"""Printed and machine dates -> ISO dates, partial where the source is."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from rag.records import last_day

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
        "september sept sep|october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_DAY = r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        r"\b(?P<iso>(?:19|20)\d\d-\d\d(?:-\d\d)?)(?!\d)",
        rf"\b{_MONTH} {{1,2}}{_DAY}\b,? {{1,2}}{_YEAR}",
        rf"{_DAY}(?: of)? {{1,2}}{_MONTH},? {{1,2}}{_YEAR}",
        rf"(?<!\d )\b{_MONTH},? {{1,2}}{_YEAR}",
    )
)


def printed(text: str) -> str | None:
    """The first date in `text` (English month names or ISO), or None: "December 3rd, 2025" -> "2025-12-03".

    Only the first 2,000 characters are looked at.
    """
    text = text[:2000]
    found = [(match.start(), -len(match[0]), match) for form in _FORMS if (match := form.search(text))]
    for _, _, match in sorted(found, key=lambda one: one[:2]):
        if iso := _iso(match):
            return iso
    return None


def machine(value: object) -> str | None:
    """A date out of metadata (ISO 8601, RFC 822, or printed), or None when it is none or not between 1970 and next year."""
    text = str(value or "").strip()[:80]
    match = re.match(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?![\d-])", text)
    iso = _valid(match[1]) if match else None
    if iso is None:
        try:
            iso = parsedate_to_datetime(text).date().isoformat()
        except (ValueError, TypeError, IndexError, OverflowError):
            iso = printed(text)
    return iso if iso and "1970" <= iso[:4] <= str(today().year + 1) else None


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def _iso(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    if parts.get("iso"):
        return _valid(parts["iso"])
    month = f"{parts['year']}-{_MONTHS[parts['month'].lower()]:02}"
    return _valid(f"{month}-{int(parts['day']):02}" if parts.get("day") else month)


def _valid(text: str) -> str | None:
    try:
        last_day(text)
    except ValueError:
        return None
    return text
