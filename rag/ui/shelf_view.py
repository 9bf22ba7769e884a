"""Articles and ledgers as the plain data that the components of the Library page show."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rag.lengths import minutes
from rag.library.listing import Listed, terms
from rag.ui.article_view import places
from rag.ui.dates import spell
from rag.ui.opening import STAGES
from rag.ui.shelf import PAGE, Shelf
from rag.ui.work import Row, Work

AROUND = 70  # characters of an excerpt on each side of the words that were found
OUTCOMES = {
    "waiting": ("Waiting", ""),
    "reading": ("Reading …", ""),
    "added": ("Added", "good"),
    "updated": ("Updated", "good"),
    "unchanged": ("Unchanged", ""),
    "duplicate": ("Already there", ""),
    "refused": ("Refused", "bad"),
    "removed": ("Removed", ""),
    "restored": ("Brought back", "good"),
}
USED = " The next question takes that into account."
NOTHING = "No article holds all of these words."
STAYS = "This article came with an article folder, not through this page: deleting its file there removes it."


def show(rows: list[Listed], shelf: Shelf, *, busy: bool) -> dict[str, Any]:
    """The list for the component; `busy` while the library is being changed."""
    found = shelf.find(rows)
    own = sum(row.own for row in rows)
    kinds = [("all", f"All {len(rows):,}"), ("own", f"Added {own:,}"), ("shipped", f"Shipped {len(rows) - own:,}")]
    return {
        "text": shelf.text,
        "kind": shelf.kind,
        "kinds": [{"id": kind, "text": text} for kind, text in kinds],
        "rows": [_listed(row, terms(shelf.text)) for row in shelf.turn(found)],
        "page": shelf.page,
        "pages": -(-len(found) // PAGE),
        "count": _count(len(found), shelf),
        "opened": shelf.opened,
        "busy": busy,
    }


def _count(found: int, shelf: Shelf) -> str:
    if not found:
        return (
            NOTHING
            if shelf.text
            else "Nothing has been added yet."
            if shelf.kind == "own"
            else "There is no article yet; add one above."
        )
    told = many(found, "article") + (f" with “{' '.join(shelf.text.split())}”" if shelf.text.split() else "")
    first = shelf.page * PAGE
    return told if found <= PAGE else f"{told}, {first + 1:,} to {min(first + PAGE, found):,} shown"


def _listed(row: Listed, words: Sequence[str]) -> dict[str, Any]:
    a = row.article
    return {
        "slug": a.slug,
        "title": a.title,
        "own": row.own,
        "line": " · ".join(filter(None, (_outlets(row.outlets), *dates(row), facts(row)))),
        "names": ", ".join(a.entities),
        "excerpt": _excerpt(a.text, words),
    }


def dates(row: Listed) -> list[str]:
    """When the article was published and fetched."""
    a = row.article
    return [
        f"published {spell(a.published)}" if a.published else "undated",
        *([f"fetched {spell(a.fetched)}"] if a.fetched else []),
    ]


def facts(row: Listed) -> str:
    """How long the article is, and into how many passages it is cut."""
    return f"{many(row.words, 'word')}, {minutes(row.words)} min · {many(row.passages, 'passage')}"


def many(count: int, noun: str) -> str:
    """The count with its noun: "1 word", "1,200 words"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _outlets(outlets: Sequence[str]) -> str:
    rest = f" and {len(outlets) - 2} more" if len(outlets) > 2 else ""
    return ", ".join(outlets[:2]) + rest


def _excerpt(text: str, words: Sequence[str]) -> list[dict[str, Any]]:
    """The first place of the words in the text with what stands around it, cut at blanks; empty when there is none."""
    found = places(text, words)
    if not found:
        return []
    start, end = found[0]
    first = max(text.rfind("\n", 0, start) + 1, start - AROUND)
    line = text.find("\n", end)
    last = min(line if line >= 0 else len(text), end + AROUND)
    before = re.sub(r"^\S*\s", "… ", text[first:start]) if first and text[first - 1] != "\n" else text[first:start]
    after = re.sub(r"\s\S*$", " …", text[end:last]) if last < len(text) and text[last] != "\n" else text[end:last]
    parts = [(before.lstrip("# "), False), (text[start:end], True), (after, False)]
    return [{"text": part, "marked": marked} for part, marked in parts if part]


def ledger(work: Work, titles: Mapping[str, str]) -> dict[str, Any]:
    """The ledger for the component; `titles` by slug, of the articles that can be opened."""
    rows = [_row(row, titles, ended=work.ended) for row in work.rows]
    return {
        "rows": rows,
        "said": _said(work),
        "problem": bool(work.problem),
        "share": None if work.ended else _share(work),
    }


def _row(row: Row, titles: Mapping[str, str], *, ended: bool) -> dict[str, Any]:
    outcome, kind = OUTCOMES[row.outcome]
    title = titles.get(row.slug or "")
    length = f"{many(row.words, 'word')}, {minutes(row.words)} min" if row.words else None
    return {
        "given": row.given,
        "outcome": outcome,
        "kind": kind,
        "detail": " · ".join(filter(None, (title if title != row.given else None, length, row.reason))),
        "open": row.slug if ended and title and row.outcome != "removed" else None,
        "undo": row.slug if ended and row.outcome == "removed" else None,
    }


def _share(work: Work) -> float:
    _, done, total = work.stage
    return min(done / total, 1.0) if total else 0.0


def _said(work: Work) -> str:
    """One sentence: how far the work is, or what came of it."""
    stage, done, total = work.stage
    if not work.ended:
        return f"Reading {done + 1} of {total}" if stage == "add" else STAGES.get(stage, "Working")
    if work.problem:
        return work.problem
    counts = {name: sum(row.outcome == name for row in work.rows) for name in OUTCOMES}
    told = ", ".join(f"{count} {OUTCOMES[name][0].lower()}" for name, count in counts.items() if count)
    changed = any(counts[name] for name in ("added", "updated", "removed", "restored"))
    return f"{told}.{USED if changed else ''}"
