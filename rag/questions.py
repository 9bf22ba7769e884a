"""What a question asks for: the names it gives, the kind of answer it expects, its figures and its content terms."""

import re
from dataclasses import dataclass
from typing import Literal

from rag.errors import QuestionError
from rag.figures import Figure, figures
from rag.lexical import STOPWORDS, fold, terms
from rag.sentences import normalise
from rag.vocabulary import Vocabulary

_LONG, _CLAUSE_TERMS, _CLAUSES = 20, 3, 8
_CLAUSE = re.compile(
    r"[,;:?]| (?:and|or|but|as|while|than|who|which|that|whose|between|despite|after|before|compared to|in terms of"
    r"|in the way) ",
    re.I,
)

Shape = Literal["fact", "comparison", "list", "status", "reason", "definition"]

# Question words -> kinds of figure (rag.figures) that can answer them; the first pattern that matches decides.
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bframe ?rate|\bfps\b|frames (?:a|per) second", ("rate", "number")),
    (
        r"\b(?:vram|gpu memory|video memory|graphics memory|how much memory|memory (?:need|requirement|use)|ram)\b",
        ("data",),
    ),
    (r"\b(?:resolution|pixels?|pixel size|1080p|720p|how sharp)\b", ("pixels",)),
    (
        r"\b(?:how many parameters|parameter count|how many params|params|model size|number of parameters)\b",
        ("parameters", "number"),
    ),
    (
        r"\b(?:percent|percentage|what share|what fraction|how much of|what portion|what proportion)\b",
        ("percent", "number"),
    ),
    (
        r"\bhow (?:long|many (?:seconds|minutes|hours|days|weeks|months|years))\b|\b(?:max(?:imum)?"
        r"|longest|clip|output|video) (?:length|duration|run ?time)\b"
        r"|\bduration\b|\bhow (?:quick|fast) (?:is|does|was|did|can)\b.*\b(?:take|respond|generate)",
        ("duration", "number"),
    ),
    (
        r"\bwhen\b|\bwhat (?:date|day|month|year)\b|\bwhich (?:date|day|month|year)\b|\bdate of\b"
        r"|\brelease date|\blaunch date|\bsince when|\bdeadline\b|\bon what day",
        ("date",),
    ),
    (
        r"\bhow much (?:money|funding|cash|does|did|do|is|was|would|will|are|were|it|per|for|to)\b"
        r"|\b(?:price[ds]?|cost(?:s|ing)?|valuation|valued|worth|revenue|fee|fine"
        r"|budget|charge[sd]?|pricey|cheapest|how expensive|raised?|bill)\b",
        ("money", "credits", "percent"),
    ),
    (
        r"\bhow many\b|\bnumber of\b|\bhow often\b|\bhow big\b|\bhow large\b|\bcount of\b",
        ("number", "money", "percent", "parameters", "credits", "length", "data", "duration", "pixels"),
    ),
)
_SHAPES: tuple[tuple[Shape, str], ...] = (
    (
        "comparison",
        r"\b(?:compare[ds]?|comparison|versus|vs\.?|difference between|differ(?:s|ent)? from"
        r"|better than|cheaper than|longer than|faster than|which (?:is|one|of))\b",
    ),
    (
        "status",
        r"\bwhat (?:happened|became|has become)\b|\bstatus\b|\bstill (?:available|open|running|alive"
        r"|exist)|\bis .{1,60} still\b|\bhow did .{1,60} (?:end|turn out|evolve|change)|\bhistory of\b|\btimeline\b",
    ),
    ("reason", r"^\W*(?:why|how come)\b|\breasons?\b|\bwhat made\b|\bbecause of what\b"),
    (
        "list",
        r"\b(?:list|name (?:all|the|some)|which (?:companies|models|studios|countries|states|laws"
        r"|firms|investors|tools|features|plans)|what are (?:the|all)|who are|what (?:models|companies|kinds))\b",
    ),
    (
        "definition",
        r"^\W*(?:what(?:'s| is| are)|whats|who(?:'s| is)|define|explain|tell me about)\b(?!.*\b(?:of"
        r"|for|in|cost|price|on)\b)",
    ),
)
NEWEST = re.compile(
    r"\b(?:latest|newest|now|current(?:ly)?|today|most recent(?:ly)?|these days|at the moment|as of now|so far)\b", re.I
)
_PERSON = re.compile(
    r"^\W*who(?:se|m)?\b|\bwhich (?:person|director|founder|ceo|judge|researcher)|\bby whom\b"
    r"|\bname of the (?:ceo|director|founder|judge)",
    re.I,
)
# "How big is Mochi 1?" asks for parameters: nothing but the model stands behind it.
_SIZE = re.compile(r"\bhow (?:big|large) (?:is|are|was|were)(?: (?:the|each|both|they|it|model))*\s*$")
_POINT = re.compile(
    r"\b(?:as of|as at|by|until|before|up to|so far in|today,?|state of)(?: the)?(?: end of| early| mid| late)?[ -]$",
    re.I,
)
_BEFORE_POINT = re.compile(
    r"[,(]? ?(?:\b(?:as of|as at|by|in|on|at|until|before|up to|so far in|since|state of)\b ?)?(?:the )?"
    r"(?:end of |early |mid |late )?$",
    re.I,
)
_THINGS = frozenset("model company product benchmark law case organisation".split())
_COMPOUND = re.compile(
    r"\b(?:and|&) (?:how|what|when|who|which|why|where|its|of|by)\b|\b(?:each|both|vs\.?|versus|against)\b|\([^)]* and [^)]*\)",
    re.I,
)
_PLACE = re.compile(r"^\W*where\b|\b(?:which|what) (?:country|city|state|place|court)\b", re.I)
_YES_NO = re.compile(r"^\W*(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b", re.I)
ASKING = frozenset(
    """
    long many much big large often quick old date day month year number count exact exactly precise total
    maximum max minimum year-old name list compare comparison versus vs difference happen happened become status
    still latest newest current currently now today recent recently reason according article source say said
    mention think know find make get use give given go thing way kind sort type one ones first anyone someone
    ever actually really right yet like want need info information detail regard concern per
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question taken apart. `names`: canonical entities; `unknown`: names no vocabulary knows; `kinds`: figure kinds that
    could answer (empty when none is expected); `terms`: content terms without names and question words, in order;
    `compound`: several things are asked at once.
    """

    text: str
    names: frozenset[str]
    unknown: tuple[str, ...]
    kinds: tuple[str, ...]
    shape: Shape
    terms: tuple[str, ...]
    figures: tuple[Figure, ...]
    compound: bool
    newest: bool
    person: bool
    place: bool
    yes_no: bool


def clean(text: str, limit: int) -> str:
    """The question normalised on one line. Raises QuestionError when nothing is left or it is over `limit` code points."""
    question = re.sub(r"\s+", " ", normalise(text[: limit * 4])).strip()
    if len(text) > limit * 4 or len(question) > limit:
        raise QuestionError(f"the question has {len(text):,} characters and the limit is {limit:,}; shorten it")
    if not re.search(r"\w", question):
        raise QuestionError("there is no question to answer; type one in words")
    return question


def analyse(text: str, vocabulary: Vocabulary) -> Asked:
    """Take a clean question apart; pure, linear in its length."""
    low = fold(text)
    mentions = vocabulary.mentions(text)
    unknown = tuple(m.entity for m in vocabulary.patterned(text))
    rest = (
        "".join(" " if any(m.start <= i < m.end for m in mentions) else c for i, c in enumerate(text))
        if len(text) < 4000
        else text
    )
    kinds = next((kinds for pattern, kinds in _KINDS if re.search(pattern, low)), ())
    if _SIZE.search(fold(rest).rstrip(" ?.!")) and any(vocabulary.entities[m.entity].kind == "model" for m in mentions):
        kinds = ("parameters",)
    return Asked(
        text=text,
        names=frozenset(m.entity for m in mentions),
        unknown=unknown,
        kinds=kinds,
        shape=next((shape for shape, pattern in _SHAPES if re.search(pattern, low)), "fact"),
        terms=tuple(dict.fromkeys(t for t in terms(rest) if t not in ASKING and t not in STOPWORDS)),
        figures=tuple(figures(rest)),
        compound=_is_compound(text, frozenset(m.entity for m in mentions), vocabulary),
        newest=bool(NEWEST.search(low)),
        person=bool(_PERSON.search(low)),
        place=bool(_PLACE.search(low)),
        yes_no=bool(_YES_NO.search(low)),
    )


def _is_compound(text: str, names: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether two answers are wanted: "… and how …", "X vs Y", or two things joined, neither the maker of the other."""
    things = [
        n
        for n in names
        if vocabulary.entities[n].kind in _THINGS and not any(vocabulary.maker(other) == n for other in names)
    ]
    return bool(_COMPOUND.search(text)) or (len(things) > 1 and bool(re.search(r"\b(?:and|or|vs)\b", text, re.I)))


def stands_for_now(figure: Figure, text: str, as_of: str | None) -> bool:
    """Whether a date is the moment the question is asked from ("as of June 2026"), not a date of what is asked for."""
    if figure.kind != "date":
        return False
    covers = as_of is not None and (as_of.startswith(figure.value) or figure.value.startswith(as_of))
    return covers or bool(_POINT.search(text[max(0, figure.start - 24) : figure.start]))


def clauses(text: str) -> list[str]:
    """The first eight clauses, of at least three terms each, of a question of 20 terms and more; none of a shorter one."""
    if len(terms(text)) < _LONG:
        return []
    found = dict.fromkeys(clause.strip() for clause in _CLAUSE.split(text))
    return [clause for clause in found if len(set(terms(clause))) >= _CLAUSE_TERMS][:_CLAUSES]


def timeless(text: str, as_of: str | None) -> str:
    """The question without the moment it is asked from: what is read is already of that time, and need not repeat it."""
    for figure in reversed(figures(text)):
        if stands_for_now(figure, text, as_of):
            before = _BEFORE_POINT.search(text[: figure.start])
            start = before.start() if before else figure.start
            text = f"{text[:start].rstrip()} {text[figure.end :].lstrip(' ,')}".strip()
    return text
