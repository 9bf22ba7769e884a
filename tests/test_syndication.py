"""Near copies of one report, planted from three outlets: one of them is quoted, and the answer says that it is one origin."""

from collections.abc import Iterator

import pytest

from rag.assistant import Assistant
from rag.ingest import ingest
from rag.library.adding import add_upload
from rag.library.folder import Library
from rag.settings import Settings
from rag.sources import markdown

FILM = "The Lighthouse Keeper was cut from 212 clips that the studio made with Gen-4 in nine weeks."
REPORT = [
    "A studio in Bergen has finished a film of eleven minutes with a video model.",
    FILM,
    "Its director, Signe Aas, says that four people worked on it, two of them for the sound.",
    "The budget was 38,000 euros, a tenth of what the same film would have cost with actors.",
    "It will be shown at the festival of Haugesund in August, outside of the competition.",
    "The festival had refused films of this kind for two years before it changed its rules.",
    "Members of the jury saw it in May and asked for a talk with the makers after the showing.",
    "The studio wants to publish its notes, the failed clips included, once the festival is over.",
]
# outlet, published, what it puts before the report, how many sentences it leaves away at the end
OUTLETS = [
    ("The Fjord Times", "2025-05-02", "", 0),
    ("Harbour Gazette", "2025-05-03", "News from the agencies.", 1),
    ("Northern Post", "2025-05-06", "Our reader from Bergen sent us this.", 2),
]
ASKED = "From how many clips was The Lighthouse Keeper cut?"


@pytest.fixture
def syndicated(small: Settings) -> Iterator[Assistant]:
    for outlet, published, before, fewer in OUTLETS:
        text = "\n\n".join(filter(None, [before, *REPORT[: len(REPORT) - fewer]]))
        front = f"---\ntitle: A film from Bergen, {outlet}\npublisher: {outlet}\npublished: {published}\n---\n\n"
        (entry,) = add_upload((front + text).encode(), f"{outlet}.md", small)
        assert entry.outcome == "added"
    with Assistant.open(small) as assistant:
        yield assistant


def test_of_three_copies_one_is_quoted_and_the_answer_counts_their_origin(syndicated: Assistant) -> None:
    answer = syndicated.ask(ASKED)
    assert FILM in {c.quote for c in answer.citations}
    copies = {a.slug for a in syndicated.articles() if a.publisher in {outlet for outlet, *_ in OUTLETS}}
    assert len(copies) == 3
    assert len(copies & {c.article for c in answer.citations}) == 1
    (notice,) = answer.notices
    assert notice.code == "one-origin"
    assert notice.text.startswith("3 outlets, 1 origin: ")
    assert all(outlet in notice.text for outlet, *_ in OUTLETS)


def test_an_answer_from_an_article_without_copies_has_no_such_notice(syndicated: Assistant) -> None:
    answer = syndicated.ask("How many credits per second does Gen-4 cost?")
    assert answer.answered
    assert answer.notices == ()


def test_copies_that_came_later_are_not_counted_on_an_earlier_day(syndicated: Assistant) -> None:
    assert [n.text[:20] for n in syndicated.ask(ASKED, as_of="2025-05-04").notices] == ["2 outlets, 1 origin:"]
    first = syndicated.ask(ASKED, as_of="2025-05-02")
    assert first.answered
    assert first.notices == ()


def test_the_copy_of_the_outlet_that_was_asked_for_is_the_one_quoted(syndicated: Assistant) -> None:
    answer = syndicated.ask(ASKED, publisher="Northern Post")
    assert {c.publisher for c in answer.citations} == {"Northern Post"}


def test_copies_of_an_article_that_is_gone_still_count_as_one(syndicated: Assistant) -> None:
    library = Library(syndicated.settings)
    (first,) = [a.slug for a in syndicated.articles() if a.publisher == "The Fjord Times"]
    library.remove(first)
    left = [markdown.CHOICE(path.read_bytes(), "") for path in sorted(syndicated.settings.library.glob("*.md"))]
    assert [a.origin.copy_of for a in left] == [first, first]
    with Assistant.open(syndicated.settings) as later:
        ingest(syndicated.settings, later.embedder)
        answer = later.ask(ASKED)
        assert len({c.article for c in answer.citations if c.quote in REPORT}) == 1
        assert [n.text[:20] for n in answer.notices] == ["2 outlets, 1 origin:"]
