"""The Library page: every article, and what can be done with them."""

import streamlit as st

from rag.ui.opening import open_assistant


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn."""
    assistant = open_assistant()
    if assistant is not None:
        st.text("Library")
