"""The reading panel: an article beside the conversation (a dialog on a narrow screen), scrolled to the marked quote."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_panel", css=style("panel"), js=script("panel"))


def panel(data: dict[str, Any], *, key: str, on_close: Callable[[], None], on_step: Callable[[], None]) -> None:
    """Show `data` of article_view.show plus `label`, `step` ("2 of 5" or None) and `id`, which changes with the quote.

    Closing calls `on_close`; previous and next citation set the trigger `step` to -1 or 1 and call `on_step`.
    """
    _mount(key=key, data=data, on_close_change=on_close, on_step_change=on_step)
