"""Why there is no answer: what was searched, how new it is, what is nearest, and what the question names that stands nowhere."""

from collections.abc import Sequence

from rag.records import Article, Nearest, Reading, Refusal, last_day

NEAREST = 3


def refuse(missing: Sequence[str], articles: Sequence[Article], as_of: str | None) -> Refusal:
    """The refusal when nothing carries an answer; `articles` are those that were searched."""
    dates = [r.since for a in articles for r in a.references if r.since] + [
        a.published for a in articles if a.published
    ]
    known = [d for d in dates if as_of is None or last_day(d) <= last_day(as_of)]
    newest = max(known, key=last_day, default=None)
    return Refusal(
        reason="little" if len(articles) < 2 else "not in the articles",
        searched=len(articles),
        newest=newest,
        missing=tuple(missing),
    )


def nearest(reading: Reading) -> tuple[Nearest, ...]:
    """The best sentences of a reading that does not answer, at most one a passage."""
    found: dict[str, Nearest] = {}
    for e in reading.evidence:
        if e.passage.id not in found and len(found) < NEAREST:
            found[e.passage.id] = Nearest(
                article=e.passage.article, start=e.sentence.start, end=e.sentence.end, quote=e.sentence.text
            )
    return tuple(found.values())


def wording(refusal: Refusal) -> str:
    """The refusal as one or two sentences for people."""
    newest = f", the newest of {refusal.newest}" if refusal.newest else ""
    articles = "1 article" if refusal.searched == 1 else f"{refusal.searched} articles"
    text = f"The articles do not answer this ({articles} searched{newest})."
    if refusal.missing:
        text += f" Nothing was found on: {', '.join(refusal.missing)}."
    return text
