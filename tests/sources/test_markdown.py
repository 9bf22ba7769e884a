import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SourceError
from rag.records import Source
from rag.sentences import normalise
from rag.sources.markdown import parse_definition, read

FULL = b"""---
title: "Gen-4 in detail"
slug: gen-4
publisher: Cutaway
authors: [A. One, B. Two]
url: https://example.org/gen-4
published: 2026-11-22
updated: 2026-12
topics: [runway, pricing]
entities: ["Gen-4"]
---

# Gen-4

Gen-4 makes clips of 10 seconds.[^a] It costs "12 credits".[^b][^a] No source here.

[^a]: TechCrunch, "Gen-4, at last", 2025-03-31, https://example.org/a,b ; Runway, "Help", n.d., https://x.org/b; since: 2025-03-31
[^b]: Runway, "Prices", 2025-04, https://example.org/c ; since: 2025-04
"""


def test_front_matter_becomes_the_fields_of_the_article() -> None:
    article = read(FULL, "file.md")
    assert (article.slug, article.title, article.publisher) == ("gen-4", "Gen-4 in detail", "Cutaway")
    assert (article.published, article.updated, article.fetched) == ("2026-11-22", "2026-12", None)
    assert (article.authors, article.topics) == (("A. One", "B. Two"), ("runway", "pricing"))
    assert (article.url, article.entities) == ("https://example.org/gen-4", ("Gen-4",))


def test_footnotes_leave_the_text_and_become_references_of_their_sentences() -> None:
    article = read(FULL, "file.md")
    assert "[^" not in article.text
    assert "example.org" not in article.text
    assert [(r.label, article.text[r.start : r.end]) for r in article.references] == [
        ("a", "Gen-4 makes clips of 10 seconds."),
        ("b", 'It costs "12 credits".'),
        ("a", 'It costs "12 credits".'),
    ]
    assert article.references[0].since == "2025-03-31"
    assert article.references[0].sources == (
        Source(publisher="TechCrunch", title="Gen-4, at last", url="https://example.org/a,b", published="2025-03-31"),
        Source(publisher="Runway", title="Help", url="https://x.org/b"),
    )


def test_without_front_matter_name_and_first_heading_serve() -> None:
    article = read(b"Text.\n\n## A *heading*\n\nMore.", "my-file.md")
    assert (article.slug, article.title, article.published) == ("my-file", "A *heading*", None)
    assert read(b"Text only.", "my-file.md").title == "my-file"


@pytest.mark.parametrize("data", [b"", b" \n\n", b"---\ntitle: x\n---\n", b"[^a]: only a footnote\n"])
def test_an_article_without_text_is_refused_by_its_file(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"empty\.md: there is no text"):
        read(data, "empty.md")


@pytest.mark.parametrize(
    "front",
    [
        b"title: [",
        b"- a list",
        b"just words",
        b"published: 2026-13-40",
        b"published: 2025-02-31",
        b"published: soon",
        b"published: 22.11.2026",
        b"a: !!python/object/apply:os.system [ls]",
        b"a: &x [*x, *y]",
        b"title: {a: b}",
        b"a: &a [x, x]\nb: &b [*a, *a]\ntopics: *b",
    ],
)
def test_front_matter_that_cannot_be_read_is_refused_by_its_file(front: bytes) -> None:
    with pytest.raises(SourceError, match=r"odd\.md: .*mend"):
        read(b"---\n" + front + b"\n---\n\nText.", "odd.md")


@pytest.mark.parametrize("value", [b"2025", b"2025-04", b"2025-04-30", b"'2025-04-30'", b"2025-04-30 12:00:00"])
def test_dates_may_be_partial_and_quoted(value: bytes) -> None:
    published = read(b"---\npublished: " + value + b"\n---\nText.", "a.md").published
    assert published == value.decode().strip("'")[:10]


def test_a_marker_without_a_definition_stays_in_the_text() -> None:
    article = read(b'Text.[^nowhere] More.[^a]\n\n[^a]: A, "T", 2025, https://x.org ; since: 2025\n', "a.md")
    assert article.text == "Text.[^nowhere] More."
    assert len(article.references) == 1


def test_a_definition_of_another_form_is_one_source_with_that_title() -> None:
    assert parse_definition("See the paper of Lee, page 3") == (
        (Source(publisher="", title="See the paper of Lee, page 3"),),
        None,
    )
    assert parse_definition("See it; since: 2025-02-31")[1] is None


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert read(b"\xef\xbb\xbf" + FULL.replace(b"\n", b"\r\n"), "file.md") == read(FULL, "file.md")


BODY = st.text(alphabet="ab.[^]1: \n#-\"'é\u0301\u200b🎬;", max_size=200)


@given(BODY)
def test_the_text_of_any_article_is_normalised_and_its_references_stand_in_it(body: str) -> None:
    definitions = '\n\n[^a]: A, "T", 2025, https://x.org ; since: 2025\n\n[^b]: B\n'
    article = read(("Begin.[^a] " + body + definitions).encode(), "any.md")
    assert normalise(article.text) == article.text
    for reference in article.references:
        assert 0 <= reference.start < reference.end <= len(article.text)
        assert article.text[reference.start : reference.end].strip()


@given(st.binary(max_size=200))
def test_any_bytes_are_an_article_or_refused(data: bytes) -> None:
    with suppress(SourceError):
        assert read(data, "any.md").text


@pytest.mark.parametrize("pattern", [b"[^a]", b"[^", b"---\n", b"[^a]: x\n", b'"', b', "', b"; since:", b"a, "])
def test_a_hundred_kilobytes_of_marks_take_a_moment(pattern: bytes) -> None:
    data = b"Text.\n\n[^a]: " + pattern * (100_000 // len(pattern))
    begun = time.process_time()
    read(data + b"\n", "a.md")
    read(b"Text. " + pattern * (100_000 // len(pattern)), "a.md")
    assert time.process_time() - begun < 2


def test_a_slug_of_odd_characters_can_be_stored() -> None:
    slug = read(b'---\nslug: "a\\ud800\\n b\\0"\n---\nText.', "b.md").slug
    assert slug == "a b"
    assert read(b"---\nslug: ''\n---\nText.", "b.md").slug == "b"
