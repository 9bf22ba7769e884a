"""The bottom of the page: the filters that are on, the question field, and who answers."""

from functools import partial

import streamlit as st

from rag.assistant import Assistant
from rag.records import last_day
from rag.ui import state
from rag.ui.answering import answer_with, said
from rag.ui.components.choices import choices
from rag.ui.turns import LABELS, Filters, Session

DATES = "Write a date as 2025, 2025-04 or 2025-04-30."
LONGEST = 100_000  # characters the field takes at all; a question over the limit of the settings is told so
DATED = ("since", "as_of")


def prompt(assistant: Assistant, session: Session, catalogue: state.Catalogue) -> None:
    """Draw the question field; a question that was entered becomes a turn of `session`."""
    with st.bottom:
        if tokens := session.filters.tokens():
            choices(
                tokens, key="filters", label="Filters that are on", kind="tokens", on_pick=partial(_remove, session)
            )
        if question := st.chat_input("Ask about Runway and generative video", key="question", max_chars=LONGEST):
            session.ask(question)
        with st.container(key="below", horizontal=True, vertical_alignment="center"):
            with st.popover("Filter", type="tertiary", icon=":material/filter_list:", key="filter"):
                _fields(session, catalogue)
            answer_with(assistant, session)
            with st.container(key="mode", horizontal_alignment="right"):
                st.text(said(assistant, session))


def _fields(session: Session, catalogue: state.Catalogue) -> None:
    """The filters as fields; each takes effect for the next question as soon as it is left."""
    take = partial(_take, session)
    keys = {name: _key(session, name) for name in LABELS}
    for name, key in keys.items():
        state.begin_widget(key, getattr(session.filters, name))
    topics, outlets = [*catalogue.topics], [*catalogue.outlets]
    st.selectbox("Topic", topics, index=None, placeholder="Any topic", key=keys["topic"], on_change=take)
    st.selectbox("Outlet", outlets, index=None, placeholder="Any outlet", key=keys["publisher"], on_change=take)
    left, right = st.columns(2)
    left.text_input("Known since", placeholder="2025-04", key=keys["since"], on_change=take)
    right.text_input("As of", placeholder="2025-12-31", key=keys["as_of"], on_change=take)
    if any(_wrong(state.widget(keys[name])) for name in DATED):
        st.error(DATES)


def _key(session: Session, name: str) -> str:
    """The key of a field. It changes when a token is taken off: a closed popover would send its old value again."""
    return f"filter-{name}-{session.taken_off}"


def _take(session: Session) -> None:
    values = {name: state.widget(_key(session, name)).strip() or None for name in LABELS}
    session.filters = Filters(**{n: None if n in DATED and _wrong(v or "") else v for n, v in values.items()})


def _wrong(date: str) -> bool:
    """Whether something was written that is no date."""
    try:
        return bool(date.strip()) and not last_day(date.strip())
    except ValueError:
        return True


def _remove(session: Session) -> None:
    """A filter was taken off by its token."""
    name = state.picked("filters", "pick")
    if isinstance(name, str) and name in LABELS:
        session.filters = session.filters.without(name)
        session.taken_off += 1
