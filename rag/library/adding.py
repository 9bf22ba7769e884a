"""What people bring (files, URLs, lists of URLs, feeds) -> articles in the library, a line of the ledger for each."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import LibraryError, SourceError
from rag.fetch import Fetcher
from rag.library.feed_marks import FeedMarks
from rag.library.folder import Entry, Library
from rag.library.parsing import Parsed, parse
from rag.limits import MB
from rag.records import Article
from rag.sentences import normalise
from rag.settings import Settings

Progress = Callable[[str, int, int], None]
_URL = re.compile(r"https?://\S+", re.I)
_OFF = "the app fetches nothing from the web; start it with RAG_FETCH=1, or use `rag add`"
_WHOLE = 150  # words; an entry of a feed with fewer is a summary, and its page is fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that comes as bytes from a browser; `name` is only shown, never used as a path."""

    name: str
    data: bytes


def add(given: Sequence[str], settings: Settings, progress: Progress, fetcher: Fetcher | None = None) -> list[Entry]:
    """Add each of `given` (a file, a URL, a feed, a text file of URLs); one that fails is a line, and the rest goes on.

    `progress("add", done, total)`. Raises CorpusError or LibraryError when nothing can be added at all.
    """
    adding = _Adding(settings, fetcher, may_fetch=True)
    ledger: list[Entry] = []
    for done, one in enumerate(given):
        progress("add", done, len(given))
        ledger.extend(adding.any(one))
    progress("add", len(given), len(given))
    return ledger


def add_sent(
    uploads: Sequence[Upload], urls: Sequence[str], settings: Settings, fetcher: Fetcher | None = None
) -> Iterator[list[Entry]]:
    """Add what a browser sent: for each of `uploads`, then of `urls`, what became of it, as soon as that is known.

    No file of this machine is opened, and nothing is fetched unless `settings.fetch` allows it. Raises as `add`.
    """
    adding = _Adding(settings, fetcher, may_fetch=settings.fetch)
    for upload in uploads:
        yield adding.data(upload.data, shown(upload.name))
    for url in urls:
        yield list(adding.url(url))


def add_upload(data: bytes, name: str, settings: Settings) -> list[Entry]:
    """Add one file that came as bytes; see `add_sent`."""
    return next(add_sent([Upload(name=name, data=data)], [], settings))


def too_many(count: int, settings: Settings) -> str | None:
    """The sentence that refuses `count` uploads at once, or None."""
    most = settings.limits.uploads
    return f"{count} files at once, more than the {most} of RAG_UPLOADS; add them in parts" if count > most else None


def shown(name: str) -> str:
    """A file's name as plain text on one line: hidden characters out, folders off, at most 120 characters."""
    last = re.split(r"[/\\]", normalise(name).replace("\n", " ").rstrip("/\\"))[-1].strip()
    return last[:120] or "unnamed"


class _Adding:
    def __init__(self, settings: Settings, fetcher: Fetcher | None, *, may_fetch: bool) -> None:
        self._limits, self._library, self._may_fetch = settings.limits, Library(settings), may_fetch
        self._fetcher = fetcher or Fetcher(limits=settings.limits, ports=settings.fetch_ports)
        self._marks = FeedMarks(settings)

    def any(self, given: str) -> Iterator[Entry]:
        """A URL or a file."""
        if re.match(r"[a-z][a-z0-9+.-]{1,20}:", given, re.I) and not Path(given).exists():
            yield from self.url(given)
            return
        path = Path(given)
        try:
            if not path.is_file():
                what = "is a folder; set RAG_CORPUS to use one" if path.is_dir() else "does not exist; check the name"
                raise SourceError(f"{shown(given)}: {what}")
            if (size := path.stat().st_size) > self._limits.file_mb * MB:
                raise SourceError(
                    f"{shown(given)}: {size / MB:.1f} MB, more than the {self._limits.file_mb} MB of RAG_FILE_MB; split it"
                )
            data = path.read_bytes()
        except (OSError, ValueError) as error:
            yield Entry(given=shown(given), outcome="refused", reason=f"{shown(given)}: cannot be read ({error})")
        except SourceError as error:
            yield Entry(given=shown(given), outcome="refused", reason=str(error))
        else:
            yield from self.data(data, shown(given))

    def url(self, url: str, *, in_feed: bool = False) -> Iterator[Entry]:
        """The page, file or feed at a URL; a feed that was read before is only asked for its news.

        A feed that is linked `in_feed` is refused: feeds that link to each other would never end.
        """
        if not self._may_fetch:
            yield Entry(given=url, outcome="refused", reason=_OFF)
            return
        try:
            page = self._fetcher.fetch(url, **self._marks.of(url))
            if page.unchanged:
                yield Entry(given=url, outcome="unchanged", reason="nothing new in the feed")
                return
            parsed = parse(page.data, url, self._limits, page.url)
            if in_feed and parsed.kind == "feed":
                raise SourceError(f"{url}: a feed inside a feed, which is not followed; add its address itself")
        except SourceError as error:
            yield Entry(given=url, outcome="refused", reason=str(error))
            return
        entries = list(self._stored(parsed, url, page.url))
        yield from entries
        # An entry that failed is tried again next time, so the whole feed has to come again.
        if parsed.kind == "feed" and all(entry.outcome != "refused" for entry in entries):
            try:
                self._marks.keep(url, page)
            except LibraryError as error:
                yield Entry(given=url, outcome="refused", reason=str(error))

    def data(self, data: bytes, name: str) -> list[Entry]:
        """The contents of a file; a text file of nothing but URLs is a list of pages to add."""
        if urls := _listed(data):
            return list(self._list(urls, name))
        try:
            parsed = parse(data, name, self._limits)
        except SourceError as error:
            return [Entry(given=name, outcome="refused", reason=str(error))]
        return list(self._stored(parsed, name, None))

    def _list(self, urls: Sequence[str], name: str) -> Iterator[Entry]:
        """Each of the URLs of a list, as far as the limit goes, and a line for those beyond it."""
        most = self._limits.feed_items
        for url in urls[:most]:
            yield from self.url(url)
        if (beyond := len(urls) - most) > 0:
            many = f"{name}: {len(urls)} addresses, more than the {most} of RAG_FEED_ITEMS"
            reason = f"{many}; the last {beyond} were left out, put them into a list of their own"
            yield Entry(given=name, outcome="refused", reason=reason)

    def _stored(self, parsed: Parsed, given: str, url: str | None) -> Iterator[Entry]:
        if parsed.kind == "feed":
            yield from self._feed(parsed.articles)
            return
        for article in parsed.articles:
            kept = replace(article, url=article.url or url, fetched=_today() if url else article.fetched)
            # Footnotes from elsewhere could claim any source; those of the user's own file are the user's.
            kept = replace(kept, references=()) if url else kept
            entry = self._keep(kept, given)
            yield replace(entry, reason="; ".join(filter(None, (entry.reason, *parsed.warnings))) or None)

    def _feed(self, entries: Sequence[Article]) -> Iterator[Entry]:
        """New entries of a feed: as the feed carries them, or their pages where it only carries summaries."""
        for entry in entries:
            held = self._library.find(entry.url) if entry.url else None
            if held and not _is_newer(entry, held):
                yield Entry(given=entry.url or entry.title, outcome="unchanged", slug=held.slug)
            elif entry.url and len(entry.text.split()) < _WHOLE:
                yield from self.url(entry.url, in_feed=True)
            else:
                yield self._keep(replace(entry, fetched=_today()), entry.url or entry.title)

    def _keep(self, article: Article, given: str) -> Entry:
        try:
            return self._library.add(article, given)
        except SourceError as error:
            return Entry(given=given, outcome="refused", reason=str(error))


def _listed(data: bytes) -> list[str]:
    """The URLs of a text that holds one a line and nothing else but comments; else none."""
    if len(data) > MB:
        return []
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if lines and all(_URL.fullmatch(line) for line in lines) else []


def _is_newer(entry: Article, held: Article) -> bool:
    day = entry.updated or entry.published
    return bool(day and held.fetched and day > held.fetched)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
