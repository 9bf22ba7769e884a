"""The reading panel of the open passage: which article, which quote, which of how many."""

from functools import partial

import streamlit as st

from rag.assistant import Assistant
from rag.records import Citation
from rag.ui import article_view, state
from rag.ui.components.panel import panel
from rag.ui.turns import Session

KEY = "article"


def reading_panel(assistant: Assistant, session: Session) -> None:
    """Draw the article of the open passage, if one is open."""
    cited = session.cited()
    if cited is None or session.opened is None:
        return
    try:
        data = article_view.show(assistant.article(cited.article), cited)
    except KeyError:
        data = article_view.gone(cited)
    answer = session.turns[session.opened.turn].answer
    numbers = [c.number for c in answer.citations] if answer else []
    if isinstance(cited, Citation):
        data["label"] = f"Citation {cited.number}"
        data["step"] = f"{numbers.index(cited.number) + 1} of {len(numbers)}" if len(numbers) > 1 else None
    else:
        data["label"], data["step"] = "Near, but no answer", None
    data["id"] = f"{session.opened.turn}:{session.opened.kind}:{session.opened.at}"
    with st.container(key="panel"):
        panel(data, key=KEY, on_close=partial(_close, session), on_step=partial(_step, session))


def _close(session: Session) -> None:
    session.opened = None


def _step(session: Session) -> None:
    by = state.picked(KEY, "step")
    if isinstance(by, int) and by in (1, -1):
        session.step(by)
