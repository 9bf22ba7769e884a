from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import MAX_PIECES, cut, pieces
from rag.records import Article, Reference
from rag.sentences import normalise, spans

WORDS = st.lists(
    st.sampled_from(["word", "Gen-4", "4.5", "end.\n", "\n\n", "\n# Heading\n\n", "你好。", "- item\n", "🎬"])
)
TEXTS = st.one_of(st.text(max_size=300), WORDS.map(" ".join), WORDS.map(lambda w: " ".join(w * 40)))


def article(text: str, **fields: object) -> Article:
    text = normalise(text)
    return Article(slug="a", title="A", text=text, digest=sha256(text.encode()).hexdigest(), **fields)  # type: ignore[arg-type]


@given(TEXTS)
def test_passages_tile_the_text_of_any_article(text: str) -> None:
    made = article(text)
    passages = cut(made)
    assert "".join(p.text for p in passages) == (made.text if passages else "")
    assert [p.start for p in passages] == [0, *(p.end for p in passages)][: len(passages)]
    assert all(p.text == made.text[p.start : p.end] and p.text for p in passages)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert passages or not made.text.strip()


@given(TEXTS)
def test_every_sentence_is_in_one_passage_at_its_place_in_the_article(text: str) -> None:
    made = article(text)
    sentences = [s for p in cut(made) for s in p.sentences]
    assert [(s.start, s.end) for s in sentences] == list(spans(made.text))
    assert all(made.text[s.start : s.end] == s.text for s in sentences)


@given(TEXTS)
def test_ids_are_unique_and_the_same_when_cut_again(text: str) -> None:
    ids = [p.id for p in cut(article(text))]
    assert len(set(ids)) == len(ids)
    assert ids == [p.id for p in cut(article(text))]


@given(TEXTS)
def test_a_passage_stays_below_what_the_embedder_reads(text: str) -> None:
    # A heading counts towards the passage it opens; one word longer than a passage is cut through.
    assert all(pieces(p.text) <= MAX_PIECES + 1 for p in cut(article(text)))
    assert MAX_PIECES + 1 <= 256 - 2  # MiniLM reads 256 word pieces, two of them special


def test_one_endless_word_is_cut_as_well() -> None:
    passages = cut(article("a" * 10_000 + " " + "7" * 5_000))
    assert max(pieces(p.text) for p in passages) <= MAX_PIECES
    assert sum(len(p.text) for p in passages) == 15_001


TEXT = "Begin.\n\n## One\n\nFirst section here.\n\n## Two\n\nSecond section here. It has two.\n\n## Three\n\nThird section here."


def test_a_heading_opens_a_passage_and_names_it() -> None:
    passages = cut(article(TEXT))
    assert [p.heading for p in passages] == ["", "One", "Two", "Three"]
    assert passages[2].text == "## Two\n\nSecond section here. It has two.\n\n"


def test_a_line_that_begins_with_a_hash_and_a_word_is_no_heading() -> None:
    (passage,) = cut(article("Begin.\n\n#MeToo began in 2006."))
    assert (passage.heading, [s.text for s in passage.sentences]) == ("", ["Begin.", "#MeToo began in 2006."])


def test_headings_in_a_row_open_one_passage_named_after_the_last() -> None:
    passages = cut(article("# Title\n\n## One\n\nText."))
    assert [(p.heading, p.start) for p in passages] == [("One", 0)]


def test_an_edit_changes_the_id_of_its_own_passage_only() -> None:
    before = [p.id for p in cut(article(TEXT))]
    after = [p.id for p in cut(article(TEXT.replace("Second section", "The second section, now longer,")))]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, True, False, True]


def test_a_passage_that_comes_twice_has_two_ids() -> None:
    passages = cut(article("## Same\n\nSame text.\n\n## Same\n\nSame text.\n\n"))
    assert len({p.id for p in passages}) == 2
    assert "".join(p.text for p in passages) == "## Same\n\nSame text.\n\n## Same\n\nSame text."


def test_a_sentence_is_known_since_the_latest_of_its_references_or_since_the_article() -> None:
    end = len("One here.")
    references = tuple(
        Reference(label=since, start=0, end=end, since=since) for since in ("2025-03-31", "2025", "2025-04")
    )
    (passage,) = cut(article("One here. Two here.", references=references, published="2026-11-22"))
    assert [s.known_since for s in passage.sentences] == ["2025", "2026-11-22"]


def test_sentences_under_what_is_not_known_are_gaps_up_to_the_next_heading() -> None:
    passages = cut(article("Known.\n\n## What is not known\n\nUnknown one. Unknown two.\n\n## Next\n\nKnown again."))
    assert [s.text for p in passages for s in p.sentences if s.gap] == ["Unknown one.", "Unknown two."]


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_an_empty_text_has_no_passages(text: str) -> None:
    assert cut(article(text)) == ()
