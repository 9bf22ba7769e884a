"""The Ask page: questions, their answers with citations, and the article beside them."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from threading import Event
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from rag.assistant import Assistant
from rag.conversations import Conversations
from rag.errors import CutawayError, HistoryError
from rag.records import Answer
from rag.suggestions import follow_ups
from rag.ui import answer_view, state
from rag.ui.acts import act
from rag.ui.components.answer import answer
from rag.ui.components.choices import choices
from rag.ui.components.plain import masthead
from rag.ui.conversation_list import conversation_list, reopen
from rag.ui.dates import spell
from rag.ui.job import Job
from rag.ui.opening import open_assistant, trouble
from rag.ui.prompt import prompt
from rag.ui.reading import reading_panel
from rag.ui.turns import Opened, Session, Turn

AT_ONCE = 0.45  # seconds the page waits for a quick answer before it draws the waiting turn
POLL = 0.2  # seconds between two looks at a running job
NOTHING = "There are no articles to search yet. Add some on the Library page."


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn."""
    assistant = open_assistant()
    if assistant is None:
        return
    session, kept = state.session(), state.conversations(assistant)
    try:
        _arrive(session, kept)
        _page(assistant, session)
        reading_panel(assistant, session)
        _keep(session, kept)
        conversation_list(session, kept)
    except CutawayError as error:
        trouble(error)


def _arrive(session: Session, kept: Conversations | None) -> None:
    """On the first run of a browser session: the conversation and the question that its address names."""
    if session.arrived:
        return
    session.arrived = True
    key = state.addressed()
    if key and kept:
        reopen(session, kept, key)
    question, filters = state.permalink()
    if question:
        session.filters = filters
        session.ask(question)


def _page(assistant: Assistant, session: Session) -> None:
    """Everything but the sidebar and the panel; a waiting question is answered by a job of its own."""
    catalogue = state.catalogue(assistant)
    head = st.container()
    prompt(assistant, session, catalogue)
    with head:
        _head(session, catalogue)
    for at, turn in enumerate(session.turns):
        _start(assistant, session, at)
        draw = partial(_turn, assistant, session, at)
        if turn.settle():
            draw()
        else:
            st.fragment(partial(_watch, turn, draw), run_every=POLL)()


def _head(session: Session, catalogue: state.Catalogue) -> None:
    """What is searched; on an empty page also questions to begin with."""
    count = f"{len(catalogue.articles)} article{'' if len(catalogue.articles) == 1 else 's'}"
    newest = f", the newest of {spell(catalogue.newest)}" if catalogue.newest else ""
    searched = f"Searching {count}{newest}" if catalogue.articles else NOTHING
    masthead(searched, key="masthead", small=bool(session.turns))
    # An element that a run leaves out goes only at its end: the list stays and is emptied, so that the answer below does
    # not move under a click.
    first = [] if session.turns else [{"id": question, "text": question} for question in catalogue.questions]
    choices(first, key="first", label="Questions to begin with", kind="questions", on_pick=partial(_begin, session))


def _begin(session: Session) -> None:
    session.ask(str(state.picked("first", "pick") or ""))


def _start(assistant: Assistant, session: Session, at: int) -> None:
    """Give a waiting turn its job, once."""
    turn = session.turns[at]
    if not turn.waiting or turn.job is not None:
        return
    history, filters = session.history(at), turn.filters.given()
    asked, stop = state.answering(assistant, session.model), Event()
    turn.writer = asked.settings.chat_model if asked.destination else None
    turn.job = Job(lambda: asked.stream(turn.question, history=history, stop=stop, **filters), stop)
    turn.job.wait(AT_ONCE)


def _watch(turn: Turn, draw: Callable[[], None]) -> None:
    """Draw a running turn; when it has ended, run the whole page.

    Only the page draws the answer: a click on what a fragment drew is lost once the page has no such fragment.
    """
    if turn.settle():
        st.rerun()
    draw()


def _turn(assistant: Assistant, session: Session, at: int) -> None:
    """One question with what there is of its answer."""
    turn, opened, key = session.turns[at], session.opened, f"turn-{at}"
    file = turn.hand_over()
    answer(
        _data(assistant, session, at),
        key=key,
        latest=at == len(session.turns) - 1,
        opened={"kind": opened.kind, "at": opened.at} if opened and opened.turn == at else None,
        file=asdict(file) if file else None,
        on_open=partial(_open, session, at, key),
        on_act=partial(_act, assistant, session, at, key),
    )


def _data(assistant: Assistant, session: Session, at: int) -> dict[str, Any]:
    """The turn as the component shows it."""
    turn = session.turns[at]
    if turn.answer is None:
        return answer_view.partial(turn.question, turn.job.statements if turn.job else [], turn.problem, turn.writer)
    articles = state.catalogue(assistant).articles
    latest = at == len(session.turns) - 1
    return answer_view.show(turn.answer, {slug: a.title for slug, a in articles.items()}) | {
        "question": turn.question,
        "filters": " · ".join(token["text"] for token in turn.filters.tokens()),
        "plain": answer_view.plain(turn.answer),
        "link": urlencode({"q": turn.answer.understood_as, **turn.filters.given()}),
        "followups": follow_ups(turn.answer, articles) if latest else [],
        "rated": turn.rated,
    }


def _open(session: Session, at: int, key: str) -> None:
    """A chip, a source or a near passage of turn `at` was picked; picking the open one again closes it."""
    value = state.picked(key, "open")
    if isinstance(value, dict) and value.get("kind") in ("citation", "nearest") and isinstance(value.get("at"), int):
        chosen = Opened(at, value["kind"], value["at"])
        session.opened = None if chosen == session.opened else chosen


def _act(assistant: Assistant, session: Session, at: int, key: str) -> None:
    try:
        act(session, at, state.picked(key, "act"), assistant.settings.home / state.FEEDBACK)
    except HistoryError as error:
        trouble(error)


def _keep(session: Session, kept: Conversations | None) -> None:
    """Store the turns that have an answer by now, and name the conversation in the address."""
    if kept is not None:
        for turn in session.turns[session.kept :]:
            if turn.waiting:
                break
            if isinstance(turn.answer, Answer):
                session.conversation = kept.add(session.conversation, turn.answer)
            session.kept += 1
    state.address(session.conversation, next((turn for turn in session.turns if turn.waiting), None))
