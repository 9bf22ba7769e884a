"""Who did what, and what belongs to whom: names and figures that stand in each other's place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.judging._attribution import tellers
from rag.judging._told import Told

REACH = 3


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A name or figure that stands once in a text; `sort` is what makes two of them exchangeable."""

    what: str
    sort: str
    start: int
    end: int


def unfounded(told: Told, source: Told) -> list[str]:
    """A reason when two names or figures of the statement have changed places against the source, else none."""
    said, have = _anchors(told), _anchors(source)
    shared = sorted(said.keys() & have.keys())[:MOST]
    skip = tellers(told) | tellers(source)
    for a, b in combinations(shared, 2):
        one, two = said[a], said[b]
        if (
            one.sort != two.sort
            or one.sort == BARE
            or {a, b} & skip
            or _listed(told, one, two)
            or _listed(source, have[a], have[b])
        ):
            continue
        if _crossed(told, (one, two), source, (have[a], have[b])):
            return [f"{one.what} and {two.what} have changed places against the source"]
    return _parity(told, said, source, have, [n for n in shared if n not in skip])


def _anchors(told: Told) -> dict[str, _Anchor]:
    """Names by their entity and figures by their value, those that stand once."""
    found: dict[str, list[_Anchor]] = {}
    for m in told.mentions:
        entity = told.vocabulary.entities.get(m.entity)
        sort = entity.kind if entity else "name"
        sort = "company" if sort == "organisation" else sort
        found.setdefault(m.entity, []).append(_Anchor(told.text[m.start : m.end], sort, m.start, m.end))
    taken = [(m.start, m.end) for m in told.mentions]
    for f in told.figures:
        if not any(a < f.end and f.start < b for a, b in taken):
            name = f"{f.kind if f.kind in ('date', 'money', 'percent') else ''} {f.value}"
            found.setdefault(name, []).append(_Anchor(f.text, f"figure {f.kind} {f.unit}", f.start, f.end))
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def _context(told: Told, anchor: _Anchor, other: _Anchor) -> list[tuple[str, int]]:
    """The words with meaning around an anchor and how near each is; neither anchor itself."""
    words = [w for w in told.words if not w.empty and not any(a.start <= w.start < a.end for a in (anchor, other))]
    low, high = (other.end, len(told.text)) if other.start < anchor.start else (0, other.start)
    before = [w.key for w in words if low <= w.start and w.end <= anchor.start][-REACH:][::-1]
    after = [w.key for w in words if anchor.end <= w.start and w.end <= high][:REACH]
    return [(k, REACH - i) for group in (before, after) for i, k in enumerate(group)]


def _alike(one: Sequence[tuple[str, int]], other: Sequence[tuple[str, int]]) -> int:
    best: dict[str, int] = {}
    for k, near in other:
        best[k] = max(near, best.get(k, 0))
    return sum(min(near, best.get(k, 0)) for k, near in one)


def _crossed(told: Told, said: tuple[_Anchor, _Anchor], source: Told, have: tuple[_Anchor, _Anchor]) -> bool:
    """Whether each stands among the words that the other stands among in the source, and plainly so."""
    a, b = _context(told, said[0], said[1]), _context(told, said[1], said[0])
    c, d = _context(source, have[0], have[1]), _context(source, have[1], have[0])
    straight, crossed = _alike(a, c) + _alike(b, d), _alike(a, d) + _alike(b, c)
    if (said[0].start < said[1].start) == (have[0].start < have[1].start):
        straight += KEPT if said[0].sort[:6] != "figure" else KEPT_FIGURES
    return crossed >= straight + MARGIN and crossed >= 2 * straight


MOST = 24  # names and figures that are compared
# By how much the crossed reading must win, and what the same order in both texts counts for the straight one.
MARGIN, KEPT, KEPT_FIGURES = 6, 2, 8
BARE = "figure number "


def _listed(told: Told, one: _Anchor, two: _Anchor) -> bool:
    """Whether both stand in one list, where their order says nothing."""
    first, second = sorted((one, two), key=lambda x: x.start)
    between = told.text[first.end : second.start]
    for m in told.mentions:
        if first.end <= m.start and m.end <= second.start:
            between = between.replace(told.text[m.start : m.end], "")
    return not re.sub(r"\b(?:and|or|both|nor|as|well|from|to|the|like)\b|[\W\d_]", "", between)


def _parity(
    told: Told, said: dict[str, _Anchor], source: Told, have: dict[str, _Anchor], shared: Sequence[str]
) -> list[str]:
    """Two names and two figures pair off in order, first with first; told in another order, both orders must turn."""
    names = [n for n in shared if said[n].sort[:6] != "figure"]
    values = [n for n in shared if said[n].sort[:6] == "figure"]
    for a, b in combinations(names, 2):
        if said[a].sort != said[b].sort:
            continue
        for f, g in combinations(values, 2):
            if (
                said[f].sort != said[g].sort
                or not _paired(told, said, a, b, f, g)
                or not _paired(source, have, a, b, f, g)
            ):
                continue
            turned = [(x[a].start < x[b].start) == (x[f].start < x[g].start) for x in (said, have)]
            if turned[0] != turned[1]:
                return [f"{said[f].what} and {said[g].what} have changed places against the source"]
    return []


def _paired(told: Told, places: dict[str, _Anchor], a: str, b: str, f: str, g: str) -> bool:
    """Whether the four pair off: name and figure by turns, or both names and then both figures, each in a list.

    Nothing of the same sort may stand between or beside them that could claim one of the figures.
    """
    for sort in (places[a].sort, places[f].sort):
        if sum(p.sort == sort for p in places.values()) != 2:
            return False
    order = "".join("f" if n in (f, g) else "n" for n in sorted((a, b, f, g), key=lambda n: places[n].start))
    lists = _listed(told, places[a], places[b]) and _listed(told, places[f], places[g])
    return order in ("nfnf", "fnfn") or (lists and order in ("nnff", "ffnn"))
