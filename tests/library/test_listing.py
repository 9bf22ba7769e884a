"""What there is: facts, order, the filter over title, outlets, names and text; `rag list`."""

import time
from dataclasses import replace

import pytest

from rag.library.adding import Upload, add_sent, add_upload
from rag.library.folder import Library
from rag.library.listing import Listed, listed, listing, matching, ordered
from rag.records import Article
from rag.settings import Settings
from tests.conftest import Rag

TIDES = b"The tides of Lake Payload\n\nThe lake rises by 41 centimetres when the Moon is full. Ferries wait for it."


def slugs(rows: list[Listed]) -> list[str]:
    return [row.article.slug for row in rows]


def test_every_article_is_listed_with_its_facts_and_added_ones_come_first(small: Settings) -> None:
    (entry,) = add_upload(TIDES, "tides.txt", small)
    rows = listing(small)
    assert slugs(rows) == [entry.slug, "gen-4", "funding", "veo-3"]
    assert [row.own for row in rows] == [True, False, False, False]
    gen_4 = rows[1]
    assert (gen_4.words, gen_4.passages) == (78, 4)
    assert gen_4.outlets == ("TechCrunch", "Runway Help Center", "Runway (GitHub)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["gen-4", "funding", "veo-3"]),
        ("SERIES atlantic", ["funding"]),
        ("techcrunch", ["gen-4", "funding"]),
        ("help center gen-4", ["gen-4"]),
        ("google", ["veo-3"]),
        ("gen-4 nowhere", []),
    ],
)
def test_the_filter_finds_the_articles_that_hold_all_words(small: Settings, text: str, found: list[str]) -> None:
    assert slugs(matching(listing(small), text)) == found


def test_five_thousand_articles_are_filtered_while_one_types() -> None:
    text = "Runway Gen-4 makes clips of ten seconds, the studio in Bergen said of clip number {}. " * 60
    rows = [
        listed(Article(slug=f"a{n}", title=f"On {n}", text=text.format(*[n] * 60), digest=""), own=False, passages=9)
        for n in range(5_000)
    ]
    begun = time.monotonic()
    assert slugs(matching(rows, "bergen 4321.")) == ["a4321"]
    assert time.monotonic() - begun < 2


def test_added_articles_stand_newest_first_and_the_others_by_title() -> None:
    a = listed(Article(slug="a", title="b", text="", digest="", fetched="2026-01-02"), own=True, passages=0)
    b, c = (replace(a, article=replace(a.article, slug=s, title=s, fetched=None), own=False) for s in "yx")
    d = replace(a, article=replace(a.article, slug="d", fetched="2026-02-01"))
    assert slugs(ordered([b, a, c, d])) == ["d", "a", "x", "y"]


def test_what_a_browser_sends_is_reported_one_by_one(small: Settings) -> None:
    sent = add_sent([Upload(name="a.txt", data=b""), Upload(name="../b.txt", data=TIDES)], [], small)
    assert [entry.outcome for entry in next(sent)] == ["refused"]
    assert [(entry.outcome, entry.given) for entry in next(sent)] == [("added", "b.txt")]


@pytest.mark.parametrize("uploads", [[], [Upload(name="urls.txt", data=b"http://127.0.0.1:9/a\n")]])
def test_nothing_is_fetched_for_a_browser_unless_the_settings_allow_it(small: Settings, uploads: list[Upload]) -> None:
    urls = [] if uploads else ["http://127.0.0.1:9/a"]
    ((entry,),) = add_sent(uploads, urls, small)
    assert entry.outcome == "refused"
    assert "RAG_FETCH=1" in (entry.reason or "")


def test_a_path_sent_as_an_address_is_not_opened(small: Settings) -> None:
    ((entry,),) = add_sent([], [str(small.corpus[0] / "gen-4.md")], replace(small, fetch=True))
    assert entry.outcome == "refused"


def test_removed_articles_are_told_last_first(small: Settings) -> None:
    names = [add_upload(TIDES + extra, f"{n}.txt", small)[0].slug for n, extra in enumerate((b"", b" More. " * 99))]
    library = Library(small)
    for name in names:
        library.remove(str(name))
    assert library.removed() == names[::-1]
    library.restore(names[1])
    assert library.removed() == names[:1]


def test_rag_list_shows_all_articles_or_those_that_hold_the_words(small: Settings, rag: Rag) -> None:
    (entry,) = add_upload(TIDES, "tides.txt", small)
    lines = rag("list").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["added", entry.slug],
        ["shipped", "gen-4"],
        ["shipped", "funding"],
        ["shipped", "veo-3"],
    ]
    assert "78 words, 1 min, 4 passages" in lines[1]
    Library(small).remove(str(entry.slug))
    assert f"rag remove --undo {entry.slug}" in rag("list").stdout
    nothing = rag("list", "tides")
    assert (nothing.returncode, nothing.stdout) == (1, "")
