"""The landscape as it ships, and its proof: every cell that quotes an article is held against that article's text.

A quoted cell is proven when its words stand in the article exactly once, name the model, its family or its maker, and bear
the value (`bearing`). Cells that rest on primary sources alone are counted apart: code cannot read those pages.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.citations import cite
from rag.errors import CorpusError
from rag.landscape.bearing import bears
from rag.landscape.events import Event, load_events
from rag.landscape.models import CELLS, Model, Quote, load
from rag.lexical import fold
from rag.passages import cut
from rag.records import Article, Citation, Span
from rag.settings import shipped_corpus
from rag.sources.markdown import CHOICE as read_markdown
from rag.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """The models, the events, and the corpus folder whose articles they quote."""

    models: tuple[Model, ...]
    events: tuple[Event, ...]
    corpus: Path

    @classmethod
    def shipped(cls, corpus: Path | None = None) -> "Landscape":
        """Read `models.json` and `events.json` of a corpus folder, by default the one that comes with the package.

        Needs no index. Raises CorpusError when a file cannot be read or a row cannot be right.
        """
        corpus = corpus or shipped_corpus()
        return cls(models=load(corpus / "models.json"), events=load_events(corpus / "events.json"), corpus=corpus)

    def article(self, slug: str) -> Article:
        """An article of the corpus folder as it stands now. Raises CorpusError when it is not there."""
        path = self.corpus / "articles" / f"{slug}.md"
        try:
            return read_markdown(path.read_bytes(), path.name)
        except OSError as error:
            raise CorpusError(f"{path}: the article cannot be read ({error.strerror}); restore the file") from error

    def citation(self, quote: Quote, number: int = 1) -> Citation:
        """The address of a quote in its article. Raises CorpusError when it does not stand there exactly once."""
        article = self.article(quote.article)
        start = _start(article, quote.quote)
        span = Span(article=article.slug, start=start, end=start + len(quote.quote), text=quote.quote)
        return cite(number, span, article, cut(article))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Cells that quote an article and those of them that are proven, events alike; a sentence for each that is not.

    linked: cells that rest on primary sources alone; blank: cells that are not stated.
    """

    quoted: int
    proven: int
    linked: int
    blank: int
    events: int
    events_proven: int
    faults: tuple[str, ...]


def prove(landscape: Landscape) -> Proof:
    """Hold every quoted cell and every event against the articles. Raises CorpusError when the vocabulary is damaged."""
    vocabulary = Vocabulary.load(landscape.corpus / "entities.json")
    article = cache(landscape.article)
    cells = [(model, field) for model in landscape.models for field in CELLS]
    quoted = [(model, field) for model, field in cells if model.quotes(field)]
    doubted: dict[str, list[str]] = {}
    for model, field in quoted:
        if found := [*_unplaced(model.quotes(field), article), *_misfits(model, field, vocabulary)]:
            doubted[f"{model.name}, {field}"] = found
    wrong = len(doubted)
    for event in landscape.events:
        if found := [*_unplaced(event.quotes, article), *_untold(event)]:
            doubted[f"{event.date}, {event.what}"] = found
    return Proof(
        quoted=len(quoted),
        proven=len(quoted) - wrong,
        linked=sum(bool(model.links(field)) for model, field in cells),
        blank=sum(getattr(model, field) is None for model, field in cells),
        events=len(landscape.events),
        events_proven=len(landscape.events) - (len(doubted) - wrong),
        faults=tuple(f"{where}: {'; '.join(found)}" for where, found in doubted.items()),
    )


def _start(article: Article, quote: str) -> int:
    """Where the quote stands. Raises CorpusError when that is not exactly one place."""
    if (count := article.text.count(quote)) != 1:
        raise CorpusError(f"the article {article.slug!r} reads {quote!r} {count} times, not once; mend the quote")
    return article.text.index(quote)


def _unplaced(quotes: Sequence[Quote], article: Callable[[str], Article]) -> Iterator[str]:
    for quote in quotes:
        try:
            _start(article(quote.article), quote.quote)
        except CorpusError as error:
            yield str(error)


def _untold(event: Event) -> Iterator[str]:
    """Why the quotes under an event do not bear it."""
    told = " ".join(quote.quote for quote in event.quotes)
    if not bears("released", event.date, told):
        yield f"{event.date} does not stand in {told!r}"
    if not bears("what", event.what, told):
        yield f"{told!r} does not tell this"


def _misfits(model: Model, field: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Why the quotes under a cell, taken together, do not bear it."""
    told = " ".join(q.quote for q in model.quotes(field))
    value = getattr(model, field)
    if not bears(field, value, told):
        yield f"{value!r} does not stand in {told!r}"
    names = vocabulary.named(told) & vocabulary.family(model.name)
    maker = fold((model.maker or "").split(" ")[0])
    if not names and not (maker and maker in fold(told)):
        yield f"{told!r} names neither {model.name} nor its maker"
