"""Draft -> numbered citations and judged statements, and the proof of an answer against its articles.

A citation is an address: `article.text[start:end] == quote`. Numbers are given in order of first use, one an (article,
span); a quote that cannot be placed is no citation. What a statement is worth over its quotes is judged in rag/judging/.
"""

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256

from rag.judging import Judge, folded, word_support
from rag.passages import cut
from rag.records import (
    Answer,
    Article,
    Citation,
    Draft,
    DraftStatement,
    Passage,
    Reference,
    Short,
    Source,
    Span,
    Statement,
    Verdict,
    last_day,
)

QUOTING = "extractive"

__all__ = ["Judge", "Placing", "cite", "compose", "known_since", "place", "prove", "reporters", "word_support"]


class Placing:
    """Numbers and judges statements one by one; a citation has its number for good once its statement is added."""

    def __init__(
        self, article: Callable[[str], Article], passages: Callable[[str], Sequence[Passage]], judge: Judge
    ) -> None:
        self._article, self._passages, self._judge = article, passages, judge
        self._numbered: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations so far, in the order of their numbers."""
        return tuple(self._numbered.values())

    def add(self, proposed: DraftStatement, *, keep: Callable[[Verdict], bool] = lambda _: True) -> Statement | None:
        """The judged statement, or None when `keep` refuses its verdict; then its quotes take no numbers.

        Spans whose text does not stand at their offsets are dropped, and the verdict says so.
        """
        spans = {(s.article, s.start, s.end): s for s in proposed.spans if self._stands(s)}
        around = partial(_around, list(spans.values()), self._article, self._passages)
        verdict, reasons = self._judge(proposed.text, [s.text for s in spans.values()], around)
        if not keep(verdict):
            return None
        for key, span in spans.items():
            if key not in self._numbered:
                number, source = len(self._numbered) + 1, self._article(span.article)
                self._numbered[key] = cite(number, span, source, self._passages(span.article))
        numbers = tuple(self._numbered[key].number for key in spans)
        return Statement(text=proposed.text, citations=numbers, verdict=verdict, reasons=reasons, group=proposed.group)

    def short(self, span: Span | None) -> Short | None:
        """The short answer, when one of the citations holds it."""
        return _short(span, self.citations)

    def _stands(self, span: Span) -> bool:
        text = self._article(span.article).text
        return 0 <= span.start < span.end <= len(text) and text[span.start : span.end] == span.text


def place(
    draft: Draft, article: Callable[[str], Article], passages: Callable[[str], Sequence[Passage]], judge: Judge
) -> tuple[tuple[Statement, ...], tuple[Citation, ...], Short | None]:
    """Number and judge a whole draft, as `Placing` does it."""
    placing = Placing(article, passages, judge)
    statements = tuple(s for proposed in draft.statements if (s := placing.add(proposed)))
    return statements, placing.citations, placing.short(draft.short)


def _around(
    places: Sequence[Span | Citation],
    article: Callable[[str], Article | None],
    passages: Callable[[str], Sequence[Passage]],
) -> str:
    """Title and passage of each place: where a name may stand that the quote itself only refers back to."""
    texts: list[str] = []
    for place in places:
        source = article(place.article)
        texts += [source.title] if source else []
        texts += [p.text for p in passages(place.article) if p.start <= place.start < p.end]
    return " ".join(dict.fromkeys(texts))


def _cut(article: Article | None) -> Sequence[Passage]:
    return cut(article) if article else ()


def cite(number: int, span: Span, article: Article, passages: Sequence[Passage]) -> Citation:
    """The citation of a span that stands in `article`, with the footnotes under it; `passages` are those of the article."""
    passage = next((p for p in passages if p.start <= span.start < p.end), None)
    under = tuple(r for r in article.references if r.start < span.end and span.start < r.end)
    return Citation(
        number=number,
        article=article.slug,
        passage=passage.id if passage else "",
        title=article.title,
        publisher=article.publisher,
        url=article.url,
        published=article.published,
        fetched=article.fetched,
        page=article.origin.page(span.start),
        known_since=known_since(under, article),
        start=span.start,
        end=span.end,
        quote=span.text,
        digest=sha256(article.text.encode()).hexdigest(),
        references=under,
    )


def known_since(references: Sequence[Reference], article: Article) -> str | None:
    """The latest `since` of the references under a quote, else the day the article was published, else None."""
    return max((r.since for r in references if r.since), key=last_day, default=article.published)


def _short(span: Span | None, citations: Sequence[Citation]) -> Short | None:
    if span is None:
        return None
    for c in citations:
        if c.article == span.article and c.start <= span.start and span.end <= c.end:
            return Short(text=span.text, citation=c.number, start=span.start, end=span.end)
    return None


def reporters(citation: Citation) -> tuple[Source, ...]:
    """The sources under the quote that name who published them; a footnote may be a bare remark."""
    return tuple(s for reference in citation.references for s in reference.sources if s.publisher)


def compose(statements: Sequence[Statement]) -> str:
    """The answer as running text, `[n]` after each statement."""
    return " ".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in statements)


def prove(answer: Answer, article: Callable[[str], Article | None], judge: Judge) -> list[str]:
    """What of an answer does not hold against the articles, a sentence a fault; empty when all is proven.

    Quotes, the short answer and verdicts are judged again; a changed article whose span still reads the same is proven.
    """
    faults: list[str] = []
    by_number = {c.number: c for c in answer.citations}
    if len(by_number) != len(answer.citations):
        faults.append("two citations carry the same number")
    for c in answer.citations:
        source = article(c.article)
        if source is None:
            faults.append(f"[{c.number}] the article {c.article!r} is no longer in the corpus: {c.quote!r}")
        elif source.text[c.start : c.end] != c.quote or not 0 <= c.start < c.end:
            at = source.text.find(c.quote)
            where = (
                f"it stands at {at}-{at + len(c.quote)} now" if at >= 0 and c.quote else "it stands nowhere in it now"
            )
            faults.append(f"[{c.number}] {c.article} {c.start}-{c.end} does not read {c.quote!r}; {where}")
    for s in answer.statements:
        cited = [by_number[n] for n in s.citations if n in by_number]
        quotes = [c.quote for c in cited]
        if len(quotes) < len(s.citations):
            faults.append(f"a citation of {s.text!r} is not in the list of citations")
        verdict, reasons = judge(s.text, quotes, partial(_around, cited, article, lambda slug: _cut(article(slug))))
        if answer.mode.startswith(QUOTING) and not any(folded(s.text) == folded(q) for q in quotes):
            faults.append(f"{s.text!r} is told as a quote and is none of its quotes")
        elif verdict != s.verdict:
            faults.append(
                f"{s.text!r} is marked {s.verdict} and judged {verdict}"
                + (f": {'; '.join(reasons)}" if reasons else "")
            )
    if answer.answered and answer.text != compose(answer.statements):
        faults.append(f"the running text {answer.text!r} is not that of the statements")
    return faults + _prove_short(answer, by_number)


def _prove_short(answer: Answer, by_number: dict[int, Citation]) -> list[str]:
    short = answer.short
    if short is None:
        return []
    cited = by_number.get(short.citation)
    inside = cited and cited.quote[short.start - cited.start : short.end - cited.start]
    if cited is None or inside != short.text or short.start < cited.start:
        return [f"the short answer {short.text!r} does not stand where it says, in citation [{short.citation}]"]
    return []
