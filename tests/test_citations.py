from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import Judge, compose, known_since, place, prove, word_support
from rag.passages import cut
from rag.records import Answer, Article, Draft, DraftStatement, Passage, Short, Span, Statement
from rag.sources.markdown import read
from rag.vocabulary import Entity, Vocabulary

NAMES = Vocabulary(
    (
        Entity(name="Runway", kind="company"),
        Entity(name="Gen-4", kind="model", maker="Runway"),
        Entity(name="Google", kind="company"),
        Entity(name="Veo 3", kind="model", maker="Google"),
    )
)
judge = Judge(NAMES)
ARTICLE = read(
    b"""---
title: Gen-4
slug: gen-4
published: 2026-11-22
---

Gen-4 makes clips of 5 or 10 seconds.[^a] Gen-4 was announced by Runway on 31 March 2025.[^a][^b]

Gen-4 costs 12 credits per second. Runway raised $308 million for it.

[^a]: TechCrunch, "One", 2025-03-31, https://example.org/a ; since: 2025-03-31
[^b]: Runway, "Two", 2025-04, https://example.org/b ; since: 2025-04
""",
    "gen-4.md",
)
PASSAGES = cut(ARTICLE)
SENTENCES = [s for p in PASSAGES for s in p.sentences]


def article(slug: str) -> Article:
    return {"gen-4": ARTICLE}[slug]


def standing(slug: str) -> Article | None:
    return ARTICLE if slug == "gen-4" else None


def passages(slug: str) -> tuple[Passage, ...]:
    return PASSAGES


def span(start: int, end: int) -> Span:
    return Span(article="gen-4", start=start, end=end, text=ARTICLE.text[start:end])


def quote(number: int) -> Span:
    return span(SENTENCES[number].start, SENTENCES[number].end)


def answer(*proposed: DraftStatement, short: Span | None = None) -> Answer:
    draft = Draft(statements=proposed, short=short)
    statements, citations, placed = place(draft, article, passages, judge)
    return Answer(
        question="q",
        understood_as="q",
        answered=bool(citations),
        text=compose(statements),
        mode="",
        as_of=None,
        generation="g",
        statements=statements,
        citations=citations,
        short=placed,
    )


def said(text: str, *spans: Span) -> DraftStatement:
    return DraftStatement(text=text, spans=spans)


@given(st.lists(st.tuples(st.integers(-5, 250), st.integers(-5, 250)), max_size=6))
def test_every_citation_quotes_its_article(places: list[tuple[int, int]]) -> None:
    given_spans = [Span(article="gen-4", start=a, end=b, text=ARTICLE.text[max(0, a) : max(0, b)]) for a, b in places]
    made = answer(*(said("A statement.", s) for s in given_spans))
    assert all(ARTICLE.text[c.start : c.end] == c.quote for c in made.citations)
    assert all(c.quote and 0 <= c.start < c.end for c in made.citations)
    assert [c.number for c in made.citations] == list(range(1, len(made.citations) + 1))
    assert {n for s in made.statements for n in s.citations} == {c.number for c in made.citations}


@pytest.mark.parametrize("shift", [-1, 1, 1000, -1000])
def test_a_span_that_does_not_stand_at_its_offsets_is_no_citation(shift: int) -> None:
    moved = replace(quote(1), start=quote(1).start + shift, end=quote(1).end + shift)
    made = answer(said(moved.text, moved))
    assert made.citations == ()
    assert made.statements[0].verdict == "unsupported"


def test_numbers_are_given_in_order_of_first_use_one_a_span() -> None:
    made = answer(said("A.", quote(2)), said("B.", quote(0), quote(2)), said("C.", quote(0), quote(0)))
    assert [s.citations for s in made.statements] == [(1,), (2, 1), (2,)]
    assert [c.quote for c in made.citations] == [quote(2).text, quote(0).text]


def test_a_citation_carries_its_passage_its_references_and_when_it_was_known() -> None:
    dated, undated = answer(said("A.", quote(1)), said("B.", quote(3))).citations
    assert dated.passage == PASSAGES[0].id
    assert [r.label for r in dated.references] == ["a", "b"]
    assert (dated.known_since, undated.known_since) == ("2025-04", "2026-11-22")
    assert undated.references == ()
    assert known_since((), replace(ARTICLE, published=None)) is None


def test_the_short_answer_stands_inside_a_citation_or_there_is_none() -> None:
    at = ARTICLE.text.index("12 credits")
    inside = answer(said("A.", quote(2)), short=span(at, at + 10))
    assert inside.short == Short(text="12 credits", citation=1, start=at, end=at + 10)
    assert answer(said("A.", quote(0)), short=span(at, at + 10)).short is None


@pytest.mark.parametrize("number", range(len(SENTENCES)))
def test_a_quote_supports_itself(number: int) -> None:
    assert judge(quote(number).text, [quote(number).text]) == ("supported", ())


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("Gen-4 clips are five or ten seconds.", 0),
        ("Runway announced Gen-4 on March 31, 2025.", 1),
        ("Runway's Gen-4 was announced in March 2025.", 1),
        ("Runway raised 308 million dollars.", 3),
    ],
)
def test_the_same_in_other_words_is_supported(statement: str, number: int) -> None:
    assert judge(statement, [quote(number).text]) == ("supported", ())


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        ("Gen-4 makes clips of 5 or 16 seconds.", 0, "16 seconds: the source says 5, 10 seconds"),
        ("Gen-4 makes clips of 5 or 10 minutes.", 0, "10 minutes"),
        ("Gen-4 was announced by Runway on 30 March 2025.", 1, "30 March 2025: the source says 31 March 2025"),
        ("Gen-4 was announced by Runway on 31 March 2024.", 1, "31 March 2024"),
        ("Veo 3 was announced by Runway on 31 March 2025.", 1, "Veo 3: not in the source"),
        ("Gen-4 was announced by Google on 31 March 2025.", 1, "Google: not in the source"),
        ("Gen-4 was announced by MoonFrame Labs on 31 March 2025.", 1, "MoonFrame Labs: not in the source"),
        ("Gen-4 costs 12 dollars per second.", 2, "12 dollars: the source says 12 credits"),
        ("Gen-4 never costs 12 credits per second.", 2, "denies"),
        ("Runway raised $308 billion for it.", 3, "$308 billion: the source says $308 million"),
        ("Runway raised €308 million for it.", 3, "€308 million"),
        ("Critics loved the colours, the sound and the stories of it.", 0, "little"),
    ],
)
def test_a_planted_fault_is_judged_and_named(statement: str, number: int, reason: str) -> None:
    verdict, reasons = judge(statement, [quote(number).text])
    assert verdict == "unsupported"
    assert reason in "; ".join(reasons)


def test_half_of_what_is_said_is_support_in_part() -> None:
    verdict, reasons = judge(
        "Gen-4 makes clips of 10 seconds and pleases most critics with fine colours.", [quote(0).text]
    )
    assert (verdict, bool(reasons)) == ("partly", True)


def test_a_statement_without_a_quote_is_unsupported() -> None:
    assert judge("Gen-4 makes clips.", [])[0] == "unsupported"


@given(st.text(max_size=80), st.text(max_size=80))
def test_word_support_is_a_share(statement: str, source: str) -> None:
    assert 0 <= word_support(statement, source) <= 1
    assert word_support(statement, statement) == 1


def proven() -> Answer:
    at = ARTICLE.text.index("12 credits")
    return answer(said(quote(2).text, quote(2)), said(quote(1).text, quote(1)), short=span(at, at + 10))


def test_an_answer_as_it_was_given_is_proven() -> None:
    assert prove(proven(), standing, judge) == []


def statement(text: str) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, statements=(replace(a.statements[0], text=text), *a.statements[1:]))


def cited(**fields: object) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, citations=(replace(a.citations[0], **fields), *a.citations[1:]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (cited(quote="Gen-4 costs 13 credits per second."), "does not read 'Gen-4 costs 13 credits per second.'"),
        (cited(start=0), "[1] gen-4 0-"),
        (cited(start=-5, end=-1, quote="r it"), "[1] gen-4 -5--1"),
        (cited(start=0, end=0, quote=""), "[1] gen-4 0-0"),
        (lambda a: replace(a, text=a.text.replace("12", "13")), "the running text"),
        (cited(article="gone"), "'gone' is no longer in the corpus"),
        (cited(number=2), "same number"),
        (statement("Gen-4 costs 13 credits per second."), "'Gen-4 costs 13 credits per second.' is marked supported"),
        (lambda a: replace(a, citations=a.citations[1:]), "is not in the list of citations"),
        (lambda a: replace(a, short=replace(a.short, text="13 credits")), "the short answer '13 credits'"),
        (lambda a: replace(a, short=replace(a.short, citation=9)), "in citation [9]"),
        (lambda a: replace(a, short=replace(a.short, start=a.short.start - 1)), "the short answer"),
        (
            lambda a: replace(a, statements=(Statement(text="New.", citations=(), verdict="supported"),)),
            "'New.' is marked supported and judged unsupported",
        ),
    ],
)
def test_a_tampered_answer_fails_its_proof_and_the_sentence_is_named(
    tamper: Callable[[Answer], Answer], named: str
) -> None:
    assert named in "\n".join(prove(tamper(proven()), standing, judge))


def test_a_quote_that_moved_is_told_where_it_stands_now() -> None:
    moved = replace(ARTICLE, text="New first line.\n\n" + ARTICLE.text)
    at = quote(2).start + 17
    assert f"it stands at {at}-{at + len(quote(2).text)} now" in prove(proven(), lambda slug: moved, judge)[0]


def test_a_changed_article_whose_span_still_reads_the_same_is_proven() -> None:
    changed = replace(ARTICLE, text=ARTICLE.text + "\n\nNew last line.")
    assert prove(proven(), lambda slug: changed, judge) == []


def test_an_article_that_is_gone_fails_the_proof() -> None:
    assert len(prove(proven(), lambda slug: None, judge)) == 2
