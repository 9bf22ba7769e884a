"""The facade: open an index (building it the first time), ask, stream, batch, retrieve; every part is a choice of a menu."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from threading import Event, RLock
from typing import Any, Self

from rag.answerers import Answerer
from rag.chain import AnswerChain, Ask, Parts
from rag.citations import Judge
from rag.discovery import check_model
from rag.documents import PassageRetriever
from rag.embedders import Embedder
from rag.embedders._words import WordsOnly
from rag.errors import EmbedderError, IndexError_, IndexMismatch, NoIndex, SettingsError
from rag.index import Index
from rag.ingest import ingest
from rag.menus import load
from rag.providers import destination, parse_model
from rag.questions import clean
from rag.readers import Reader
from rag.records import Answer, Article, Notice, Question, Retrieved, Statement
from rag.retrievers import Retriever
from rag.settings import Settings
from rag.support import TokenSupport
from rag.telling import Teller, Voice
from rag.visibility import check_dates
from rag.vocabulary import Vocabulary

Progress = Callable[[str, int, int], None]
FALLBACK = "extractive"
READY = "ready"


class Assistant:
    """Answers questions from the articles; safe from many threads. Use as a context manager or call `close`.

    It belongs to the process that opened it: what its libraries hold does not survive a fork, so every process opens one.
    """

    def __init__(self, settings: Settings, vocabulary: Vocabulary, base: "Assistant | None" = None) -> None:
        """`base`: an assistant whose index, embedder and reader this one shares; the settings differ in the answerer."""
        self.settings = settings
        self.vocabulary = vocabulary
        self.embedder: Embedder = base.embedder if base else load("embedders", settings.embedder)(settings.home)
        self._base = base
        self._lock = RLock()
        self._process = os.getpid()
        self._found_by = f"{settings.reader} · {settings.embedder}"
        self._parts: Parts | None = None
        self.chain = AnswerChain(self._current)

    @classmethod
    def open(cls, settings: Settings | None = None, *, build: bool = True, progress: Progress | None = None) -> Self:
        """Open the assistant for `settings` (default: the environment's). When `build`, an index is built if there is none,
        and built anew if another release or embedder made the one there is; vectors that are cached are not computed again.

        progress(stage, done, total) is called while building. Raises CutawayError subclasses that say what to do.
        """
        settings = settings or Settings.from_environment()
        assistant = cls(settings, Vocabulary.load(settings.entities))
        try:
            assistant._current()
        except (NoIndex, IndexMismatch):
            if not build:
                raise
            ingest(settings, assistant.embedder, progress)
            assistant._current()
        return assistant

    def answered_by(self, model: str | None, url: str | None = None) -> "Assistant":
        """An assistant on the same open index whose answers `model` (PROVIDER:MODEL, at the base URL `url` if it is not the
        provider's own) writes; for None the articles' own sentences are quoted. This one stays as it is.

        Nothing is sent before a question. Raises SettingsError (no such provider, no key), MissingExtra.
        """
        answerer = "chat" if model else FALLBACK
        settings = replace(self.settings, answerer=answerer, chat_model=model, chat_url=url)
        if model:
            check_model(settings)
        return Assistant(settings, self.vocabulary, self._base or self)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        as_of: str | None = None,
        since: str | None = None,
        publisher: str | None = None,
        topic: str | None = None,
    ) -> Answer:
        """The answer to `question` as a follow-up on `history`; dates are ISO, and a partial one is meant whole: `as_of` counts
        as its last day, `since` as its first.

        Raises QuestionError (empty, too long) and SettingsError (a date that is none).
        """
        return self.chain.invoke(self._input(question, history, as_of, since, publisher, topic))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        as_of: str | None = None,
        since: str | None = None,
        publisher: str | None = None,
        topic: str | None = None,
        stop: Event | None = None,
    ) -> Iterator[Statement | Answer]:
        """As `ask`, but each statement as soon as it is judged; the whole Answer, which holds exactly these, comes last.

        Closing the iterator ends the work behind it; so does setting `stop`, from any thread, and then the Answer is made of
        what there is by then.
        """
        return self.chain.stream({**self._input(question, history, as_of, since, publisher, topic), "stop": stop})

    def batch(self, questions: Sequence[str]) -> list[Answer]:
        """The answers to stand-alone questions, in their order."""
        return self.chain.batch(list(questions))

    def as_retriever(self, k: int = 6, **filters: str | None) -> PassageRetriever:
        """A LangChain retriever over the passages; filters: as_of, since, publisher, topic."""
        if k < 1:
            raise SettingsError(f"k={k} passages cannot be retrieved; give at least 1")
        check_dates(as_of=filters.get("as_of"), since=filters.get("since"))

        def search(query: str) -> tuple[Index, Sequence[Retrieved]]:
            parts = self._current()
            question = Question(text=clean(query, parts.limit), **filters)
            return parts.index, parts.retriever.retrieve(question, k)

        return PassageRetriever(search=search)

    def article(self, slug: str) -> Article:
        """The article as the current generation holds it. Raises KeyError for an unknown slug."""
        return self._current().index.article(slug)

    def articles(self) -> list[Article]:
        """All articles of the current generation."""
        return self._current().index.articles()

    def passage_count(self, slug: str) -> int:
        """How many passages the article has in the current generation; 0 for an unknown slug."""
        return len(self._current().index.passage_ids(slug))

    @property
    def generation(self) -> str:
        """The name of the generation the next question will be answered from."""
        return self._current().index.generation

    @property
    def mode(self) -> str:
        """Which answerer, reader and embedder are at work, for people."""
        return self._mode(self._named(self.settings.answerer))

    @property
    def destination(self) -> str | None:
        """One sentence that says where questions and passages go, before the first is asked; None when no model is asked."""
        s = self.settings
        return destination(parse_model(s.chat_model)[0], s.chat_url) if s.answerer == "chat" and s.chat_model else None

    def warm(self) -> None:
        """Open Chroma ahead of the first question; for processes that live long."""
        self._current().index.warm()

    def close(self) -> None:
        """Let go of the index; the next question opens it again."""
        with self._lock:
            if self._parts and self._base is None:
                self._parts.index.close()
            self._parts = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _input(
        self,
        question: str,
        history: Sequence[Answer],
        as_of: str | None,
        since: str | None,
        publisher: str | None,
        topic: str | None,
    ) -> Ask:
        check_dates(as_of=as_of, since=since)
        return Ask(question=question, history=history, as_of=as_of, since=since, publisher=publisher, topic=topic)

    def _current(self) -> Parts:
        """The parts on the current generation; reopened when the pointer names another one."""
        if os.getpid() != self._process:
            raise IndexError_(
                f"this assistant was opened in process {self._process}, here it is {os.getpid()}; open one in each process"
            )
        with self._lock:
            if self._parts is None or not self._parts.index.is_current():
                # The old generation is not closed: another thread may still answer from it; it goes with its last user.
                self._parts = self._opened()
            return self._parts

    def _opened(self) -> Parts:
        if self._base:
            shared = self._base._current()
            return replace(shared, teller=replace(shared.teller, **self._voices()))
        index = Index.open(self.settings, self.embedder)
        try:
            parts = self._chosen(index)
            self.embedder.embed([READY])
        except EmbedderError as error:
            return self._by_words(index, error)
        return parts

    def _chosen(self, index: Index) -> Parts:
        """The parts that the settings choose."""
        s = self.settings
        self._found_by = f"{s.reader} · {s.embedder}"
        return self._parts_of(
            index,
            load("retrievers", s.retriever)(index, self.embedder),
            load("readers", s.reader)(index, self.embedder, self.vocabulary),
            TokenSupport(s.home),
        )

    def _by_words(self, index: Index, error: EmbedderError) -> Parts:
        """The parts that answer without the embedding model, which `error` says cannot be used."""
        self._found_by = "overlap · words only"
        words = WordsOnly(self.embedder.fingerprint, self.embedder.dimension)
        parts = self._parts_of(
            index,
            load("retrievers", "keyword")(index, words),
            load("readers", "overlap")(index, words, self.vocabulary),
            TokenSupport(self.settings.home, words),
        )
        text = f"Found by words alone, without their meaning, so that more is missed: {error}."
        return replace(parts, notices=(Notice(code="words-only", text=text),))

    def _parts_of(self, index: Index, retriever: Retriever, reader: Reader, support: TokenSupport) -> Parts:
        s = self.settings
        teller = Teller(index=index, judge=Judge(self.vocabulary, support), drop=s.drop_unsupported, **self._voices())
        return Parts(
            index=index,
            retriever=retriever,
            reader=reader,
            teller=teller,
            vocabulary=self.vocabulary,
            limit=s.question_limit,
        )

    def _voices(self) -> dict[str, Any]:
        """The answerer of the settings, and who answers when nothing of it stands."""
        name = self.settings.answerer
        fallback = None if name == FALLBACK else self._voice(FALLBACK, f"{FALLBACK} after {self._named(name)}")
        return {"voice": self._voice(name, self._named(name)), "fallback": fallback}

    def _voice(self, name: str, named: str) -> Voice:
        answerer: Answerer = load("answerers", name)(self.settings)
        return Voice(answerer=answerer, mode=self._mode(named))

    def _named(self, answerer: str) -> str:
        return f"{answerer} {self.settings.chat_model}" if answerer == "chat" else answerer

    def _mode(self, named: str) -> str:
        return f"{named} · {(self._base or self)._found_by}"
