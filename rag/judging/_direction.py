"""Opposites: rose or fell, cheaper or dearer, before or after, allowed or forbidden."""

import re

from rag.judging._told import Told

# (one side, other side, whether turning the sentence round turns the word round: "A is faster than B", "B is slower than A")
_PAIRS: list[tuple[str, str, bool]] = [
    (
        r"rose|risen|rises?|rising|grew|grow[ns]?|increas\w*|climb\w*|lift\w*",
        r"fell|fall(?:s|en|ing)?|declin\w*|decreas\w*|shr[aiu]nk|lower(?:s|ed|ing)?|reduc\w*|down from",
        True,
    ),
    (r"faster|fastest|quicker|speeds? up|sped up|speed-up", r"slower|slowest|slows? down|slowed", True),
    (r"cheaper|cheapest|less expensive", r"dearer|dearest|pricier|more expensive|costlier|most expensive", True),
    (r"higher|highest|above|top(?:s|ped)?", r"lower|lowest|below|under|bottom", True),
    (r"larger|largest|bigger|biggest|greater|greatest", r"smaller|smallest|least", True),
    (r"longer|longest", r"shorter|shortest", True),
    (r"more|over|exceeds?", r"less|fewer|under", True),
    (r"before|ahead of|earlier|prior to|preceding", r"after|behind|later|following|followed", True),
    (r"first|initially|at first", r"last|finally|lastly", False),
    (r"newest|latest|most recent", r"oldest|earliest", False),
    (r"best|strongest", r"worst|weakest", False),
    (
        r"began|begins?|beginning|start(?:s|ed|ing)?|launch\w*|came into force|opened",
        r"end(?:s|ed|ing)|clos(?:es|ed|ing)|shut\w*|stopp?(?:s|ed|ing)?|discontinu\w*",
        False,
    ),
    (r"allow\w*|permit\w*|lets?", r"forbid\w*|forbade|bann(?:s|ed)|prohibit\w*|bars?|barred", False),
    (
        r"grant(?:s|ed)?|accept(?:s|ed)?|upheld|approv\w*",
        r"den(?:y|ies|ied|ial)|reject\w*|dismiss\w*|turned down|refus\w*",
        False,
    ),
    (r"bought|buys?|acquir\w*", r"sold|sells?", True),
    (r"includ\w*|cover(?:s|ed|ing)?", r"exclud\w*|left out|leaves? out|leaving out|exempt\w*", False),
    (r"with", r"without", False),
    (r"won|wins|beat|beats|leads?|led|ahead", r"lost|loses|trail(?:s|ed)?|behind", True),
    (r"confirm\w*", r"den(?:y|ies|ied)", False),
    (r"succe\w*", r"fail(?:s|ed)", False),
    (r"rais(?:es|ed|ing)|lift\w*|increas\w*", r"lower(?:s|ed|ing)|reduc\w*|cuts?|cutting|shorten\w*", False),
    (r"maximum|most|up to", r"minimum|at least", False),
    (r"permissive|free", r"paid|forbidden", False),
    (r"allowed", r"forbidden|not allowed", False),
    (r"doubled|twice", r"halved|half", False),
]
_COMPILED = [(re.compile(rf"\b(?:{a})\b", re.I), re.compile(rf"\b(?:{b})\b", re.I), turns) for a, b, turns in _PAIRS]
_DENIED = re.compile(r"\b(?:not|no|never|without|cannot|neither|nor|than)\b|n't\b", re.I)
_REACH = 5


def unfounded(told: Told, source: Told) -> list[str]:
    """A reason for each word of the statement whose opposite the source has in the same place, and not the word itself."""
    found = []
    for one, other, turns in _COMPILED:
        for here, there in ((one, other), (other, one)):
            said, opposite = here.search(told.text), there.search(source.text)
            if not said or not opposite or here.search(source.text) or there.search(told.text):
                continue
            if (
                _near_denial(told, said)
                or _near_denial(source, opposite)
                or not _same_place(told, said, source, opposite, turns)
            ):
                continue
            found.append(f'"{said.group()}": the source says "{opposite.group()}"')
    return found


def _near_denial(told: Told, match: re.Match[str]) -> bool:
    """ "did not fall" against "rose": opposites that a denial may have made equal again."""
    return bool(_DENIED.search(told.text[max(0, match.start() - 25) : match.start()]))


def _same_place(told: Told, said: re.Match[str], source: Told, opposite: re.Match[str], turns: bool) -> bool:
    """Whether both words stand between the same words in the same order; turned round, opposites say the same."""
    before, after = _around(told, said)
    earlier, later = _around(source, opposite)
    straight = len(before & earlier) + len(after & later)
    turned = len(before & later) + len(after & earlier)
    if straight + turned == 0:
        return False
    return straight >= turned if turns else True


def _around(told: Told, match: re.Match[str]) -> tuple[set[str], set[str]]:
    words = [w for w in told.words if not w.empty]
    before = [w.key for w in words if w.end <= match.start()][-_REACH:]
    after = [w.key for w in words if w.start >= match.end()][:_REACH]
    return set(before), set(after)
