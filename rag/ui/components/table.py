"""A table in which a value opens what it rests on; also a few rows turned on their side, and plain figures."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_table", css=style("table"), js=script("table"))


def table(
    data: dict[str, Any],
    *,
    key: str,
    opened: str | None = None,
    on_open: Callable[[], None] = lambda: None,
    on_act: Callable[[], None] = lambda: None,
) -> None:
    """Show `data`: `label`; `head`, a list of columns; `rows`, each a `head` and its `cells`.

    A head is {"text", "note", "sort", "acts"}: `note` is a remark that opens, `sort` is {"id", "order"} when the column
    can be sorted by, `acts` are buttons {"act", "id", "text", "label", "pressed", "disabled"}. A cell is {"text",
    "opens", "from"}: `opens` is the value of the trigger `open` when it is picked, `from` "article" or "page"; an empty
    text is shown as not stated.
    `opened` is what is open now. Sorting and buttons set the trigger `act` to {"act", "id"}.
    """
    _mount(key=key, data={"table": data, "opened": opened}, on_open_change=on_open, on_act_change=on_act)
