"""The links between the pages, on top of each of them, and the page that is shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from rag.ui import state
from rag.ui.components.assets import FOLDER
from rag.ui.components.pages import pages as links

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

KEY = "pages"


def navigate(pages: "Sequence[Page]") -> None:
    """Draw the links to all `pages` (made by `st.Page`) and below them the one that the address names."""
    shown = st.navigation(list(pages), position="hidden")
    paths = {page.url_path: page for page in pages}
    st.html(FOLDER / "page.css")
    with st.container(key="top"):
        items = [{"path": path, "title": page.title} for path, page in paths.items()]
        links(items, key=KEY, current=shown.url_path, on_go=lambda: None)
    going = state.going()
    wanted = paths.get(str(state.picked(KEY, "go")) if going is None else going)
    if wanted is not None and wanted.url_path != shown.url_path:
        st.switch_page(wanted)
    shown.run()
