import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import cut
from rag.records import Article, Question, last_day
from rag.sources.markdown import read
from rag.visibility import Coverage, about, outlets, restricted, visible_sentences

ARTICLE = read(
    b"""---
title: Gen-4
publisher: Cutaway
published: 2026-11-22
topics: [Runway, models]
---

First.[^a] Second.[^b] Third.[^c] Fourth.

[^a]: TechCrunch, "One", 2025-03-31, https://example.org/a ; Reuters, "One", 2025-03-31, https://example.org/b ; since: 2025-03-31
[^b]: Runway, "Two", n.d., https://example.org/c ; since: 2025-04
[^c]: Reuters, "Three", 2026, https://example.org/d ; since: 2026
""",
    "gen-4.md",
)
(PASSAGE,) = cut(ARTICLE)
DATES = st.one_of(st.none(), st.dates().map(str), st.dates().map(lambda d: str(d)[:7]))


def seen(**filters: str | None) -> list[str]:
    return [s.text for s in visible_sentences(PASSAGE, ARTICLE, Question(text="q", **filters))]


def test_without_a_filter_all_is_visible() -> None:
    assert seen() == ["First.", "Second.", "Third.", "Fourth."]
    assert not restricted(Question(text="q", second="again"))


@pytest.mark.parametrize(
    ("as_of", "count"),
    [
        ("2025-03-30", 0),
        ("2025-03-31", 1),
        ("2025-03", 1),
        ("2025-04-29", 1),
        ("2025-04", 2),
        ("2026-11-21", 2),
        ("2026", 4),
    ],
)
def test_what_was_known_later_is_hidden_sentence_by_sentence(as_of: str, count: int) -> None:
    assert seen(as_of=as_of) == ["First.", "Second.", "Third.", "Fourth."][:count]


@pytest.mark.parametrize(("since", "count"), [("2025-03-31", 4), ("2025-04-01", 3), ("2025-05", 2), ("2027", 0)])
def test_what_was_known_before_since_is_hidden(since: str, count: int) -> None:
    assert len(seen(since=since)) == count


@given(DATES, DATES)
def test_a_sentence_is_visible_when_its_last_day_lies_between_both_dates(since: str | None, as_of: str | None) -> None:
    def inside(day: str) -> bool:
        return (as_of is None or day <= last_day(as_of)) and (since is None or day >= since)

    expected = [s.text for s in PASSAGE.sentences if inside(last_day(s.known_since or ""))]
    assert seen(since=since, as_of=as_of) == expected


@pytest.mark.parametrize(
    ("publisher", "texts"),
    [("reuters", ["First.", "Third."]), ("techcrunch", ["First."]), ("Cutaway", ["Fourth."]), ("BBC", [])],
)
def test_an_outlet_shows_what_it_reported(publisher: str, texts: list[str]) -> None:
    assert seen(publisher=publisher) == texts


def test_outlets_of_a_sentence_are_those_of_its_references_else_of_the_article() -> None:
    starts = [s.start for s in PASSAGE.sentences]
    assert outlets(ARTICLE, starts[0]) == ("TechCrunch", "Reuters")
    assert outlets(ARTICLE, starts[3]) == ("Cutaway",)


def test_a_topic_shows_its_articles_whole_and_no_others() -> None:
    assert len(seen(topic="runway")) == 4
    assert seen(topic="Google") == []


def test_an_undated_sentence_is_hidden_by_any_date() -> None:
    article = read(b"No date here.", "a.md")
    (passage,) = cut(article)
    assert visible_sentences(passage, article, Question(text="q"))
    assert not visible_sentences(passage, article, Question(text="q", as_of="2999"))
    assert not visible_sentences(passage, article, Question(text="q", since="0001"))


def dated(slug: str, published: str | None = None, since: str | None = None) -> Article:
    front = f"---\npublished: {published}\ntopics: [{slug}, All]\n---\n" if published else ""
    note = f'[^a]\n\n[^a]: The Post, "T", 2025, https://x.org ; since: {since}\n' if since else "\n"
    return read(f"{front}A sentence of {slug}.{note}".encode(), f"{slug}.md")


@pytest.mark.parametrize(
    ("filters", "count", "newest"),
    [
        ({}, 3, "2026-12"),
        ({"as_of": "2026-11-07"}, 3, "2026-11-05"),
        ({"as_of": "2026"}, 3, "2026-12"),
        ({"as_of": "2020"}, 3, None),
        ({"topic": "ALL"}, 1, "2026-12"),
        ({"topic": "al"}, 0, None),
        ({"publisher": "post"}, 1, "2026-11-05"),
        ({"publisher": "post", "topic": "a"}, 0, None),
    ],
)
def test_what_is_searched_follows_topic_and_outlet_and_its_newest_date_is_none_that_is_hidden(
    filters: dict[str, str], count: int, newest: str | None
) -> None:
    coverage = Coverage([about(dated("a", "2026-12")), about(dated("b", since="2026-11-05")), about(dated("c"))])
    assert coverage.of(Question(text="q", **filters)) == (count, newest)
    assert coverage.of(Question(text="again", **filters)) == (count, newest)
