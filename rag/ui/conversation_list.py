"""The sidebar: a new conversation, the kept ones, and what can be done with the one on the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

import streamlit as st

from rag import export
from rag.conversations import Conversations
from rag.errors import HistoryError
from rag.ui import state
from rag.ui.components.choices import choices
from rag.ui.components.sidebar import sidebar
from rag.ui.dates import spell
from rag.ui.opening import trouble
from rag.ui.turns import Session

LISTED = 200  # conversations; older ones are found by searching
CERTAIN = "Delete this conversation? It cannot be brought back."
OFF = "Conversations are not kept (RAG_HISTORY=0)."


def conversation_list(session: Session, kept: Conversations | None) -> None:
    """Draw the sidebar; raises HistoryError when the file of conversations cannot be used."""
    with st.sidebar:
        st.button(
            "New conversation", icon=":material/add:", key="new", width="stretch", on_click=partial(_leave, session)
        )
        sidebar(session.moved, key="sidebar")
        if kept is None:
            st.text(OFF)
            return
        search = state.widget("search")
        found = kept.list(search)[:LISTED]
        if about := session.conversation or session.deleting:
            title = next((c.title for c in found if c.id == about), None)
            _this(session, kept, about, title)
        st.text_input(
            "Search conversations", placeholder="Search conversations", key="search", label_visibility="collapsed"
        )
        items = [{"id": c.id, "text": c.title, "note": _when(c.changed, c.turns)} for c in found]
        pick = partial(_pick, session, kept)
        if items:
            label = "Conversations, newest first"
            choices(items, key="kept", label=label, kind="list", on_pick=pick, current=session.conversation)
        elif search:
            st.text("No conversation holds these words.")


def _this(session: Session, kept: Conversations, key: str, title: str | None) -> None:
    """Rename, save and delete the conversation on the page; `title` is what it is called now."""
    with st.popover("This conversation", type="tertiary", icon=":material/more_horiz:", key="this"):
        st.text_input("New title", key="title", placeholder=title, on_change=partial(_rename, kept, key))
        answers = [turn.answer for turn in session.turns if turn.answer is not None]
        text = "\n".join(export.markdown(answer) for answer in answers)
        st.download_button("Save as Markdown", text, "conversation.md", "text/markdown", key="save", on_click="ignore")
        if session.deleting != key:
            st.button("Delete for good", key="delete", on_click=partial(_deleting, session, key))
            return
        st.text(CERTAIN)
        st.button("Yes, delete it", key="certain", on_click=partial(_delete, session, kept, key))
        st.button("Keep it", key="spare", on_click=partial(_deleting, session, None))


def reopen(session: Session, kept: Conversations, key: str) -> None:
    """Show a kept conversation; one that cannot be read is told of, and whether to delete it is asked in the sidebar."""
    try:
        answers = kept.turns(key)
    except HistoryError as error:
        session.restore(None, ())
        session.deleting = key
        trouble(error)
    else:
        if answers:
            session.restore(key, answers)


def _when(changed: str, turns: int) -> str:
    day = spell(datetime.fromisoformat(changed).astimezone().date().isoformat())
    return f"{day} · {turns} question{'' if turns == 1 else 's'}"


def _leave(session: Session) -> None:
    session.restore(None, ())


def _pick(session: Session, kept: Conversations) -> None:
    key = state.picked("kept", "pick")
    if isinstance(key, str):
        reopen(session, kept, key)


def _rename(kept: Conversations, key: str) -> None:
    with _told():
        kept.rename(key, state.widget("title"))
        state.set_widget("title", "")


def _deleting(session: Session, key: str | None) -> None:
    session.deleting = key


def _delete(session: Session, kept: Conversations, key: str) -> None:
    with _told():
        kept.delete(key)
        session.deleting = None
        session.restore(None, ())


@contextmanager
def _told() -> Iterator[None]:
    """What fails in a callback is told on the page, which is drawn after it."""
    try:
        yield
    except HistoryError as error:
        trouble(error)
