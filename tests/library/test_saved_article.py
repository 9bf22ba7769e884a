"""An article saved from its page with all that stands around it, as people save them: added, told of, asked."""

from collections.abc import Iterator

import pytest

from rag.assistant import Assistant
from rag.lengths import words
from rag.library.adding import add_upload
from rag.passages import cut
from rag.records import Answer, Article
from rag.settings import Settings

SAVED = """A Model for Bergen: What Small Studios Gain From Generated Film

Fjord Film Review Editorial
Senior Film Reporter
December 3rd, 2025
A Model for Bergen: What Small Studios Gain From Generated Film

The studio Nordlys finished its film with a generated fog that no camera could have waited for. It worked on eleven \
minutes for nine weeks, and the fog alone took two of them.

What makes the case worth telling is the price. Nordlys spent 38,000 euros, about a tenth of what the same film would \
have cost with actors and boats.

The director Signe Aas keeps every failed clip in a public archive, because students learn more from the failures than \
from the film.

However, the studio had to answer a hard question about consent: two voices in the film resemble those of living singers. \
Nordlys paid both singers and names them in the credits.

Looking forward, the festival of Haugesund will open a section for films of this kind.

This analysis is based on reporting from Nordic Screen Weekly.

This article was generated with AI assistance and reviewed for accuracy and quality.

Last updated: December 5th, 2025

About this article: This article was generated with AI assistance and reviewed by our editorial team to ensure it follows \
our editorial standards. We maintain strict fact-checking protocols and cite all sources.

Word count: 366Reading time: 0 minutesLast fact-check: December 4th, 2025

AI Tools for this Article

📧 Stay Updated

Get the latest AI news delivered to your inbox every morning.

Browse All Articles
Share this article:
Next Article"""
FURNITURE = ["366", "0 minutes", "Stay Updated", "inbox", "Share this", "Next Article", "Browse All", "AI Tools"]
BYLINE = "Fjord Film Review Editorial"
NOTE = "This article was generated with AI assistance and reviewed for accuracy and quality."


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant with nothing but the saved article."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "articles").mkdir()
    settings = Settings(corpus=(folder / "articles",), home=folder / "home", embedder="hashing")
    (entry,) = add_upload(SAVED.encode(), "bergen.txt", settings)
    assert (entry.outcome, entry.reason) == ("added", None)
    with Assistant.open(settings) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def article(reader: Assistant) -> Article:
    (only,) = reader.articles()
    return only


def quoted(answer: Answer) -> str:
    return " ".join(c.quote for c in answer.citations)


def test_title_outlet_author_and_dates_are_found_and_kept_apart(article: Article) -> None:
    assert article.title == "A Model for Bergen: What Small Studios Gain From Generated Film"
    assert (article.publisher, article.authors) == ("Fjord Film Review", (BYLINE,))
    assert (article.published, article.updated, article.url) == ("2025-12-03", "2025-12-05", None)


def test_what_stands_around_the_article_is_gone_and_counted(article: Article) -> None:
    assert [line for line in FURNITURE if line in article.text] == []
    assert article.origin.dropped > 25


def test_byline_date_and_notes_stay_text_that_can_be_quoted(article: Article) -> None:
    sentences = {s.text for p in cut(article) for s in p.sentences}
    dated = {"December 3rd, 2025", "Last updated: December 5th, 2025", "Last fact-check: December 4th, 2025"}
    assert {BYLINE, NOTE} | dated <= sentences
    assert NOTE in article.origin.notes


def test_the_counts_that_the_page_prints_never_become_facts(reader: Assistant, article: Article) -> None:
    assert words(article.text) != 366
    for question in ("How many words does the article have?", "What is the reading time of the article?"):
        answer = reader.ask(question)
        assert "366" not in answer.text + quoted(answer)
        assert "0 minutes" not in answer.text + quoted(answer)


@pytest.mark.parametrize(
    ("question", "words_of_the_answer"),
    [
        ("How much did Nordlys spend on the film?", "38,000 euros"),
        ("Why does Signe Aas keep every failed clip?", "students learn more"),
        ("How many clips does Signe Aas keep in the archive?", "every failed clip"),
        ("Was the article generated with AI assistance?", "AI assistance"),
        ("When was the article last updated?", "December 5th, 2025"),
    ],
)
def test_what_the_article_says_is_answered_from_it(reader: Assistant, question: str, words_of_the_answer: str) -> None:
    answer = reader.ask(question)
    assert words_of_the_answer in quoted(answer), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote A Model for Bergen?",
        "Who is the author of the article “A Model for Bergen: What Small Studios Gain From Generated Film”?",
        "By whom was A Model for Bergen written?",
    ],
)
def test_who_wrote_the_article_is_answered_by_its_byline(reader: Assistant, question: str) -> None:
    answer = reader.ask(question)
    assert [c.quote for c in answer.citations] == [BYLINE]
    assert answer.short
    assert answer.short.text == BYLINE


@pytest.mark.parametrize(
    "question", ["Who wrote the music of A Model for Bergen?", "Who wrote A Model for Oslo?", "Who wrote the film?"]
)
def test_the_byline_answers_for_nothing_but_the_article(reader: Assistant, question: str) -> None:
    assert BYLINE not in quoted(reader.ask(question))


@pytest.mark.parametrize("question", ["How many readers does Fjord Film Review have?", "Who owns Fjord Film Review?"])
def test_a_byline_that_repeats_a_name_of_the_question_is_no_answer(reader: Assistant, question: str) -> None:
    assert BYLINE not in quoted(reader.ask(question))


def test_a_byline_is_not_known_before_its_article(reader: Assistant) -> None:
    assert BYLINE not in quoted(reader.ask("Who wrote A Model for Bergen?", as_of="2025-11"))
