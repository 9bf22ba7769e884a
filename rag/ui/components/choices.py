"""A list of texts to choose one from: suggested questions, conversations, or filters to take off."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from rag.ui.components.assets import script, style

_mount = st.components.v2.component("cutaway_choices", css=style("choices"), js=script("choices"))


def choices(
    items: Sequence[dict[str, str]],
    *,
    key: str,
    label: str,
    kind: Literal["questions", "list", "tokens"],
    on_pick: Callable[[], None],
    current: str | None = None,
) -> None:
    """Show `items` (id, text, optional note) under the accessible name `label`; picking one sets the trigger `pick`."""
    data = {"items": list(items), "label": label, "kind": kind, "current": current}
    _mount(key=key, data=data, on_pick_change=on_pick)
