"""The commands `rag add`, `rag remove` and `rag list`; the first two end with an ingest, so that the next question knows."""

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.ingest import Progress

OK, FAILED, PARTIAL = 0, 1, 2


def register(commands: Any, progress: "Progress") -> None:
    """Put the commands on the command line; `progress` shows how far they are."""
    add = commands.add_parser("add", help="add articles: files, URLs, feeds, or a text file of URLs")
    add.add_argument("given", nargs="+", metavar="FILE|URL|FEED", help="HTML, PDF, DOCX, Markdown, text, RSS or Atom")
    add.set_defaults(run=lambda parsed, settings: _add(parsed, settings, progress))

    remove = commands.add_parser("remove", help="take an article out of the library; --undo brings it back")
    remove.add_argument("slug", nargs="?", help="the article's name, as `rag list` prints it")
    remove.add_argument("--undo", action="store_true", help="bring back this article, or the last one removed")
    remove.set_defaults(run=lambda parsed, settings: _remove(parsed, settings, progress))

    listed = commands.add_parser("list", help="list the articles, or those that hold all of some words")
    listed.add_argument("words", nargs="*", help="words in title, outlet, names or text")
    listed.set_defaults(run=_list)


def _add(parsed: argparse.Namespace, settings: Settings, progress: "Progress") -> int:
    from rag.lengths import minutes
    from rag.library.adding import add

    ledger = add(parsed.given, settings, progress)
    for entry in ledger:
        length = f"{entry.words:,} words, {minutes(entry.words)} min" if entry.words else None
        print("  ".join(filter(None, (f"{entry.outcome:10} {entry.slug or entry.given}", length, entry.reason))))
    counts = Counter(entry.outcome for entry in ledger)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    # What is unchanged may wait for its ingest: the one of the last time may have been stopped.
    if counts.keys() - {"refused"}:
        _ingest(settings, progress)
    return PARTIAL if counts["refused"] else OK


def _remove(parsed: argparse.Namespace, settings: Settings, progress: "Progress") -> int:
    from rag.library.folder import Library

    if parsed.slug is None and not parsed.undo:
        raise SettingsError("say which article: rag remove SLUG; `rag list` shows them")
    library = Library(settings)
    if parsed.undo:
        print(f"restored   {library.restore(parsed.slug)}")
    else:
        library.remove(parsed.slug)
        print(f"removed    {parsed.slug}  (rag remove --undo brings it back)")
    _ingest(settings, progress)
    return OK


def _list(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.lengths import minutes
    from rag.library.folder import Library
    from rag.library.listing import listing, matching

    found = matching(listing(settings), " ".join(parsed.words))
    for row in found:
        a, outlets = row.article, ", ".join(row.outlets[:2]) + (", …" if len(row.outlets) > 2 else "")
        length = f"{row.words:,} words, {minutes(row.words)} min, {row.passages} passages"
        dates = f"{a.published or 'undated'}" + (f", fetched {a.fetched}" if a.fetched else "")
        kind = "added" if row.own else "shipped"
        print("  ".join(filter(None, (f"{kind:8} {a.slug}", dates, length, outlets, a.title))))
    if not parsed.words:
        for slug in Library(settings).removed():
            print(f"removed  {slug}  (rag remove --undo {slug} brings it back)")
    return OK if found else FAILED


def _ingest(settings: Settings, progress: "Progress") -> None:
    from rag.ingest import ingest
    from rag.menus import load

    report = ingest(settings, load("embedders", settings.embedder)(settings.home), progress)
    print(f"generation {report.generation}: {report.passages} passages, {report.seconds:.1f} s")
