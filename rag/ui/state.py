"""What the app remembers: the shared assistant, each browser session's state, and the address bar.

The only module that touches `st.session_state` and `st.query_params` or holds a cached resource.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st

from rag.assistant import Assistant
from rag.conversations import Conversations
from rag.discovery import AtHand
from rag.discovery import at_hand as found
from rag.library.listing import Listed, listed, ordered, own_slugs
from rag.records import Article
from rag.suggestions import first_questions
from rag.ui.landscape_view import Look
from rag.ui.shelf import Shelf
from rag.ui.turns import LABELS, Filters, Model, Session, Turn
from rag.ui.work import Task, Work

Progress = Callable[[str, int, int], None]
CONVERSATIONS = "conversations.sqlite3"
ELSE = "Somebody else is changing the library at the moment, so nothing was done. Try again when that is finished."
FEEDBACK = "feedback.jsonl"
LONGEST = 1000  # characters of a question in the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the page says about the articles of one generation; outlets and topics in alphabetical order."""

    articles: Mapping[str, Article]
    topics: tuple[str, ...]
    outlets: tuple[str, ...]
    newest: str | None
    questions: tuple[str, ...]


@dataclass(slots=True)
class Shared:
    """What all sessions of this server share: one assistant, opened once, how far the opening is, one catalogue, one list
    of articles, and at most one change of the library at a time.
    """

    lock: Lock = field(default_factory=Lock)
    library: Lock = field(default_factory=Lock)
    assistant: Assistant | None = None
    stage: tuple[str, int, int] = ("start", 0, 0)
    catalogue: tuple[str, Catalogue] | None = None
    listing: tuple[str, list[Listed]] | None = None
    work: Work | None = None


@st.cache_resource(show_spinner=False)
def _shared() -> Shared:
    return Shared()


def assistant(progress: Progress, once: Callable[[Assistant], None]) -> Assistant:
    """The shared assistant; the first call opens it and builds the index, others wait and see the same progress.

    `once` is called with it when it has been opened.
    Raises CutawayError when the index or the model cannot be used; the next call tries again.
    """
    shared = _shared()

    def note(stage: str, done: int, total: int) -> None:
        shared.stage = (stage, done, total)
        progress(stage, done, total)

    while shared.assistant is None:
        if not shared.lock.acquire(timeout=0.25):
            progress(*shared.stage)
            continue
        try:
            if shared.assistant is None:
                shared.assistant = Assistant.open(progress=note)
                once(shared.assistant)
        finally:
            shared.lock.release()
    return shared.assistant


def catalogue(assistant: Assistant) -> Catalogue:
    """What the page says about the articles; made once a generation."""
    shared, generation = _shared(), assistant.generation
    if shared.catalogue is None or shared.catalogue[0] != generation:
        shared.catalogue = (generation, _catalogue(assistant.articles()))
    return shared.catalogue[1]


def _catalogue(articles: list[Article]) -> Catalogue:
    sources = {s.publisher for a in articles for r in a.references for s in r.sources if s.publisher}
    return Catalogue(
        articles={a.slug: a for a in articles},
        topics=tuple(sorted({topic for a in articles for topic in a.topics})),
        outlets=tuple(sorted(sources | {a.publisher for a in articles if a.publisher}, key=str.casefold)),
        newest=max((a.published for a in articles if a.published), default=None),
        questions=tuple(first_questions(articles)),
    )


def listing(assistant: Assistant) -> list[Listed]:
    """Every article with its facts, in the order of the Library page; made once a generation."""
    shared, generation = _shared(), assistant.generation
    if shared.listing is None or shared.listing[0] != generation:
        own = own_slugs(assistant.settings.library)
        articles = catalogue(assistant).articles.values()
        rows = (listed(a, own=a.slug in own, passages=assistant.passage_count(a.slug)) for a in articles)
        shared.listing = (generation, ordered(rows))
    return shared.listing[1]


def work() -> Work | None:
    """The change of the library that is going on, whichever session began it, or None."""
    running = _shared().work
    return None if running is None or running.ended else running


def begin(given: list[str], task: Task) -> Work | None:
    """Begin `task`, or None when another one is still going on."""
    shared = _shared()
    with shared.library:
        if work() is not None:
            return None
        shared.work = Work(given, task)
        return shared.work


def begin_for(shelf: Shelf, given: list[str], task: Task) -> None:
    """Begin `task` as the work of this session, or say there that another one is still going on."""
    started = begin(given, task)
    shelf.work, shelf.told = started or shelf.work, None if started else ELSE


def conversations(assistant: Assistant) -> Conversations | None:
    """Where conversations are kept, or None when the settings say that none are."""
    settings = assistant.settings
    return Conversations(settings.home / CONVERSATIONS) if settings.history else None


def session() -> Session:
    """The state of the browser session that runs this script."""
    if "cutaway" not in st.session_state:
        st.session_state["cutaway"] = Session()
    found: Session = st.session_state["cutaway"]
    return found


def at_hand() -> tuple[AtHand, ...]:
    """The chat models that were at hand when this browser session first asked for them."""
    if "at_hand" not in st.session_state:
        st.session_state["at_hand"] = found()
    models: tuple[AtHand, ...] = st.session_state["at_hand"]
    return models


def answering(assistant: Assistant, model: Model | None) -> Assistant:
    """Whoever answers for `model` in this browser session: the shared `assistant` itself when none was chosen."""
    chosen: tuple[Model, Assistant] | None = st.session_state.get("answering")
    return chosen[1] if model and chosen and chosen[0] == model else assistant


def answer_from_now(asked: Assistant, model: Model) -> None:
    """Let `asked`, made for `model`, answer in this browser session and in no other."""
    st.session_state["answering"] = (model, asked)


def look() -> Look:
    """What this browser session looks at in the landscape."""
    if "look" not in st.session_state:
        st.session_state["look"] = Look()
    found: Look = st.session_state["look"]
    return found


def go(path: str) -> None:
    """Show the page of this path, "" for the first one, as soon as the running callback has ended."""
    st.session_state["go"] = path


def going() -> str | None:
    """The page to show instead of the one on screen, once."""
    path: str | None = st.session_state.pop("go", None)
    return path


def shelf() -> Shelf:
    """What the Library page remembers of this browser session."""
    if "library" not in st.session_state:
        st.session_state["library"] = Shelf()
    found: Shelf = st.session_state["library"]
    return found


def picked(key: str, name: str) -> object:
    """The value the component `key` sent with its event `name` in this run, or None."""
    return getattr(st.session_state.get(key), name, None)


def widget(key: str) -> str:
    """The text a field holds, "" when it is empty or not on the page."""
    return str(st.session_state.get(key) or "")


def set_widget(key: str, value: str | None) -> None:
    """Give a field a value before it is drawn."""
    st.session_state[key] = value


def begin_widget(key: str, value: str | None) -> None:
    """Give a field its first value; a field that has one keeps it."""
    if key not in st.session_state:
        st.session_state[key] = value


def permalink() -> tuple[str, Filters]:
    """The question and filters in the address, "" and none when there is no question."""
    given = {name: st.query_params[name] for name in LABELS if st.query_params.get(name)}
    return st.query_params.get("q", ""), Filters(**given)


def addressed() -> str | None:
    """The conversation named in the address."""
    return st.query_params.get("c")


def address(conversation: str | None, waiting: Turn | None) -> None:
    """Name the conversation in the address, and the question still `waiting`, so that a reload finds both."""
    wanted = {"c": conversation} if conversation else {}
    if waiting and len(waiting.question) <= LONGEST:
        wanted |= {"q": waiting.question} | waiting.filters.given()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
