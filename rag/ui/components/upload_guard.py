"""Stops too many files before the browser sends any: the server would otherwise hold all of them in memory."""

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_upload_guard", css=style("ledger"), js=script("upload_guard"))


def upload_guard(most: int, *, within: str, key: str) -> None:
    """Refuse, with a sentence, more than `most` files dropped or chosen at once in the container with the key `within`."""
    _mount(key=key, data={"most": most, "within": within})
