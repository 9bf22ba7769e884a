"""The default answerer: sentences of the articles, most direct first, at most five, no near-duplicates."""

from rag.lexical import terms
from rag.questions import Asked
from rag.records import Draft, DraftStatement, Evidence, Question, Reading, Span
from rag.settings import Settings

THRESHOLD = 0.5
MOST = 3
WINDOW = 0.72
ALIKE = 0.75


class Extractive:
    """Quotes; no model, no server, no network."""

    def answer(self, question: Question, asked: Asked, reading: Reading) -> Draft:
        """The best sentences as statements, or a refusal when the reading does not carry an answer."""
        if not reading.evidence or reading.answerable < THRESHOLD:
            return Draft(statements=(), reason="not in the articles", missing=reading.missing)
        chosen = _choose(reading.evidence)
        statements = tuple(
            DraftStatement(
                text=e.sentence.text,
                spans=(
                    Span(article=e.passage.article, start=e.sentence.start, end=e.sentence.end, text=e.sentence.text),
                ),
            )
            for e in chosen
        )
        return Draft(statements=statements, short=reading.short)


def _choose(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    chosen: list[Evidence] = []
    floor = evidence[0].score * WINDOW
    for candidate in evidence:
        if len(chosen) == MOST or candidate.score < floor:
            break
        words = set(terms(candidate.sentence.text))
        if not any(_overlap(words, set(terms(c.sentence.text))) > ALIKE for c in chosen):
            chosen.append(candidate)
    return chosen


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def CHOICE(settings: Settings) -> Extractive:
    """The extractive answerer; it has no settings."""
    return Extractive()
