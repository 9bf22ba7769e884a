import pytest

from rag.passages import cut
from rag.records import Article, Evidence, Reading
from rag.refusal import NEAREST, nearest, refuse, wording
from rag.sources.markdown import read

NOTHING = Reading(evidence=(), short=None, answerable=0.0)


def article(slug: str, published: str | None = None, since: str | None = None) -> Article:
    front = f"---\npublished: {published}\n---\n" if published else ""
    note = f'[^a]\n\n[^a]: A, "T", 2025, https://x.org ; since: {since}\n' if since else "\n"
    return read(f"{front}First sentence. Second sentence.{note}\n## More\n\nThird sentence.\n".encode(), f"{slug}.md")


def test_a_refusal_tells_what_was_searched_and_how_new_it_is() -> None:
    articles = [article("a", "2026-11"), article("b", "2026-10-31", since="2026-11-05")]
    refusal = refuse(["World Cup"], articles, None)
    assert (refusal.searched, refusal.newest, refusal.missing) == (2, "2026-11", ("World Cup",))
    assert refusal.reason == "not in the articles"


@pytest.mark.parametrize(("as_of", "newest"), [("2026-11-07", "2026-11-05"), ("2026", "2026-12"), ("2020", None)])
def test_the_newest_date_is_none_that_the_question_hides(as_of: str, newest: str | None) -> None:
    articles = [article("a", "2026-12"), article("b", since="2026-11-05")]
    assert refuse((), articles, as_of).newest == newest


def test_little_to_search_in_is_a_reason_of_its_own() -> None:
    assert refuse((), [article("a")], None).reason == "little"
    assert refuse((), [], None).searched == 0


def test_the_nearest_are_the_best_sentences_one_a_passage() -> None:
    passages = [p for slug in "abc" for p in cut(article(slug))]
    evidence = tuple(Evidence(passage=p, sentence=s, score=1.0) for p in passages for s in p.sentences)
    found = nearest(Reading(evidence=evidence, short=None, answerable=0.1))
    assert len(found) == NEAREST
    assert [n.quote for n in found] == ["First sentence.", "Third sentence.", "First sentence."]
    assert all(article(n.article).text[n.start : n.end] == n.quote for n in found)


def test_the_wording_names_articles_date_and_what_is_missing() -> None:
    text = wording(refuse(["World Cup"], [article("a", "2026-11-22")], None))
    assert "1 article searched, the newest of 2026-11-22" in text
    assert "World Cup" in text
    assert "2 articles searched)" in wording(refuse((), [article("a"), article("b")], None))
