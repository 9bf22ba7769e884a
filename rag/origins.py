"""Where an article came from, as far as the article itself and the way it came in tell."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Facts about an article that are not its text.

    file: name of what was added, to be shown as plain text; language: BCP 47 code; notes: notes of the editors, word for
    word as they stand in the text; dropped: words of the page that were no part of the article; pages: offset in the
    text at which each page begins, page 1 first; copy_of: slug of the article this one is a near copy of; also: other
    places that carry the very same text.
    """

    file: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = ()
    dropped: int = 0
    pages: tuple[int, ...] = ()
    copy_of: str | None = None
    also: tuple[str, ...] = ()

    def page(self, offset: int) -> int | None:
        """The page, from 1, on which the character at `offset` stands; None for an article without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `dataclasses.asdict`; raises TypeError on data of another shape."""
        return cls(**data | {name: tuple(data[name]) for name in ("notes", "pages", "also") if name in data})
