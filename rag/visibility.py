"""What a question may see of an article: sentences by as-of and since dates and by outlet, articles by topic."""

from collections.abc import Iterable
from dataclasses import dataclass

from rag.errors import SettingsError
from rag.records import Article, Passage, Question, Sentence, last_day

KEPT = 100


def restricted(question: Question) -> bool:
    """Whether the question hides anything at all."""
    return any((question.as_of, question.since, question.publisher, question.topic))


def visible_sentences(passage: Passage, article: Article, question: Question) -> tuple[Sentence, ...]:
    """The sentences of `passage` the question may see, in order; all of them when it has no filter."""
    if not restricted(question):
        return passage.sentences
    if question.topic and question.topic.casefold() not in {t.casefold() for t in article.topics}:
        return ()
    seen = visible_in_time(passage, question)
    if not question.publisher:
        return seen
    wanted = question.publisher.casefold()
    return tuple(s for s in seen if any(wanted in outlet.casefold() for outlet in outlets(article, s.start)))


def visible_in_time(passage: Passage, question: Question) -> tuple[Sentence, ...]:
    """The sentences of `passage` that the question's dates leave, in order."""
    if question.as_of is None and question.since is None:
        return passage.sentences
    return tuple(s for s in passage.sentences if _in_time(s, question))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told of an article where its text is not needed.

    digest: the sha256 of its text; topics, outlets: each once, outlets those of its references and its own; dates: of
    the article and its references, each once; copy: whether it is a near copy of another.
    """

    slug: str
    title: str
    publisher: str | None
    published: str | None
    digest: str
    topics: tuple[str, ...]
    outlets: tuple[str, ...]
    dates: tuple[str, ...]
    copy: bool


def about(article: Article) -> About:
    """What is told of `article`."""
    named = {s.publisher for r in article.references for s in r.sources} | {article.publisher or ""}
    dates = {r.since for r in article.references} | {article.published}
    return About(
        slug=article.slug,
        title=article.title,
        publisher=article.publisher,
        published=article.published,
        digest=article.digest,
        topics=tuple(dict.fromkeys(article.topics)),
        outlets=tuple(sorted(named)),
        dates=tuple(sorted(filter(None, dates))),
        copy=article.origin.copy_of is not None,
    )


def may_show(article: About, question: Question) -> bool:
    """Whether topic and outlet leave anything of the article to search."""
    if question.topic and question.topic.casefold() not in {topic.casefold() for topic in article.topics}:
        return False
    wanted = (question.publisher or "").casefold()
    return any(wanted in name.casefold() for name in article.outlets)


class Coverage:
    """How much of all articles a question searches; told once for each set of filters."""

    def __init__(self, abouts: Iterable[About]) -> None:
        self._abouts = tuple(abouts)
        self._known: dict[tuple[str | None, ...], tuple[int, str | None]] = {}

    def of(self, question: Question) -> tuple[int, str | None]:
        """How many articles topic and outlet leave to search, and the newest date in them the question may know."""
        filters = (question.topic, question.publisher, question.as_of)
        if filters not in self._known:
            # A new mapping instead of a change: other threads read this one.
            kept = self._known if len(self._known) < KEPT else {}
            self._known = kept | {filters: self._count(question)}
        return self._known[filters]

    def _count(self, question: Question) -> tuple[int, str | None]:
        within = [a for a in self._abouts if may_show(a, question)]
        dates = {date for a in within for date in a.dates}
        known = [(last_day(date), date) for date in dates]
        if question.as_of:
            known = [(day, date) for day, date in known if day <= last_day(question.as_of)]
        return len(within), max(known, default=(None, None))[1]


def check_dates(**dates: str | None) -> None:
    """Raises SettingsError, with the name it was given under, for a date that is none: it would hide sentences in silence."""
    for name, value in dates.items():
        if value is not None:
            try:
                last_day(value)
            except ValueError as error:
                raise SettingsError(f"{name}: {error}") from error


def outlets(article: Article, start: int) -> tuple[str, ...]:
    """Publishers behind the sentence that begins at `start`: those of its references, else the article's own."""
    named = tuple(s.publisher for r in article.references if r.start == start for s in r.sources if s.publisher)
    return named or ((article.publisher,) if article.publisher else ())


def _in_time(sentence: Sentence, question: Question) -> bool:
    """Partial dates count as their last day; an undated sentence is hidden by any date filter."""
    if question.as_of is None and question.since is None:
        return True
    if sentence.known_since is None:
        return False
    day = last_day(sentence.known_since)
    if question.as_of is not None and day > last_day(question.as_of):
        return False
    return question.since is None or day >= question.since
