"""What a question names that the sentences found do not: versions, makers, places, dates. The structure of a near miss.

The rules were tuned on the training questions (corpus/training): held against the very sentence that answers, they must find
nothing missing.
"""

import re
from collections.abc import Iterable, Sequence

from rag.figures import Figure, figures
from rag.lexical import Lexical, fold, terms
from rag.questions import Asked, stands_for_now
from rag.records import Evidence
from rag.vocabulary import Vocabulary

CLOSE = 3
WIDE = 16
# Kinds of entity a sentence must name to be about them; techniques, licences and the like are often told in other words.
REQUIRED = frozenset("model company person law case film place organisation benchmark event product".split())
SPELLED = frozenset("place organisation company person law case".split())
DESCRIBES = re.compile(
    r"(?:'s|’s)?[ -](?:[\w-]+ ){0,2}(?:maker|company|owner|firm|start-?up|lab|parent|giant|team|boss|group|developer|family)s?\b",
    re.I,
)
WORDS_AND_NUMBERS = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
VERSION = re.compile(
    r"(?:[ -]?v?\d{1,2}(?:\.\d+)*|-\d{4})(?![\w%.:/-]|\.\d)"
    r"(?![ -](?:seconds?|secs?|s|minutes?|mins?|fps|gb|x|videos?|clips?|credits?|models?|gpus?)\b)",
    re.I,
)
VARIANT = re.compile(r"[ -](?:Pro|Ultra|Turbo|Lite|Mini|Max|Plus|Beta|Fast|Flash|XL|XXL|Studio)\b", re.I)
PART = re.compile(
    r"\b(?:(?:series|article|season|part|section|chapter|phase|vol(?:ume)?|episode|edition|sdk) (?:[a-z]|\d+(?:\.\d+)*)"
    r"|(?<=\bversion )\d+(?:\.\d+)*|\bv\d+(?:\.\d+)*)\b(?!['’-])",
    re.I,
)
HYPHENED = re.compile(
    r"\b(?!(?:early|late|mid|pre|post)-)[A-Za-z]{3,}\w*(?:-[A-Za-z]+)*-[A-Za-z]?\d+(?:\.\d+)*[a-zA-Z]?\b"
)
LENGTH = re.compile(r"\bhow many (word|character|token)s\b", re.I)
PLAN = re.compile(
    r"\b([A-Z]\w+|unlimited|enterprise|premium|standard|pro|basic) (?:plan|tier|subscription|package)\b(?! (?:to|for)\b)"
)


def missing(
    asked: Asked, ranked: Sequence[Evidence], lexical: Lexical, vocabulary: Vocabulary, as_of: str | None = None
) -> tuple[str, ...]:
    """Names, dates and figures of the question that the best sentences do not hold; empty when all are held.

    A date that only says when the question is asked ("as of June 2026", or the day of `as_of`) need not be told again.

    A question about one thing must find it among the best three sentences; one that compares, among the best sixteen.
    """
    close, wide = [e.sentence.text for e in ranked[:CLOSE]], [e.sentence.text for e in ranked[:WIDE]]
    things = _things(asked, vocabulary)
    pool = close if len(things) < 2 else wide
    absent = [n for n in things if not any(holds(text, n, vocabulary) for text in pool)]
    if things and not absent and not any(holds(t, n, vocabulary) for t in close for n in things):
        absent = things
    absent += [d for d in designators(asked, vocabulary, lexical) if not any(spells(text, d) for text in close)]
    absent += [plan for plan in _plans(asked, vocabulary) if not any(_measured(text, plan, asked) for text in close)]
    absent += [name for name in asked.unknown if _unheard(name, close, lexical)]
    dates = [f for f in asked.figures if _telling(f) and not stands_for_now(f, asked.text, as_of)]
    if dates and not any(f.same(told) for text in close for told in figures(text) for f in dates):
        absent += [f.text for f in dates]
    return tuple(dict.fromkeys(absent))


def of_another(best: Evidence, asked: Asked, vocabulary: Vocabulary) -> bool:
    """Whether a model is asked for and the best sentence tells of another alone: "Gen-4.5" asked, "Gen-4" told."""
    wanted, told = (_models(names, vocabulary) for names in (asked.names, best.names - asked.names))
    return bool(wanted and told) and not any(holds(best.sentence.text, name, vocabulary) for name in wanted)


def in_another_unit(best: Evidence, asked: Asked) -> bool:
    """Whether words are asked for and the best sentence counts characters, or the like: one does not tell the other."""
    wanted = LENGTH.search(asked.text)
    told = {f.unit for f in figures(best.sentence.text) if f.kind == "length"}
    return wanted is not None and bool(told) and wanted[1].lower() not in told


def _models(names: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    return [name for name in names if name in vocabulary.entities and vocabulary.entities[name].kind == "model"]


def holds(text: str, name: str, vocabulary: Vocabulary) -> bool:
    """Whether `text` names the entity, something it made, a version of it ("Wan2.1" for "Wan", not "Gen-4" for "Gen-4.5").

    Its base and, elsewhere, what sets it apart will do too ("Cosmos-Predict2 … the 14B version").
    """
    inside = vocabulary.named(text)
    if name in inside or any(vocabulary.maker(n) == name or name in vocabulary.family(n) for n in inside):
        return True
    words = set(terms(text))
    for base in inside & vocabulary.family(name):
        if set(terms(name)) - set(terms(base)) - {"video"} - {t for t in terms(name) if "-" in t} <= words:
            return True
    entity = vocabulary.entities[name]
    return entity.kind in SPELLED and any(set(terms(s)) <= words for s in (name, *entity.aliases) if terms(s))


def _things(asked: Asked, vocabulary: Vocabulary) -> list[str]:
    """The names the answer must be about: not a maker whose product is named too, nor a name that only describes another."""
    described = {m.entity for m in vocabulary.mentions(asked.text) if DESCRIBES.match(asked.text, m.end)}
    return [
        name
        for name in sorted(asked.names - described)
        if vocabulary.entities[name].kind in REQUIRED and not any(vocabulary.maker(n) == name for n in asked.names)
    ]


def designators(asked: Asked, vocabulary: Vocabulary, lexical: Lexical) -> list[str]:
    """What the question tells apart by number: versions no vocabulary knows ("Sora 3", "Gen-5"), parts ("Series F")."""
    text, found = asked.text, []
    for mention in vocabulary.mentions(text):
        end = mention.end
        while more := VERSION.match(text, end) or VARIANT.match(text, end):
            end = more.end()
        if end > mention.end:
            found.append(text[mention.start : end])
    found += [m.group() for m in PART.finditer(text)] + [n for n in asked.unknown if re.search(r" \d", n)]
    return found + [m.group() for m in HYPHENED.finditer(text) if fold(m.group()) not in lexical]


def _plans(asked: Asked, vocabulary: Vocabulary) -> list[str]:
    """The plans whose price or size is asked for ("Unlimited plan"): what is told of another plan is no answer."""
    if not asked.kinds:
        return []
    return [m.group() for m in PLAN.finditer(asked.text) if not vocabulary.named(m.group(1))]


def _measured(text: str, plan: str, asked: Asked) -> bool:
    """Whether the sentence names the plan and tells a figure of a kind that is asked for."""
    return spells(text, plan.rpartition(" ")[0]) and any(f.kind in asked.kinds for f in figures(text))


def spells(text: str, designator: str) -> bool:
    """Whether the designator stands in the text, its words together; a dotted version may stand apart from its name."""
    plain, wanted = _plain(text), _plain(designator)
    return wanted in plain or ("." in wanted and all(f" {word} " in plain for word in wanted.split()))


def _plain(text: str) -> str:
    """Folded, numbers and words apart with single blanks, so that "Gen4", "gen 4" and "Gen-4" are one."""
    return f" {' '.join(WORDS_AND_NUMBERS.findall(fold(text)))} "


def _telling(figure: Figure) -> bool:
    """A date with its year, or a figure with a unit: what a sentence that answers would repeat."""
    return figure.has_year or (figure.kind in ("money", "percent") and figure.text[:1].isascii())


def _unheard(name: str, close: Sequence[str], lexical: Lexical) -> bool:
    """A longer name of which a word stands in no passage at all, and that the best sentences do not spell."""
    wanted = [t for t in terms(name) if len(t) > CLOSE]
    near = set().union(*(terms(text) for text in close))
    return any(lexical.known(t) is None for t in wanted) and not set(wanted) <= near
