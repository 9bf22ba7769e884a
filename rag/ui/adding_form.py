"""Adding on the Library page: files and addresses, the limits in words, and the progress of what was begun."""

from collections.abc import Callable, Mapping

import streamlit as st

from rag.assistant import Assistant
from rag.library.adding import Upload, shown, too_many
from rag.ui import shelf_view, state
from rag.ui.components.ledger import ledger
from rag.ui.components.upload_guard import upload_guard
from rag.ui.shelf import Shelf
from rag.ui.tasks import adding
from rag.ui.work import Work

POLL = 0.3  # seconds between two looks at a running work
KINDS = "Drop up to {} articles here: web pages, PDF, Word, Markdown, text, feeds"
WEB = "Or web addresses of pages, files and feeds, one a line"
OFF = "Web addresses and feeds can be added here once the app is started with RAG_FETCH=1."
BUSY = "Somebody else is changing the library at the moment; adding is possible again as soon as that is done."
NOTHING = "No file has arrived yet: drop or choose one, then press the button."


def adding_form(assistant: Assistant, shelf: Shelf, *, unfolded: bool) -> None:
    """Draw the form, folded so that the list comes first, or `unfolded`; what is sent begins at once, in a thread of its own."""
    settings, running = assistant.settings, state.work()
    most, largest = settings.limits.uploads, min(settings.limits.file_mb, int(st.get_option("server.maxUploadSize")))
    with (
        st.expander("Add articles", icon=":material/add:", key="adding-open", expanded=unfolded),
        st.container(key="add"),
    ):
        upload_guard(most, within="add", key="guard")
        with st.form("adding", clear_on_submit=True, border=False):
            files = st.file_uploader(
                KINDS.format(most), accept_multiple_files=True, max_upload_size=largest, key="files"
            )
            urls = ""
            if settings.fetch:
                urls = st.text_area(WEB, key="urls", height=80, max_chars=20_000)
            sent = st.form_submit_button("Add to the library", disabled=running is not None)
        if not settings.fetch:
            st.text(OFF)
    if sent:
        shelf.told = _begin(assistant, shelf, [Upload(name=f.name, data=f.getvalue()) for f in files], urls.split())
        st.rerun()
    if shelf.told:
        with st.container(key="told"):
            st.text(shelf.told)
        shelf.told = None
    if running is not None and running is not shelf.work and (not shelf.health or running is not shelf.health.work):
        watch(running, _busy)


def _busy(_: Work) -> None:
    with st.container(key="busy"):
        st.text(BUSY)


def _begin(assistant: Assistant, shelf: Shelf, uploads: list[Upload], urls: list[str]) -> str | None:
    """Begin to add; a sentence when that is refused."""
    settings = assistant.settings
    if not uploads and not urls:
        return NOTHING
    if refused := too_many(len(uploads) + len(urls), settings):
        return f"{refused}. Nothing was added."
    given = [*(shown(upload.name) for upload in uploads), *urls]
    state.begin_for(shelf, given, adding(uploads, urls, settings, assistant.embedder))
    return shelf.told  # somebody else is at work, or nothing


def watch(work: Work, draw: Callable[[Work], None]) -> None:
    """Draw `work` now and as it goes on; when it has ended, run the whole page."""
    if work.ended:
        draw(work)
        return

    def look() -> None:
        if work.ended:
            st.rerun()
        draw(work)

    st.fragment(look, run_every=POLL)()


def announce(
    work: Work, titles: Mapping[str, str], *, key: str, on_open: Callable[[], None], on_undo: Callable[[], None]
) -> None:
    """Draw the ledger of `work`; `titles` by slug, of the articles that can be opened."""
    ledger(shelf_view.ledger(work, titles), key=key, on_open=on_open, on_undo=on_undo)
