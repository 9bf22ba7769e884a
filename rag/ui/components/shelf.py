"""The list of articles with its filter: what each is, and buttons to open and to remove it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_shelf", css=style("shelf"), js=script("shelf"))


def shelf(
    data: dict[str, Any],
    *,
    key: str,
    on_filter: Callable[[], None],
    on_open: Callable[[], None],
    on_remove: Callable[[], None],
) -> None:
    """Show `data` of shelf_view. The filter, or another page, sets the trigger `filter` to {"text", "kind", "page"};
    `open` and `remove`, which asks first, are set to the slug of an article.
    """
    _mount(key=key, data=data, on_filter_change=on_filter, on_open_change=on_open, on_remove_change=on_remove)
