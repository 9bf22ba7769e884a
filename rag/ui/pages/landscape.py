"""The Landscape page: the table of video models, a few of them side by side, and a timeline; every value opens its proof."""

from functools import partial

import streamlit as st

from rag.errors import CutawayError
from rag.landscape.events import Event, timeline
from rag.landscape.models import Model
from rag.landscape.picking import pick
from rag.landscape.proof import Landscape
from rag.landscape.tables import as_csv, as_markdown, side_by_side
from rag.ui import charts, landscape_view, state
from rag.ui.components.assets import FOLDER
from rag.ui.components.choices import choices
from rag.ui.components.panel import panel
from rag.ui.components.plain import heading, problem
from rag.ui.components.table import table
from rag.ui.landscape_fields import fields
from rag.ui.landscape_view import SIDES, TABLE, TIMES, Look

HELP = "Pick a value to read the words it rests on. ↗ marks a value that no article tells; an empty cell is not stated."
HELP_SIDES = "Pick a value to read the words it rests on. ↗ marks a value that no article tells."
FEW = "Press “Compare” under the names of two to four models in the table; they then stand here side by side."
NONE = "No model fits these filters. Take one off."


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn."""
    st.html(FOLDER / "wide.css")
    try:
        landscape, look = Landscape.shipped(), state.look()
        _page(landscape, look)
    except CutawayError as error:
        problem(str(error))


def _page(landscape: Landscape, look: Look) -> None:
    count, makers = len(landscape.models), len({m.maker for m in landscape.models if m.maker})
    heading("Landscape", f"{count} video models of {makers} makers, value by value.", key="masthead")
    fields(landscape, look, (TABLE, SIDES, TIMES))
    models = pick(landscape.models, look.wanted, sort=look.sort, descending=look.descending)
    events = timeline(models, landscape.events)
    if look.mode == SIDES:
        _sides(landscape, look)
    elif not models:
        st.text(NONE)
    elif look.mode == TIMES:
        _timeline(events, look)
    else:
        with st.container(key="counted", horizontal=True, vertical_alignment="center"):
            st.text(f"{len(models)} of {count} models. {HELP}")
            _save(models)
        _table(landscape_view.grid(models, look), look, "models")
    if data := landscape_view.passage(landscape, look, events):
        with st.container(key="panel"):
            panel(data, key="article", on_close=partial(look.open, None), on_step=partial(_step, look))


def _sides(landscape: Landscape, look: Look) -> None:
    if len(look.compared) < 2:
        st.text(FEW)
        return
    models = side_by_side(landscape.models, look.compared)
    with st.container(key="counted", horizontal=True, vertical_alignment="center"):
        st.text(HELP_SIDES)
        _save(models)
    _table(landscape_view.sides(models, look), look, "sides")


def _table(data: dict[str, object], look: Look, key: str) -> None:
    """A table that keeps its own place while it is on the page."""
    table(data, key=key, opened=look.opened, on_open=partial(_open, look, key, "open"), on_act=partial(_act, look, key))


def _timeline(events: tuple[Event, ...], look: Look) -> None:
    """The picture, and below it the same as a list, in which every entry opens its proof."""
    told = f"A timeline of {len(events)} releases and events; the list below tells the same."
    st.vega_lite_chart(charts.timeline(events), width="stretch", alt=told)
    with st.container(key="times", height=460):
        pick_one = partial(_open, look, "events", "pick")
        choices(
            landscape_view.listed(events),
            key="events",
            label="Timeline",
            kind="list",
            on_pick=pick_one,
            current=look.opened,
        )


def _save(models: tuple[Model, ...]) -> None:
    with st.popover("Save as", type="tertiary", icon=":material/download:", key="save-models"):
        st.download_button("CSV", as_csv(models), "landscape.csv", "text/csv", key="csv", on_click="ignore")
        name, kind = "landscape.md", "text/markdown"
        st.download_button("Markdown", as_markdown(models), name, kind, key="markdown", on_click="ignore")


def _open(look: Look, key: str, event: str) -> None:
    look.open(state.picked(key, event))


def _act(look: Look, key: str) -> None:
    value = state.picked(key, "act")
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return
    if value.get("act") == "sort":
        look.order(value["id"])
    elif value.get("act") == "compare":
        look.compare(value["id"])
    elif value.get("act") == "ask":
        state.session().ask(landscape_view.question(value["id"]))
        state.go("")


def _step(look: Look) -> None:
    by = state.picked("article", "step")
    if isinstance(by, int) and by in (1, -1):
        look.at += by
