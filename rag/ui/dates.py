"""Dates as people read them."""

from calendar import month_name


def spell(iso: str | None) -> str:
    """Spell a date: "2025-03-31" -> "31 March 2025", "2025-03" -> "March 2025"; None -> "undated"; other text stays."""
    if not iso:
        return "undated"
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    if not (rest.replace("-", "").isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return iso
    named = f"{month_name[int(month)]} {year}"
    return f"{int(day)} {named}" if day.isdecimal() else named
