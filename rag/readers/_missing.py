"""What a question names that the sentences found do not: versions, makers, places, dates. The structure of a near miss."""

from collections.abc import Sequence

from rag.figures import figures
from rag.lexical import Lexical, terms
from rag.questions import Asked
from rag.records import Evidence
from rag.vocabulary import Vocabulary

CLOSE = 3
WIDE = 16


def missing(asked: Asked, ranked: Sequence[Evidence], lexical: Lexical, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Names, figures and dates of the question that the best sentences do not hold; empty when all are held.

    A question about one thing must find it among the best three sentences; one that compares, among the best sixteen.
    """
    close, wide = [e.sentence.text for e in ranked[:CLOSE]], [e.sentence.text for e in ranked[:WIDE]]
    things = [n for n in sorted(asked.names) if not _maker_of_another(n, asked, vocabulary)]
    pool = close if len(things) < 2 else wide
    absent = [n for n in things if not any(holds(text, n, vocabulary) for text in pool)]
    if things and len(absent) < len(things) and not any(holds(t, n, vocabulary) for t in close for n in things):
        absent = things
    absent += [name for name in asked.unknown if _unheard(name, close, lexical)]
    if asked.figures and not any(f.same(told) for text in close for told in figures(text) for f in asked.figures):
        absent += [f.text for f in asked.figures]
    return tuple(dict.fromkeys(absent))


def holds(text: str, name: str, vocabulary: Vocabulary) -> bool:
    """Whether `text` names the entity, something it made, or a version of it ("Wan2.1" for "Wan", not "Gen-4" for "Gen-4.5")."""
    inside = vocabulary.named(text)
    if name in inside or any(vocabulary.maker(n) == name or name in vocabulary.family(n) for n in inside):
        return True
    entity = vocabulary.entities[name]
    words = set(terms(text))
    return entity.kind in SPELLED and any(set(terms(s)) <= words for s in (name, *entity.aliases) if terms(s))


SPELLED = frozenset(("place", "organisation", "company", "person"))


def _maker_of_another(name: str, asked: Asked, vocabulary: Vocabulary) -> bool:
    """ "Runway's Gen-4": the maker goes without saying."""
    return any(vocabulary.maker(n) == name for n in asked.names)


def _unheard(name: str, close: Sequence[str], lexical: Lexical) -> bool:
    """A name of which a word stands in no passage at all, and that the best sentences do not spell."""
    wanted = terms(name)
    near = set().union(*(terms(text) for text in close))
    return any(lexical.known(t) is None for t in wanted) and not set(wanted) <= near
