"""What the Library page can have done: add, remove, bring back, check, repair; each is a task for `Work`."""

from collections.abc import Sequence
from functools import partial

from rag.doctor import Finding, examine, repair
from rag.embedders import Embedder
from rag.ingest import ingest
from rag.library.adding import Upload, add_sent
from rag.library.folder import Entry, Library
from rag.settings import Settings
from rag.ui.work import Row, Task, Work


def adding(uploads: Sequence[Upload], urls: Sequence[str], settings: Settings, embedder: Embedder) -> Task:
    """Add files, then addresses, a row for each; then bring the index up to date."""
    return partial(_add, uploads, urls, settings, embedder)


def _add(uploads: Sequence[Upload], urls: Sequence[str], settings: Settings, embedder: Embedder, work: Work) -> None:
    waiting = list(work.rows)
    total, ledger = len(waiting), list[Row]()
    sent = add_sent(uploads, urls, settings)
    for done in range(total):
        work.note("add", done, total)
        waiting[done].outcome = "reading"
        ledger += [_row(entry) for entry in next(sent)]
        work.rows = [*ledger, *waiting[done + 1 :]]
    # What is unchanged may wait for its ingest: the one of the last time may have been stopped.
    if any(row.outcome != "refused" for row in ledger):
        ingest(settings, embedder, work.note)


def _row(entry: Entry) -> Row:
    """The entry without its name at the head of the reason: the row shows it already."""
    reason = entry.reason.removeprefix(f"{entry.given}: ") if entry.reason else None
    return Row(given=entry.given, outcome=entry.outcome, slug=entry.slug, reason=reason, words=entry.words)


def removing(slug: str, settings: Settings, embedder: Embedder) -> Task:
    """Take the article out of the library and out of the index."""

    def remove(work: Work) -> None:
        Library(settings).remove(slug)
        work.rows[0].outcome, work.rows[0].slug = "removed", slug
        ingest(settings, embedder, work.note)

    return remove


def restoring(slug: str, settings: Settings, embedder: Embedder) -> Task:
    """Bring a removed article back into library and index."""

    def restore(work: Work) -> None:
        Library(settings).restore(slug)
        work.rows[0].outcome, work.rows[0].slug = "restored", slug
        ingest(settings, embedder, work.note)

    return restore


def checking(findings: list[Finding], settings: Settings, embedder: Embedder, *, mend: bool) -> Task:
    """Repair the index first when `mend`; then look at model, articles and index and fill `findings`."""

    def check(work: Work) -> None:
        if mend:
            repair(settings, embedder, work.note)
        work.note("check", 0, 1)
        findings[:] = examine(settings, embedder)

    return check
