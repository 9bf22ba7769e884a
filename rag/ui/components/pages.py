"""The links to the pages of the app; the one on screen is marked."""

from collections.abc import Callable, Sequence

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_pages", css=style("pages"), js=script("pages"))


def pages(items: Sequence[dict[str, str]], *, key: str, current: str, on_go: Callable[[], None]) -> None:
    """Show a link for each of `items` (path, title); one that is followed sets the trigger `go` to its path.

    Followed with Ctrl or the middle button it opens another tab, as links do.
    """
    _mount(key=key, data={"items": list(items), "current": current}, on_go_change=on_go)
