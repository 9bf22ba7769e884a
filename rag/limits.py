"""Limits under which other people's files and pages are read; each is a setting, and each refusal names one."""

from dataclasses import dataclass, fields

MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All are maxima.

    file_mb: MB of a file or a response, packed and unpacked; text_mb: MB of UTF-8 text in an article; pdf_pages; html_tags: `<`
    of a page or feed; feed_items: entries read of a feed, addresses of a list; parse_seconds, parse_mb: wall time and address
    space of a parse child; fetch_seconds: wall time of one URL, its redirects and robots.txt included; uploads: files at once.
    """

    file_mb: int = 20
    text_mb: int = 5
    pdf_pages: int = 2_000
    html_tags: int = 200_000
    feed_items: int = 500
    parse_seconds: int = 30
    parse_mb: int = 1_536
    fetch_seconds: int = 30
    uploads: int = 100

    def __post_init__(self) -> None:
        """Refuse a limit below 1; raises ValueError naming it."""
        for one in fields(self):
            if getattr(self, one.name) < 1:
                raise ValueError(f"{one.name} is {getattr(self, one.name)}, must be at least 1")


DEFAULT = Limits()
