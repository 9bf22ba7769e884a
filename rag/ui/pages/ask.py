"""The Ask page: questions, their answers with citations, and the article beside them."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from rag.assistant import Assistant
from rag.errors import CutawayError
from rag.records import Citation
from rag.ui import answer_view, article_view, state
from rag.ui.components.answer import answer
from rag.ui.components.assets import FOLDER
from rag.ui.components.panel import panel
from rag.ui.components.plain import masthead, problem
from rag.ui.dates import spell
from rag.ui.job import Job
from rag.ui.opening import open_assistant

AT_ONCE = 0.45  # seconds the page waits for a quick answer before it draws the waiting turn
POLL = 0.2  # seconds between two looks at a running job


def show() -> None:
    """Draw the page, or the sentence that says why it cannot be drawn."""
    st.html(FOLDER / "page.css")
    assistant = open_assistant()
    if assistant is None:
        return
    try:
        _page(assistant, state.session())
    except CutawayError as error:
        problem(str(error))


def _page(assistant: Assistant, session: state.Session) -> None:
    """Everything below the progress bar; a waiting question is answered by a job of its own."""
    titles = {a.slug: a.title for a in assistant.articles()}
    head = st.container()
    if question := st.chat_input("Ask about Runway and generative video", key="question"):
        session.ask(question)
    with head:
        masthead(_corpus_line(assistant), key="masthead", small=bool(session.turns))
    for at, turn in enumerate(session.turns):
        _start(assistant, session, at)
        draw = partial(_turn, session, at, titles)
        if turn.settle():
            draw()
        else:
            st.fragment(partial(_watch, turn, draw), run_every=POLL)()
    with st.bottom, st.container(key="mode"):
        st.text(f"Active mode: {assistant.mode}", text_alignment="center", width="stretch")
    _panel(assistant, session)


def _start(assistant: Assistant, session: state.Session, at: int) -> None:
    """Give a waiting turn its job, once."""
    turn = session.turns[at]
    if not turn.waiting or turn.job is not None:
        return
    history = [t.answer for t in session.turns[:at] if t.answer is not None]
    turn.job = Job(lambda: assistant.stream(turn.question, history=history))
    turn.job.wait(AT_ONCE)


def _watch(turn: state.Turn, draw: Callable[[], None]) -> None:
    """Draw a running turn; when it has ended, run the whole page."""
    draw()
    if turn.settle():
        st.rerun()


def _turn(session: state.Session, at: int, titles: dict[str, str]) -> None:
    """One question with what there is of its answer."""
    turn = session.turns[at]
    opened = session.opened
    mine = {"kind": opened.kind, "at": opened.at} if opened and opened.turn == at else None
    if turn.answer is not None:
        data = answer_view.show(turn.answer, titles)
    elif turn.problem is not None:
        data = {"question": turn.question, "error": turn.problem}
    else:
        data = {"question": turn.question, "pending": True}
    latest = at == len(session.turns) - 1
    answer(data, key=f"turn-{at}", latest=latest, opened=mine, on_open=partial(_open, session, at))


def _open(session: state.Session, at: int, key: str) -> None:
    """A chip, a source or a near passage of turn `at` was picked; picking the open one again closes it."""
    value = state.picked(key, "open")
    if isinstance(value, dict) and value.get("kind") in ("citation", "nearest") and isinstance(value.get("at"), int):
        chosen = state.Opened(at, value["kind"], value["at"])
        session.opened = None if chosen == session.opened else chosen


def _panel(assistant: Assistant, session: state.Session) -> None:
    """The article of the open passage, if one is open."""
    cited = session.cited()
    if cited is None or session.opened is None:
        return
    try:
        data = article_view.show(assistant.article(cited.article), cited)
    except KeyError:
        data = article_view.gone(cited)
    answered = session.turns[session.opened.turn].answer
    numbers = [c.number for c in answered.citations] if answered else []
    if isinstance(cited, Citation):
        data["label"] = f"Citation {cited.number}"
        data["step"] = f"{numbers.index(cited.number) + 1} of {len(numbers)}" if len(numbers) > 1 else None
    else:
        data["label"], data["step"] = "Near, but no answer", None
    data["id"] = f"{session.opened.turn}:{session.opened.kind}:{session.opened.at}"
    with st.container(key="panel"):
        panel(data, key="article", on_close=partial(_close, session), on_step=partial(_step, session))


def _close(session: state.Session) -> None:
    session.opened = None


def _step(session: state.Session) -> None:
    by = state.picked("article", "step")
    if by in (1, -1):
        session.step(by)


def _corpus_line(assistant: Assistant) -> str:
    """How many articles are searched and how new they are."""
    articles = assistant.articles()
    newest = max((a.published for a in articles if a.published), default=None)
    count = f"{len(articles)} article{'' if len(articles) == 1 else 's'}"
    return f"Searching {count}, the newest of {spell(newest)}" if newest else f"Searching {count}"
