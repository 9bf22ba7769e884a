"""Opening the assistant for the page: a progress bar at first start, one sentence when it cannot be opened."""

import logging
from collections.abc import Callable
from threading import Thread

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.assistant import Assistant
from rag.errors import CutawayError, IndexError_
from rag.ui import state
from rag.ui.components.plain import heading, masthead, problem

log = logging.getLogger(__name__)
FIRST = "Getting the articles ready. This happens once and takes about a minute."
DAMAGED = "The index of the articles cannot be used, so nothing can be answered at the moment."
MEND = "The Library page can repair it; nothing of the articles is lost."
STAGES = {
    "read": "Reading the articles",
    "embed": "Learning what they say",
    "store": "Storing passages",
    "words": "Storing words",
    "chroma": "Storing meanings",
    "check": "Checking the result",
}
UNEXPECTED = "Cutaway could not start. Reload the page; if it stays, run `python -m rag doctor` for the reason."


def open_assistant(page: str | None = None, instead: Callable[[], None] | None = None) -> Assistant | None:
    """The assistant, or None after showing why there is none; with a faulty index, `instead` is drawn below.

    Until it stands, its progress is shown under the title of `page`, by default under the masthead.
    """
    place = st.empty()
    bars: list[DeltaGenerator] = []

    def progress(stage: str, done: int, total: int) -> None:
        if not bars:
            with place.container():
                _head(page)
                bars.append(st.progress(0.0))
        bars[0].progress(min(done / total, 1.0) if total else 0.0, text=STAGES.get(stage))

    try:
        assistant = state.assistant(progress, _warm)
    except CutawayError as error:
        place.empty()
        trouble(error, instead)
        return None
    except Exception:  # outer border: the page shows a sentence, the log has the rest
        log.exception("the app could not open the assistant")
        place.empty()
        problem(UNEXPECTED)
        return None
    place.empty()
    return assistant


def _head(page: str | None) -> None:
    if page:
        heading(page, FIRST, key="opening-page")
    else:
        masthead(FIRST, key="opening", small=False)


def trouble(error: CutawayError, instead: Callable[[], None] | None = None) -> None:
    """Say what failed; of a faulty index also where it is mended: by what `instead` draws, or on the Library page."""
    faulty = isinstance(error, IndexError_)
    if faulty:
        problem(DAMAGED if instead else f"{DAMAGED} {MEND}", detail=str(error))
    else:
        problem(str(error))
    if faulty and instead is not None:
        instead()


def _warm(assistant: Assistant) -> None:
    """Load what the first question would wait for, while the reader writes it."""
    Thread(target=_load, args=(assistant,), name="cutaway-warm", daemon=True).start()


def _load(assistant: Assistant) -> None:
    try:
        assistant.warm()
        # Quoted from the articles, whatever the settings say: a model is asked nothing that nobody asked.
        assistant.answered_by(None).ask("Runway")
    except Exception:  # outer border: the question itself says what is wrong, to the one who asks it
        log.exception("the app could not be warmed up")
