"""Measures as bars with their intervals, each told in one sentence; and misses that open and can be asked again."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from rag.ui.components.assets import script, style

_measures = st.components.v2.component("cutaway_measures", css=style("measures"), js=script("measures"))
_misses = st.components.v2.component("cutaway_misses", css=style("misses"), js=script("misses"))


def measures(rows: Sequence[dict[str, Any]], *, key: str, label: str) -> None:
    """Show `rows`: `name`, `told` (a sentence), `value` and `span` (in words), and `low`, `mean`, `high` in percent."""
    _measures(key=key, data={"rows": list(rows), "label": label})


def misses(groups: Sequence[dict[str, Any]], *, key: str, on_ask: Callable[[], None]) -> None:
    """Show `groups` of misses: `title`, `told`, and `items` of `id`, `question`, `before`, `asked`, `wanted`, `quotes`.

    Asking one again sets the trigger `ask` to its id.
    """
    _misses(key=key, data={"groups": list(groups)}, on_ask_change=on_ask)
