"""The Quality page: how good the answers are, measured on questions with known answers."""

from functools import partial

import streamlit as st

from rag.errors import CutawayError
from rag.evaluation.published import Published, published
from rag.ui import charts, quality_view, state
from rag.ui.components.measures import measures, misses
from rag.ui.components.plain import heading, problem
from rag.ui.components.table import table
from rag.ui.turns import Filters

KEY = "misses"


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn."""
    try:
        _page(published())
    except CutawayError as error:
        problem(str(error))


def _page(run: Published) -> None:
    heading("Quality", quality_view.about(run), key="masthead")
    st.header("Does it find the answer?", anchor=False)
    measures(quality_view.rows(run, quality_view.ANSWERS), key="answers", label="How often the answer is found")
    st.header("Does it say when it does not know?", anchor=False)
    measures(quality_view.rows(run, quality_view.REFUSALS), key="refusals", label="How often questions are refused")
    _refusals(run)
    st.header("How long does it take?", anchor=False)
    told = quality_view.time_told(run.seconds)
    st.text(f"{told} Measured on {run.machine}.")
    st.vega_lite_chart(charts.latency(run.seconds), width="stretch", alt=told)
    st.header("Where does it fail?", anchor=False)
    st.text(
        f"All {len(run.misses)} questions that were answered badly. Open one to see what was quoted, and ask it again."
    )
    misses(quality_view.groups(run.misses), key=KEY, on_ask=partial(_ask, run))


def _refusals(run: Published) -> None:
    """What asking for more certainty would change: the picture, its sentence, and the same as a table."""
    if not {"right refusal", "wrong refusal"} <= run.measures.keys():
        return
    right, wrong = (run.measures[name].interval.mean for name in ("right refusal", "wrong refusal"))
    told = quality_view.refusals_told(right, wrong)
    st.text(told)
    st.vega_lite_chart(charts.refusals(run.curve, wrong, right), width="stretch", alt=told)
    with st.expander("The same as a table"):
        table(quality_view.curve(run), key="curve")


def _ask(run: Published) -> None:
    """A miss shall be asked again, as it was understood and under its day."""
    miss = next((miss for miss in run.misses if miss.id == state.picked(KEY, "ask")), None)
    if miss is not None:
        state.session().ask(miss.understood_as, Filters(as_of=miss.as_of))
        state.go("")
