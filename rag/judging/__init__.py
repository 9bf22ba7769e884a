"""Whether a statement stands in its quotes. One check a file; each takes both texts apart (`Told`) and gives reasons.

What is checked: quotations, figures and dates with their units and bounds, names, negation, opposites, who did what;
then how much of the content stands there at all, by `support`, a score in [0, 1] that may be passed in.
"""

import re
from collections.abc import Callable, Sequence

from rag.judging import _amounts, _attribution, _direction, _names, _polarity, _quotations, _roles
from rag.judging._told import Told
from rag.lexical import STOPWORDS, terms
from rag.records import Verdict
from rag.vocabulary import Vocabulary

Support = Callable[[str, str], float]
Context = Callable[[], str]
WEAK_SUPPORT, FULL_SUPPORT = 0.34, 0.68
# Longer than any sentence; what is longer is not judged, so that the time stays linear in the text.
LONGEST_STATEMENT, LONGEST_SOURCE = 1_200, 6_000


def word_support(statement: str, quote: str) -> float:
    """The share of the statement's content terms that stand in the quote, in [0, 1]; 1 when it has none."""
    wanted = [t for t in dict.fromkeys(terms(statement)) if t not in STOPWORDS]
    have = set(terms(quote))
    return sum(t in have for t in wanted) / len(wanted) if wanted else 1.0


class Judge:
    """Gives verdicts; `support(statement, quote)` in [0, 1] scores content beyond figures and names."""

    def __init__(self, vocabulary: Vocabulary, support: Support = word_support) -> None:
        self._vocabulary = vocabulary
        self._support = support

    def __call__(
        self, statement: str, quotes: Sequence[str], context: Context | None = None
    ) -> tuple[Verdict, tuple[str, ...]]:
        """The verdict on a statement over its quotes, with the reasons when it is not `supported`.

        `context` gives the text around the quotes; a name may stand there when the quotes only refer back to it.
        A statement that is one of its quotes, word for word, is supported at once.
        """
        if not quotes:
            return "unsupported", ("no quote from an article stands under this sentence",)
        if any(folded(statement) == folded(q) for q in quotes):
            return "supported", ()
        joined = " ".join(quotes)
        if len(statement) > LONGEST_STATEMENT or len(joined) > LONGEST_SOURCE:
            return "unsupported", (
                f"too long to be held against its source ({max(len(statement), len(joined))} characters)",
            )
        if reasons := self.faults(statement, joined, context):
            return "unsupported", tuple(reasons)
        support = self._support(statement, joined)
        if support < WEAK_SUPPORT:
            return "unsupported", ("the source says little of what this sentence says",)
        return ("supported", ()) if support >= FULL_SUPPORT else ("partly", ("only part of this stands in the source",))

    def faults(self, statement: str, source: str, context: Context | None = None) -> list[str]:
        """What in the statement the source contradicts or does not hold, a reason each, whatever the support."""
        told, have = Told(statement, self._vocabulary), Told(source, self._vocabulary)
        reasons = [*_quotations.unfounded(told, have), *_amounts.unfounded(told, have)]
        reasons += _names.unfounded(told, have, context)
        for check in (_polarity, _direction, _roles, _attribution):
            reasons += [] if reasons else check.unfounded(told, have)
        return reasons


def folded(text: str) -> str:
    """`text` with single blanks: what "word for word" compares."""
    return re.sub(r"\s+", " ", text).strip()
