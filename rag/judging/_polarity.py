"""Negation: what the source says must not be denied, what it denies must not be said."""

import re
from dataclasses import dataclass
from itertools import islice

from rag.judging._told import Told, key

_NOT = re.compile(
    r"\b(?:not|never|none|neither|nor|cannot|nothing|nobody|nowhere|without|non(?=-)"
    r"|no(?! (?:more|less|fewer|later|longer than)\b|\. ?\d))\b"
    r"|n't\b",
    re.I,
)
_NOT_ONLY = re.compile(r"\b(?:not (?:only|more than|less than|later than|just)|whether or not)\b", re.I)
# Words that deny without "not".
_DENYING = re.compile(
    r"\b(?:un(?:disclosed|known|clear|available|defined|verified|settled|licensed|resolved|decided|enforceable|named|comparable|related|able)"
    r"|in(?:compatible|comparable)|impossible|illegal|lack\w*|absen\w*|missing"
    r"|exclud\w*|except\w*|exempt\w*|unless|refus\w*|reject\w*"
    r"|den(?:y|ies|ied|ial)|dismiss\w*|fail(?:s|ed)?|forb[ai]d\w*|bann?(?:ed|s)?|prohibit\w*|bars|barred|false|contradict\w*|off-limits"
    r"|(?:left|leaves?|leaving|leave) (?:out|open)|omit\w*|turned down|silent\w*|mute|against|drop(?:s|ped)"
    r"|struck down|overturn\w*)\b",
    re.I,
)
# Words that may stand for a denial in other words; alone they deny nothing.
_LIMITING = re.compile(
    r"\b(?:only|just|merely|rather than|instead|other than|outside|apart from|kept|keeps?|withh\w*|free|carve\w*|hardly"
    r"|barely|longer"
    r"|abandon\w*|g[ai]ve\w* up|stopp?\w*|remov\w*|contrary|withdr\w*|retire\w*|end(?:s|ed|ing)?"
    r"|overstat\w*|exaggerat\w*|gets? by"
    r"|exclusive\w*|restrict\w*|limit\w*|violat\w*|zero|stays?|remains?|disput\w*|disagree\w*|differ\w*"
    r"|separate\w*|block\w*|breach\w*"
    r"|bound|both|independen\w*|pending|bypass\w*|anything|any|beyond|less|lost)\b",
    re.I,
)
_CLAUSE = re.compile(
    r"[.;:,()](?!\d)|\b(?:but|while|whereas|although|though|because|since|(?<=, )(?:which|who)|yet|so that|as)\b", re.I
)
_SCOPE, _WINDOW = 6, 8
MOST = 30  # denials of one text that are looked at


@dataclass(frozen=True, slots=True)
class _Denial:
    """What one "not" denies: the words after it in its clause, or before it when none follow; `clause`: all of its words."""

    words: frozenset[str]
    clause: frozenset[str]


def unfounded(told: Told, source: Told) -> list[str]:
    """A reason when statement and source deny each other, else none."""
    shared = _denying(told).keys() & _denying(source).keys()
    said, said_so, undone = _denials(told, shared)
    have, have_so, _ = _denials(source, shared)
    if any(2 * len(one & other) >= min(len(one), len(other)) for one in undone for other in have_so):
        return ["this sentence denies what the source says"]
    said, have = _unanswered(said, have)
    said = [d for d in said if not _met(d, [*have_so, *_limits(source, told)])]
    have = [d for d in have if not _met(d, [*said_so, *_limits(told, source)])]
    if any(_asserted(d, source) for d in said):
        return ["this sentence denies what the source says"]
    if any(_asserted(d, told) for d in have):
        return ["the source denies what this sentence says"]
    return []


def _denials(told: Told, shared: set[str]) -> tuple[list[_Denial], list[frozenset[str]], list[frozenset[str]]]:
    """The explicit denials; the words around each other word that denies and that only this text has; those around such
    words that a "not" takes back: "not banned" denies nothing.
    """
    text = _NOT_ONLY.sub(lambda m: "_" * len(m.group()), told.text)
    others = {k: at for k, at in _denying(told).items() if k not in shared}
    found, undone = [], []
    for match in islice(_NOT.finditer(text), MOST):
        stop = _CLAUSE.search(text, match.end())
        end = stop.start() if stop else len(text)
        words = told.between(match.end(), end)[:_SCOPE]
        taken_back = next((k for k in words[:3] if k in others), None)
        if taken_back:
            undone.append(_window(told, others.pop(taken_back)))
            continue
        starts = [m.end() for m in _CLAUSE.finditer(text, 0, match.start())]
        before = told.between(starts[-1] if starts else 0, match.start())
        words = words or before[-5:]
        if match.group().lower() == "non":
            words = words[:1]
        found.append(_Denial(frozenset(words), frozenset([*words, *before])))
    return found, [_window(told, at) for at in others.values()], undone


def _denying(told: Told) -> dict[str, tuple[int, int]]:
    return {key(m.group().split(" ")[0]): m.span() for m in _DENYING.finditer(told.text)}


def _limits(told: Told, other: Told) -> list[frozenset[str]]:
    """The words around each limiting word of `told` that the other text does not have."""
    return [
        _window(told, m.span()) for m in islice(_LIMITING.finditer(told.text), MOST) if not _same_word(m.group(), other)
    ]


def _same_word(word: str, other: Told) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}\b", other.text, re.I))


def _window(told: Told, at: tuple[int, int]) -> frozenset[str]:
    words = [w for w in told.words if not w.empty]
    before = [w.key for w in words if w.end <= at[0]][-_WINDOW:]
    return frozenset(before + [w.key for w in words if w.start >= at[0]][: _WINDOW + 1])


def _unanswered(said: list[_Denial], have: list[_Denial]) -> tuple[list[_Denial], list[_Denial]]:
    """Denials left on either side once each is paired with one about the same words, the best pairs first."""
    pairs = sorted(
        ((_shared(d, e), i, k) for i, d in enumerate(said) for k, e in enumerate(have)),
        key=lambda p: (-p[0], p[1], p[2]),
    )
    left, right = set(range(len(said))), set(range(len(have)))
    for share, i, k in pairs:
        if share > 0 and i in left and k in right:
            left.discard(i)
            right.discard(k)
    # "neither fines nor prison" is two denials, "no fines or prison" one of both.
    said_all, have_all = (frozenset().union(*(d.words for d in denials)) for denials in (said, have))
    return (
        [said[i] for i in sorted(left) if not said[i].words <= have_all],
        [have[k] for k in sorted(right) if not have[k].words <= said_all],
    )


def _shared(one: _Denial, other: _Denial) -> float:
    direct: float = len(one.words & other.words)
    direct += direct / max(1, len(one.words | other.words))
    around = max(
        len(one.words & other.clause) / max(1, len(one.words)), len(other.words & one.clause) / max(1, len(other.words))
    )
    return direct + around if direct or around >= 0.5 else 0.0


def _met(denial: _Denial, windows: list[frozenset[str]]) -> bool:
    return any(2 * len(denial.words & near) >= len(denial.words) for near in windows)


def _asserted(denial: _Denial, other: Told) -> bool:
    """Whether the other text speaks of what is denied at all; a denial of something else is left to the support."""
    return bool(denial.words) and 2 * sum(w in other.keys for w in denial.words) >= len(denial.words)
