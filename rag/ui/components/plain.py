"""Short texts of a page that hold data: masthead, heading and one-sentence problems, shown without Markdown."""

import streamlit as st

from rag.ui.components.assets import script, style

_masthead = st.components.v2.component("cutaway_masthead", css=style("masthead"), js=script("masthead"))


def masthead(line: str, *, key: str, small: bool) -> None:
    """The name of the app over `line`, which says what is searched; `small` once there is a conversation."""
    _masthead(key=key, data={"line": line, "small": small})


def heading(title: str, line: str, *, key: str) -> None:
    """The head of a page: the name of the app, `title`, and `line`, which says what is on it."""
    _masthead(key=key, data={"title": title, "line": line, "small": False})


def problem(sentence: str, detail: str | None = None) -> None:
    """One sentence that says what failed and what to do, instead of a page; `detail` below it for who looks after it."""
    with st.container(key="problem", border=True):
        st.text(sentence)
        if detail:
            with st.container(key="detail"):
                st.text(detail)
