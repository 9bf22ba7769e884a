"""Why there is no answer: what was searched, how new it is, what is nearest, and what the question names that stands nowhere."""

from collections.abc import Sequence

from rag.records import Nearest, Reading, Refusal

NEAREST = 3


def refuse(missing: Sequence[str], searched: int, newest: str | None) -> Refusal:
    """The refusal when nothing carries an answer: how many articles were searched, and the newest date in them."""
    return Refusal(
        reason="little" if searched < 2 else "not in the articles",
        searched=searched,
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
