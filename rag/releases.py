"""The newest model of a maker or a family: told by the dates of release, which no likeness between sentences can compare."""

import re
from dataclasses import dataclass

from rag.figures import figures
from rag.index import Index
from rag.passages import within
from rag.questions import timeless
from rag.records import Evidence, Passage, Question, Reading, Sentence, last_day
from rag.visibility import visible_sentences
from rag.vocabulary import Mention, Vocabulary

_ADJECTIVE = r"(?:latest|newest|most recent|most recently (?:released|launched|announced)|current|last)"
_OTHER = r"(?!(?:[\w-]+ )*(?:world|image|audio|speech|music|language) )"
_NOUN = r"(?:models?|versions?|releases?|generations?|generators?)"
_NOW = r"(?:,? (?:so far|now|today|come out|came out|out|released|launched|announced|right now|at the moment))*"
_WHEN = r"(?:as of|in|by|on|at|before) [\w ]{3,24}"
# "What is Runway's newest video model?", "the latest version of Kling", "when did the latest Kling come out", "which LTX
# model is the most recent?"; a question that goes on to ask something else of that model is read like any other.
_ASKED = re.compile(
    rf"^\W*(?:(?:so|and|hey|ok|please)\W+)?(?:{_WHEN}, )?(?:"
    r"(?:(?:what|which)(?:'s|s| is| are| was)?|name|tell me|when (?:did|was|were))?\W*(?:the |[\w .'’-]{2,40}?(?:'s|’s|s')? )?"
    rf"{_ADJECTIVE} {_OTHER}(?:[\w.-]+ ){{0,4}}?{_NOUN}(?:\W+(?:of|from|by|at)\W+(?:the )?[\w .-]{{2,40}}?)?{_NOW}"
    rf"|(?:what|which) {_OTHER}(?:[\w .-]{{2,40}}?)?{_NOUN} (?:is|was|are) (?:the )?{_ADJECTIVE}"
    rf"(?: (?:of|from|by|at) (?:the )?[\w .-]{{2,40}}?)?{_NOW})(?:,? {_WHEN})?\W*$",
    re.I,
)
_VERB = (
    r"(?:re-?)?(?:releas(?:ed|e|es)|launch(?:ed|es)?|announc(?:ed|es|ement)|introduc(?:ed|es)|unveil(?:ed|s)|debut(?:ed|s)?"
    r"|published|presented|open-sourced|shipped|came out|arrived|appeared|reached|previewed|opened)"
)
_BEFORE = re.compile(
    rf"\b{_VERB}(?: (?:of|the|its|a|an|new|model|models|version|called|named|first|and|then))*\W*$", re.I
)
_AFTER = re.compile(rf"^\W*(?:[^\W\d][\w'’-]*\W+){{0,5}}?{_VERB}\b", re.I)
_DOUBTED = re.compile(
    r"\b(?:disagree|conflict|differ|wrong|predict|expect|rumou?r|would|will be|not yet|planned|did not|no [A-Z])", re.I
)
_WORDS = "released launched announced introduced"
_PASSAGES = 6
_SHOWN = 3
_FIRST, _APART = 8.0, 1.2  # scores: apart by more than what counts as nearly as good, so that their order is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    """A sentence that tells of the release of the model it mentions there, and the last day of the date beside it."""

    day: str
    passage: Passage
    sentence: Sentence
    mention: Mention


def read(question: Question, index: Index, vocabulary: Vocabulary) -> Reading | None:
    """The newest releases of the maker or family whose newest model is asked for, newest first.

    None when something else is asked for, or no dated release is told in what the question may see.
    """
    if not _ASKED.match(timeless(question.text, question.as_of)):
        return None
    told = [r for name in _candidates(question.text, vocabulary) if (r := _release(name, question, index, vocabulary))]
    days = [last_day(f.value) for f in figures(question.text) if f.has_year]
    found = [r for r in told if not days or r.day <= max(days)]
    newest: dict[tuple[str, int], _Release] = {}
    for release in sorted(found, key=lambda r: (r.day, -r.mention.start), reverse=True):
        newest.setdefault((release.passage.id, release.sentence.start), release)
    chosen = list(newest.values())[:_SHOWN]
    if not chosen:
        return None
    evidence = (
        Evidence(
            passage=r.passage,
            sentence=r.sentence,
            score=_FIRST - _APART * place,
            names=vocabulary.named(r.sentence.text),
        )
        for place, r in enumerate(chosen)
    )
    first = chosen[0]
    short = within(first.passage, first.sentence, first.mention.start, first.mention.end)
    return Reading(evidence=tuple(evidence), short=short, answerable=1.0)


def _candidates(text: str, vocabulary: Vocabulary) -> list[str]:
    """The models of the makers and families that `text` names; "Google" makes what "Google DeepMind" makes."""
    found: dict[str, None] = {}
    for named in sorted(vocabulary.named(text)):
        for name, entity in vocabulary.entities.items():
            made = entity.maker is not None and f"{entity.maker} ".startswith(f"{named} ")
            if entity.kind == "model" and name != named and (made or named in vocabulary.family(name)):
                found.setdefault(name)
    return list(found)


def _release(name: str, question: Question, index: Index, vocabulary: Vocabulary) -> _Release | None:
    """The earliest release of `name` told in the passages nearest to it, or None."""
    near = [passage for passage, _ in index.lexical.search(f"{name} {_WORDS}", _PASSAGES)]
    found = [
        _told(name, passage, sentence, vocabulary)
        for passage in index.passages(near)
        for sentence in visible_sentences(passage, index.article(passage.article), question)
    ]
    return min(filter(None, found), key=lambda r: r.day, default=None)


def _told(name: str, passage: Passage, sentence: Sentence, vocabulary: Vocabulary) -> _Release | None:
    """The release of `name` as `sentence` tells it: beside a verb of release, with a date, not in doubt."""
    text = sentence.text
    if sentence.gap or _DOUBTED.search(text):
        return None
    dates = [f for f in figures(text) if f.has_year]
    for mention in vocabulary.mentions(text):
        if (
            mention.entity == name
            and dates
            and (_BEFORE.search(text[: mention.start]) or _AFTER.match(text[mention.end :]))
        ):
            nearest = min(dates, key=lambda f: min(abs(f.start - mention.end), abs(mention.start - f.end)))
            return _Release(day=last_day(nearest.value), passage=passage, sentence=sentence, mention=mention)
    return None
