"""What servers said of the feeds that were read (ETag, Last-Modified), so that the next time only news is sent (RFC 9110)."""

import json
from typing import Any

from rag.errors import LibraryError
from rag.fetch import Page
from rag.settings import Settings

_FILE = "feeds.json"
_LONGEST = 300


class FeedMarks:
    """The marks of feeds for the library of `settings`, kept in one file in its home, which may be deleted at any time.

    Each library has its own: a feed whose entries went into one library is news to another.
    """

    def __init__(self, settings: Settings) -> None:
        self._file = settings.home / _FILE
        self._library = str(settings.library.resolve())

    def of(self, url: str) -> dict[str, str]:
        """`etag` and `modified` as far as they are known, as arguments for `Fetcher.fetch`."""
        return self._read().get(self._library, {}).get(url, {})

    def keep(self, url: str, page: Page) -> None:
        """Note the marks that came with the feed at `url`; a feed without any is forgotten.

        Raises LibraryError when they cannot be written.
        """
        # They go into a header again, where a line end of a hostile server would begin a header of its own.
        marks = {
            name: value
            for name, value in (("etag", page.etag), ("modified", page.modified))
            if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST
        }
        held = self._read()
        mine = {known: said for known, said in held.get(self._library, {}).items() if known != url}
        held[self._library] = mine | ({url: marks} if marks else {})
        waiting = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps(held, indent=1), encoding="utf-8")
            waiting.replace(self._file)
        except OSError as error:
            raise LibraryError(
                f"{self._file} cannot be written ({error.strerror}); set RAG_HOME to a folder that can"
            ) from error

    def _read(self) -> dict[str, dict[str, dict[str, str]]]:
        """Libraries, their feeds, the marks of each; of a damaged file what is sound."""
        try:
            held = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {
            library: {url: marks for url, said in _table(feeds) if (marks := _sound(said))}
            for library, feeds in _table(held)
        }


def _table(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _sound(marks: Any) -> dict[str, str]:
    known = {name: value for name, value in _table(marks) if name in ("etag", "modified")}
    return {name: value for name, value in known.items() if isinstance(value, str) and value.isprintable()}
