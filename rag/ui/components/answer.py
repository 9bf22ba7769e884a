"""One question with its answer: statements with numbered citation chips, the numbered sources, or a refusal."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component(
    "cutaway_answer", css=style("answer", "tools"), js=script("card", "tools", "answer")
)


def answer(
    data: dict[str, Any],
    *,
    key: str,
    latest: bool,
    opened: dict[str, Any] | None,
    file: dict[str, Any] | None,
    on_open: Callable[[], None],
    on_act: Callable[[], None],
) -> None:
    """Show `data` of answer_view; `opened` is what the panel shows of it, `file` (name, kind, text) is saved at once.

    The `latest` turn is brought to the top of the screen when it appears. When the reader picks a chip, a source or a
    near passage, the trigger `open` is {"kind", "at"} and `on_open` is called; the other tools set `act`:
    {"kind": "ask", "text"}, {"kind": "unfiltered"} (the same without filters), {"kind": "stop"},
    {"kind": "save", "format"}, {"kind": "rate", "good", "reason"}.
    """
    shown = {"turn": data, "latest": latest, "opened": opened, "file": file}
    _mount(key=key, data=shown, on_open_change=on_open, on_act_change=on_act)
