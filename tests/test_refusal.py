from rag.passages import cut
from rag.records import Article, Evidence, Reading
from rag.refusal import NEAREST, nearest, refuse, wording
from rag.sources.markdown import read

NOTHING = Reading(evidence=(), short=None, answerable=0.0)


def article(slug: str) -> Article:
    return read(b"First sentence. Second sentence.\n\n## More\n\nThird sentence.\n", f"{slug}.md")


def test_a_refusal_tells_what_was_searched_and_how_new_it_is() -> None:
    refusal = refuse(["World Cup"], 2, "2026-11")
    assert (refusal.searched, refusal.newest, refusal.missing) == (2, "2026-11", ("World Cup",))
    assert refusal.reason == "not in the articles"


def test_little_to_search_in_is_a_reason_of_its_own() -> None:
    assert refuse((), 1, None).reason == "little"
    assert refuse((), 0, None).reason == "little"


def test_the_nearest_are_the_best_sentences_one_a_passage() -> None:
    passages = [p for slug in "abc" for p in cut(article(slug))]
    evidence = tuple(Evidence(passage=p, sentence=s, score=1.0) for p in passages for s in p.sentences)
    found = nearest(Reading(evidence=evidence, short=None, answerable=0.1))
    assert len(found) == NEAREST
    assert [n.quote for n in found] == ["First sentence.", "Third sentence.", "First sentence."]
    assert all(article(n.article).text[n.start : n.end] == n.quote for n in found)


def test_the_wording_names_articles_date_and_what_is_missing() -> None:
    text = wording(refuse(["World Cup"], 1, "2026-11-22"))
    assert "1 article searched, the newest of 2026-11-22" in text
    assert "World Cup" in text
    assert "2 articles searched)" in wording(refuse((), 2, None))
