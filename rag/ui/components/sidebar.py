"""Lets the sidebar make way on a phone, where it lies over the page."""

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_sidebar", css=style(), js=script("sidebar"))


def sidebar(moved: int, *, key: str) -> None:
    """Close the sidebar of a phone whenever `moved` is another number than before; draws nothing."""
    _mount(key=key, data={"moved": moved})
