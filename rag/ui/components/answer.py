"""One question with its answer: statements with numbered citation chips, the numbered sources, or a refusal."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_answer", css=style("answer"), js=script("answer"))


def answer(
    data: dict[str, Any], *, key: str, latest: bool, opened: dict[str, Any] | None, on_open: Callable[[str], None]
) -> None:
    """Show `data` of answer_view.show (or `{"question", "pending": True}`); `opened` is what the panel shows of it.

    The `latest` turn is brought to the top of the screen when it appears.

    `on_open(key)` is called when the reader picks a chip, a source or a near passage; the trigger `open` says which.
    """
    _mount(key=key, data={"turn": data, "latest": latest, "opened": opened}, on_open_change=lambda: on_open(key))
