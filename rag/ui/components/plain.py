"""Short texts of the page that hold data: the masthead and one-sentence problems, shown without Markdown."""

import streamlit as st

from rag.ui.components.assets import script, style

_masthead = st.components.v2.component("cutaway_masthead", css=style("masthead"), js=script("masthead"))


def masthead(line: str, *, key: str, small: bool) -> None:
    """The name of the app over `line`, which says what is searched; `small` once there is a conversation."""
    _masthead(key=key, data={"line": line, "small": small})


def problem(sentence: str) -> None:
    """One sentence that says what failed and what to do, instead of a page."""
    with st.container(key="problem", border=True):
        st.text(sentence)
