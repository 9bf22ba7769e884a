"""The bottom of the page: the filters that are on, the question field, and the mode that answers."""

from functools import partial

import streamlit as st

from rag.records import last_day
from rag.ui import state
from rag.ui.components.choices import choices
from rag.ui.turns import Filters, Session

DATES = "Write a date as 2025, 2025-04 or 2025-04-30."
WIDGETS = {"topic": "filter-topic", "publisher": "filter-outlet", "since": "filter-since", "as_of": "filter-as-of"}


def prompt(session: Session, catalogue: state.Catalogue, mode: str) -> None:
    """Draw the question field; a question that was entered becomes a turn of `session`."""
    with st.bottom:
        if tokens := session.filters.tokens():
            choices(
                tokens, key="filters", label="Filters that are on", kind="tokens", on_pick=partial(_remove, session)
            )
        if question := st.chat_input("Ask about Runway and generative video", key="question"):
            session.ask(question)
        with st.container(key="below", horizontal=True, vertical_alignment="center"):
            with st.popover("Filter", type="tertiary", icon=":material/filter_list:", key="filter"):
                _fields(session, catalogue)
            with st.container(key="mode", horizontal_alignment="right"):
                st.text(f"Active mode: {mode}")


def _fields(session: Session, catalogue: state.Catalogue) -> None:
    """The filters as fields; each takes effect for the next question as soon as it is left."""
    take = partial(_take, session)
    topics = [*catalogue.topics]
    st.selectbox("Topic", topics, index=None, placeholder="Any topic", key=WIDGETS["topic"], on_change=take)
    outlets = [*catalogue.outlets]
    st.selectbox("Outlet", outlets, index=None, placeholder="Any outlet", key=WIDGETS["publisher"], on_change=take)
    left, right = st.columns(2)
    left.text_input("Known since", placeholder="2025-04", key=WIDGETS["since"], on_change=take)
    right.text_input("As of", placeholder="2025-12-31", key=WIDGETS["as_of"], on_change=take)
    if any(_wrong(state.widget(WIDGETS[name])) for name in ("since", "as_of")):
        st.error(DATES)


def _take(session: Session) -> None:
    values = {name: state.widget(key).strip() or None for name, key in WIDGETS.items()}
    session.filters = Filters(**{name: None if _dated(name) and _wrong(v or "") else v for name, v in values.items()})


def _dated(name: str) -> bool:
    return name in ("since", "as_of")


def _wrong(date: str) -> bool:
    """Whether something was written that is no date."""
    try:
        return bool(date.strip()) and not last_day(date.strip())
    except ValueError:
        return True


def _remove(session: Session) -> None:
    """A filter was taken off by its token."""
    name = state.picked("filters", "pick")
    if isinstance(name, str) and name in WIDGETS:
        session.filters = session.filters.without(name)
        state.set_widget(WIDGETS[name], None)
