"""What one browser session holds of the Library page, without Streamlit."""

from dataclasses import dataclass
from datetime import datetime

from rag.doctor import Finding
from rag.library.listing import Listed, matching
from rag.ui.work import Work

PAGE = 40  # articles on the page at once


@dataclass(slots=True, kw_only=True)
class Health:
    """A check of the index: what it found, and when it ended."""

    work: Work
    findings: list[Finding]
    at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Shelf:
    """The filter, the page of the list from 0, the open article and which of the found places in it is on screen.

    `work`: what this session had done last; `told`: a sentence about what was not begun; `health`: its last check.
    """

    text: str = ""
    kind: str = "all"
    page: int = 0
    opened: str | None = None
    at: int = 0
    work: Work | None = None
    told: str | None = None
    health: Health | None = None

    def find(self, rows: list[Listed]) -> list[Listed]:
        """The rows that the filter lets through."""
        return [row for row in matching(rows, self.text) if self.kind == "all" or row.own == (self.kind == "own")]

    def turn(self, found: list[Listed]) -> list[Listed]:
        """The part of `found` on this page; a page behind the end becomes the last one."""
        self.page = max(0, min(self.page, (len(found) - 1) // PAGE))
        return found[self.page * PAGE : (self.page + 1) * PAGE]
