"""The browser app: `streamlit run app.py`. Page settings and the list of pages; everything else is in rag/ui."""

import streamlit as st

from rag.ui.components.assets import ICON
from rag.ui.navigation import navigate
from rag.ui.pages import ask, landscape, library, quality

PAGES = [
    st.Page(ask.show, title="Ask", url_path="ask", default=True),
    st.Page(library.show, title="Library", url_path="library"),
    st.Page(landscape.show, title="Landscape", url_path="landscape"),
    st.Page(quality.show, title="Quality", url_path="quality"),
]

st.set_page_config(page_title="Cutaway", page_icon=str(ICON), layout="centered", initial_sidebar_state="collapsed")
navigate(PAGES)
