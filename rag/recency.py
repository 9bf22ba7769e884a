"""How old an answer is: the date of the newest claim where the newest is asked for, and a word on sources without a date."""

from collections.abc import Sequence

from rag.records import Citation, Notice, last_day


def notices(newest: bool, citations: Sequence[Citation]) -> tuple[Notice, ...]:
    """What to tell of the dates of `citations`; `newest`: the question asks for the latest state of things.

    Codes: "newest" (the date of the newest claim that is quoted), "undated" (articles whose words have no date at all).
    """
    dates = [c.known_since for c in citations if c.known_since]
    told = []
    if newest and dates:
        text = f"The newest of these claims became known on {max(dates, key=last_day)}; things may have changed since."
        told.append(Notice(code="newest", text=text))
    undated = list(dict.fromkeys(c.title for c in citations if not c.known_since))
    if undated:
        names = ", ".join(f"“{title}”" for title in undated)
        told.append(Notice(code="undated", text=f"Without a date, so that its age is not known: {names}."))
    return tuple(told)
