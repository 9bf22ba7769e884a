"""The fields over the landscape: words, filters, and what is shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from rag.landscape.picking import Wanted, kinds, makers
from rag.landscape.proof import Landscape
from rag.records import last_day
from rag.ui import state
from rag.ui.components.choices import choices
from rag.ui.landscape_view import SIDES, TOKENS, Look, tokens

DATES = "Write a date as 2025, 2025-04 or 2025-04-30."
WEIGHTS = {"Open weights": True, "No open weights": False}
DATED = ("since", "until")
SHOWN = "models-shown"
SEARCH = "Search the table"
ANY = "Any"
NAMES = ("words", "maker", "kind", "weights", "since", "until")


def fields(landscape: Landscape, look: Look, modes: Sequence[str]) -> None:
    """Draw the fields; a change takes effect in `look` at once, in its `mode` one of `modes`."""
    keys = {name: f"models-{name}-{look.taken_off}" for name in NAMES}
    take = partial(_take, look, look.taken_off, keys)
    for name, key in keys.items():
        state.begin_widget(key, _told(look.wanted, name))
    state.begin_widget(SHOWN, look.mode)
    with st.container(key="fields", horizontal=True, vertical_alignment="center"):
        choose = partial(_choose, look)
        st.segmented_control("Shown", modes, required=True, key=SHOWN, on_change=choose, label_visibility="collapsed")
        if look.mode == SIDES:
            return
        st.text_input(SEARCH, placeholder=SEARCH, key=keys["words"], on_change=take, label_visibility="collapsed")
        with st.popover("Filter", type="tertiary", icon=":material/filter_list:", key="models-filter"):
            _filters(landscape, keys, take)
    if on := tokens(look.wanted):
        choices(on, key="models-on", label="Filters that are on", kind="tokens", on_pick=partial(_remove, look))


def _filters(landscape: Landscape, keys: Mapping[str, str], take: Callable[[], None]) -> None:
    models = landscape.models
    st.selectbox("Maker", makers(models), key=keys["maker"], index=None, placeholder=ANY, on_change=take)
    st.selectbox("Kind", kinds(models), key=keys["kind"], index=None, placeholder=ANY, on_change=take)
    st.selectbox("Weights", tuple(WEIGHTS), key=keys["weights"], index=None, placeholder=ANY, on_change=take)
    left, right = st.columns(2)
    left.text_input("Released since", placeholder="2025-04", key=keys["since"], on_change=take)
    right.text_input("Until", placeholder="2025-12-31", key=keys["until"], on_change=take)
    if any(_wrong(state.widget(keys[name])) for name in DATED):
        st.error(DATES)


def _told(wanted: Wanted, name: str) -> str | None:
    """The value of a field: the words of the choice for the weights, else what is wanted."""
    value = getattr(wanted, name)
    if name == "weights":
        return next((text for text, weights in WEIGHTS.items() if weights is value), None)
    return value or None


def _take(look: Look, drawn: int, keys: Mapping[str, str]) -> None:
    """Take over the fields; those of a popover that was drawn before a filter was taken off speak too late."""
    if drawn != look.taken_off:
        return
    given = {name: state.widget(key).strip() for name, key in keys.items()}
    look.wanted = Wanted(
        maker=given["maker"] or None,
        kind=given["kind"] or None,
        weights=WEIGHTS.get(given["weights"]),
        since=None if _wrong(given["since"]) else given["since"] or None,
        until=None if _wrong(given["until"]) else given["until"] or None,
        words=given["words"],
    )


def _choose(look: Look) -> None:
    look.mode = state.widget(SHOWN) or look.mode
    look.opened = None


def _remove(look: Look) -> None:
    """A filter was taken off by its token; the fields get new keys, which begin with what is left."""
    name = state.picked("models-on", "pick")
    if isinstance(name, str) and name in TOKENS:
        look.wanted = look.wanted.without(name)
        look.taken_off += 1


def _wrong(date: str) -> bool:
    """Whether something was written that is no date."""
    try:
        return bool(date.strip()) and not last_day(date.strip())
    except ValueError:
        return True
