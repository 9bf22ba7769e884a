"""An answer on the latest state of things says of when it is, and one from sources without a date says that."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag.assistant import Assistant
from rag.library.adding import add_upload
from rag.recency import notices
from rag.records import Citation
from rag.settings import Settings

CITED = Citation(
    number=1,
    article="a",
    passage="a:1",
    title="A Title",
    publisher=None,
    url=None,
    published=None,
    fetched=None,
    page=None,
    known_since="2025-04",
    start=0,
    end=1,
    quote="x",
    digest="",
)


def test_a_question_for_the_newest_is_told_the_date_of_the_newest_claim() -> None:
    cited = [CITED, replace(CITED, known_since="2026"), replace(CITED, known_since="2025-12-31")]
    (notice,) = notices(True, cited)
    assert (notice.code, "on 2026;" in notice.text) == ("newest", True)
    assert notices(False, cited) == ()


def test_each_source_without_a_date_is_named_once() -> None:
    bare = replace(CITED, known_since=None)
    (notice,) = notices(True, [bare, bare, replace(bare, title="Another")])
    assert notice.code == "undated"
    assert notice.text.count("A Title") == 1
    assert "Another" in notice.text


@pytest.fixture
def undated(small: Settings) -> Iterator[Assistant]:
    text = b"The Kestrel camera\n\nThe Kestrel camera records 37 frames per second in its silent mode.\n"
    assert [entry.outcome for entry in add_upload(text, "kestrel.txt", small)] == ["added"]
    with Assistant.open(small) as assistant:
        yield assistant


def test_an_answer_from_an_article_without_a_date_says_so(undated: Assistant) -> None:
    answer = undated.ask("How many frames per second does the Kestrel camera record in silent mode?")
    assert answer.answered
    assert [n.code for n in answer.notices if n.code == "undated"] == ["undated"]
