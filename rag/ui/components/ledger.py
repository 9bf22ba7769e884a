"""What became of each thing that was given, one line each, and how far the work is."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_ledger", css=style("ledger"), js=script("ledger"))


def ledger(data: dict[str, Any], *, key: str, on_open: Callable[[], None], on_undo: Callable[[], None]) -> None:
    """Show `data` of ledger_view; opening an article or bringing it back sets the trigger `open` or `undo` to its slug."""
    _mount(key=key, data=data, on_open_change=on_open, on_undo_change=on_undo)
