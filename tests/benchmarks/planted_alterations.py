"""True statements made false by a program, one way a function: what the judge must find (tests/benchmarks/planted.py).

Each takes a statement, the quotes it rests on, the names and a random generator, and gives the false statement or None.
"""

import random
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from rag.figures import figures
from rag.lexical import fold
from rag.vocabulary import Mention, Vocabulary

Alteration = Callable[[str, Sequence[str], Vocabulary, random.Random], str | None]

MONTHS = "January February March April May June July August September October November December".split()
MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
WORDS = "two three four five six seven eight nine ten eleven twelve".split()
UNITS = {
    "million": "billion",
    "billion": "million",
    "seconds": "minutes",
    "second": "minute",
    "minutes": "hours",
    "hours": "minutes",
    "GB": "MB",
    "percent": "dollars",
    "%": " dollars",
    "credits": "dollars",
    "dollars": "euros",
    "$": "€",
    "fps": "GB",
    "pixels": "frames",
    "frames": "seconds",
    "parameters": "tokens",
    "users": "dollars",
    "weeks": "months",
    "days": "years",
    "years": "months",
    "months": "weeks",
    "yuan": "dollars",
    "720p": "1080p",
    "1080p": "720p",
    "thousand": "million",
}
OPPOSITES = [
    ("more than", "less than"),
    (r"over(?= \$?\d)", "under"),
    ("at least", "at most"),
    ("up to", "at least"),
    ("before", "after"),
    ("rose", "fell"),
    ("first", "last"),
    ("highest", "lowest"),
    ("higher", "lower"),
    ("largest", "smallest"),
    ("longer", "shorter"),
    ("faster", "slower"),
    ("cheaper", "dearer"),
    ("increase", "decrease"),
    ("best", "worst"),
    ("ahead of", "behind"),
    ("above", "below"),
    ("reduced", "increased"),
    ("newest", "oldest"),
    ("started", "ended"),
    ("permits", "forbids"),
    ("allowed", "forbidden"),
    ("denied", "granted"),
    ("lifted", "lowered"),
    ("earlier", "later"),
]
AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|has been|have been|had been|may|must)\b(?! (?:not|no|never|nothing|neither)\b)"
)
THIRD = {
    "says": "say",
    "has": "have",
    "needs": "need",
    "takes": "take",
    "costs": "cost",
    "makes": "make",
    "gives": "give",
    "reports": "report",
    "uses": "use",
    "requires": "require",
    "works": "work",
    "applies": "apply",
    "covers": "cover",
    "accepts": "accept",
    "produces": "produce",
    "generates": "generate",
}
PAST = {
    "announced": "announce",
    "released": "release",
    "reported": "report",
    "launched": "launch",
    "sued": "sue",
    "led": "lead",
    "raised": "raise",
    "took": "take",
    "came": "come",
    "got": "get",
    "published": "publish",
    "opened": "open",
    "added": "add",
    "reached": "reach",
    "joined": "join",
    "used": "use",
    "estimated": "estimate",
    "signed": "sign",
    "found": "find",
    "ranked": "rank",
    "called": "call",
    "won": "win",
    "began": "begin",
    "received": "receive",
    "cost": "cost",
    "forecast": "forecast",
    "denied": "deny",
    "ratified": "ratify",
}


def figure(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Another value of one figure: a digit more, less or other, or another number word."""
    told = [f for f in figures(statement) if f.kind != "date" and re.search(r"\d", f.text)]
    words = [m for m in re.finditer(rf"\b(?:{'|'.join(WORDS)})\b", statement)]
    places = [(f.start, f.end) for f in told] + [m.span() for m in words]
    rng.shuffle(places)
    for start, end in places:
        text = statement[start:end]
        number = re.search(r"\d[\d,.]*\d|\d", text)
        if number:
            digits = [i for i in range(number.start(), number.end()) if text[i].isdigit()]
            at = rng.choice(digits)
            other = rng.choice([d for d in "123456789" if d != text[at]])
            new = text[:at] + other + text[at + 1 :]
        else:
            new = rng.choice([w for w in WORDS if w != text])
        changed = statement[:start] + new + statement[end:]
        said = {f.value for q in quotes for f in figures(q)}
        if not any(f.value in said for f in figures(new)):
            return changed
    return None


def unit(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Another unit or scale after a figure that stays."""
    found = [
        m
        for m in re.finditer(
            r"(?<=[\d] )(\w+)|(?<=\d)%|(?<=\d)[ -](second|minute)s?|\$(?=\d)|\b(?:720|1080)p\b", statement
        )
    ]
    rng.shuffle(found)
    for match in found:
        word = match.group().lstrip(" -")
        if word in UNITS and UNITS[word] not in " ".join(quotes):
            return statement[: match.end() - len(word)] + UNITS[word] + statement[match.end() :]
    return None


def date(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Another day, month or year of one date."""
    told = [f for f in figures(statement) if f.kind == "date"]
    rng.shuffle(told)
    for one in told:
        ways = [_year, _month, _day]
        rng.shuffle(ways)
        for way in ways:
            new = way(one.text, rng)
            have = [f for q in quotes for f in figures(q) if f.kind == "date"]
            if new and not any(f.same(g) for f in figures(new) for g in have):
                return statement[: one.start] + new + statement[one.end :]
    return None


def _year(text: str, rng: random.Random) -> str | None:
    match = re.search(r"\b20\d\d\b", text)
    return (
        text[: match.start()] + str(int(match.group()) + rng.choice([-2, -1, 1])) + text[match.end() :]
        if match
        else None
    )


def _month(text: str, rng: random.Random) -> str | None:
    match = MONTH.search(text)
    other = rng.choice([m for m in MONTHS if not match or m != match.group()])
    return text[: match.start()] + other + text[match.end() :] if match else None


def _day(text: str, rng: random.Random) -> str | None:
    match = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
    other = rng.choice([d for d in range(1, 29) if not match or d != int(match.group())])
    return text[: match.start()] + str(other) + text[match.end() :] if match else None


def name(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Another company, model, person, law or place of the vocabulary in the stead of one."""
    return _renamed(
        statement,
        quotes,
        names,
        rng,
        lambda e: {o for o in names.entities if names.entities[o].kind == names.entities[e].kind},
    )


def version(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """A sibling version in the stead of one: Gen-4.5 for Gen-4."""
    return _renamed(statement, quotes, names, rng, names.siblings)


def stranger(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """A name that nobody knows in the stead of one."""
    invented = [
        "Veltrano Labs",
        "Oskarin",
        "Marble Fox Media",
        "Tindra-3",
        "Quillon",
        "Dr Hanna Verreault",
        "Pexoria 2",
    ]
    mentions = names.mentions(statement)
    if not mentions:
        return None
    one = rng.choice(mentions)
    return statement[: one.start] + rng.choice(invented) + statement[one.end :]


def _renamed(
    statement: str,
    quotes: Sequence[str],
    names: Vocabulary,
    rng: random.Random,
    like: Callable[[str], AbstractSet[str]],
) -> str | None:
    mentions = names.mentions(statement)
    rng.shuffle(mentions)
    source = fold(" ".join(quotes))
    present = names.named(" ".join([statement, *quotes]))
    about = {names.maker(p) for p in present} | {r for p in present for r in names.family(p)}
    for one in mentions:
        near = [
            o
            for o in like(one.entity)
            if o not in present and o not in about and fold(o) not in source and not names.entities[o].ambiguous
        ]
        if near:
            return statement[: one.start] + rng.choice(sorted(near)) + statement[one.end :]
    return None


def negation(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """ "not" put in, or taken out."""
    for pattern, new in (
        (r"\b(did|does|do) not (\w+)", None),
        (r"\b(is|are|was|were|can|may|must|could|would|will|has|had) not\b", r"\1"),
        (r"\bcannot\b", "can"),
    ):
        if match := re.search(pattern, statement):
            bare = match.expand(new) if new else _finite(match[1], match[2]) if match.lastindex == 2 else "can"
            return statement[: match.start()] + bare + statement[match.end() :]
    places = [(m.end(), m.end(), " not") for m in AUXILIARY.finditer(statement)]
    for forms, helper in ((THIRD, "does not"), (PAST, "did not")):
        for form, base in forms.items():
            for m in re.finditer(rf"(?<=[\w.”\"] )\b{form}\b(?! by\b)", statement):
                before = statement[: m.start()].split()[-1:]
                if (
                    before
                    and before[0].lower() not in "was were is are been be has have had it to which that and or".split()
                ):
                    places.append((m.start(), m.end(), f"{helper} {base}"))
    # The main clause alone: what an attribution says, not that it says it.
    places = [
        p for p in places if not re.search(r"\b(?:says?|said|report(?:s|ed)?|according)\b", statement[p[0] : p[1]])
    ]
    if not places:
        return None
    start, end, new = rng.choice(places)
    return statement[:start] + new + statement[end:]


def _finite(helper: str, verb: str) -> str:
    past = {base: form for form, base in PAST.items()}
    third = {base: form for form, base in THIRD.items()}
    if helper == "did":
        return past.get(verb, verb + ("d" if verb.endswith("e") else "ed"))
    return third.get(verb, verb + "s") if helper == "does" else verb


def direction(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """More for less, before for after, rose for fell, and the other way round."""
    pairs = [*OPPOSITES, *((b, a) for a, b in OPPOSITES if "(" not in a)]
    rng.shuffle(pairs)
    source = " ".join(quotes).lower()
    for one, other in pairs:
        found = list(re.finditer(rf"\b{one}(?!\w)", statement))
        if found and not re.search(rf"\b{other}\b", source) and not re.search(rf"\b{other}\b", statement):
            if one == "first" and "first" not in source:
                continue
            match = rng.choice(found)
            return statement[: match.start()] + other + statement[match.end() :]
    return None


def swapped(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Two names of one kind in each other's place: who did what to whom."""
    mentions = names.mentions(statement)
    pairs = [
        (a, b)
        for i, a in enumerate(mentions)
        for b in mentions[i + 1 :]
        if a.entity != b.entity
        and names.entities[a.entity].kind == names.entities[b.entity].kind
        and not _listed(statement, a, b, mentions)
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    one, other = statement[a.start : a.end], statement[b.start : b.end]
    return statement[: a.start] + other + statement[a.end : b.start] + one + statement[b.end :]


def _listed(statement: str, a: Mention, b: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether both stand in one list ("X, Y and Z"), so that their order says nothing."""
    between = statement[a.end : b.start]
    for m in mentions:
        if a.end <= m.start and m.end <= b.start:
            between = between.replace(statement[m.start : m.end], "")
    return not re.sub(
        r"\b(?:and|or|both|nor|as|well|with|by|like|from|plus|the|variants|of|between|also|those)\b|[\W\d_]",
        "",
        between,
    )


def exchanged(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Two figures of one kind in each other's place, where two names stand too."""
    named = names.mentions(statement)
    told = [
        f
        for f in figures(statement)
        if f.kind != "date"
        and not any(m.start <= f.end and f.start <= m.end + 1 for m in named)
        and not re.search(r"\b(?:Season|version|SDK|Part) $", statement[: f.start])
    ]
    if len({m.entity for m in named}) < 2:
        return None
    pairs = [
        (f, g)
        for i, f in enumerate(told)
        for g in told[i + 1 :]
        if f.kind == g.kind
        and f.value != g.value
        and not re.fullmatch(r"(?: to| or|-|–)+ ?", statement[f.end : g.start])
    ]
    pairs = [
        (f, g) for f, g in pairs if len(names.named(statement[f.end : g.start])) or ";" in statement[f.end : g.start]
    ]
    if not pairs:
        return None
    f, g = rng.choice(pairs)
    return statement[: f.start] + g.text + statement[f.end : g.start] + f.text + statement[g.end :]


def misquoted(statement: str, quotes: Sequence[str], names: Vocabulary, rng: random.Random) -> str | None:
    """Words in quotation marks that nobody wrote: three to six words of the source, one of them another."""
    words = rng.choice(list(quotes)).split()
    plain = [i for i in range(len(words) - 5) if all(re.fullmatch(r"[a-z]{3,}", w) for w in words[i : i + 3])]
    if not plain:
        return None
    at = rng.choice(plain)
    said = words[at : at + rng.randint(3, 5)]
    said[1] = rng.choice([w for w in "wholly secretly barely openly later cheaply".split() if w not in words])
    return f'{statement.rstrip(".")}, in its words "{" ".join(w.strip(".,;:") for w in said)}".'


ALTERATIONS: dict[str, Alteration] = {
    "figure": figure,
    "unit": unit,
    "date": date,
    "name": name,
    "version": version,
    "unknown name": stranger,
    "negation": negation,
    "direction": direction,
    "swapped names": swapped,
    "exchanged figures": exchanged,
    "invented quotation": misquoted,
}
