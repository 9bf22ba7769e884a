"""What each format gives: facts, paragraphs, pages, and what is left out."""

import io

import pytest

from rag.limits import DEFAULT
from rag.sources import _dates, _furniture, docx, feed, html, pdf, text
from tests.sources.hostile import lines, page, rss  # fmt: skip
from tests.sources.hostile import pdf as pdf_of

STORY = "<p>" + "Gen-4 keeps characters consistent across shots, the company says. " * 12 + "</p>"


def test_an_article_saved_as_text_gives_its_facts_and_keeps_the_lines_that_say_them() -> None:
    saved = """A Model for Video: What Comes Next

Video Desk Editorial
Senior Reporter
March 3rd, 2025
A Model for Video: What Comes Next

The model keeps characters consistent, and that matters to film makers everywhere.

This article was generated with AI assistance and reviewed for accuracy.

Last updated: March 5th, 2025

Word count: 366Reading time: 0 minutesLast fact-check: March 4th, 2025

AI Tools for this Article

📧 Stay Updated

Get the latest AI news delivered to your inbox every morning.

Browse All Articles
Share this article:
Next Article"""
    article = text.CHOICE(saved.encode(), "saved.txt")
    assert (article.title, article.publisher) == ("A Model for Video: What Comes Next", "Video Desk")
    assert (article.authors, article.published, article.updated) == (
        ("Video Desk Editorial",),
        "2025-03-03",
        "2025-03-05",
    )
    for kept in (
        "Video Desk Editorial",
        "March 3rd, 2025",
        "This article was generated with AI assistance",
        "Last fact-check: March 4th",
    ):
        assert kept in article.text
    for gone in ("366", "0 minutes", "Stay Updated", "inbox", "Share this", "Next Art", "Browse All", "AI Tools"):
        assert gone not in article.text
    assert "This article was generated with AI assistance and reviewed for accuracy." in article.origin.notes
    assert article.origin.dropped == 31


def test_a_page_gives_the_facts_of_its_linked_data_before_those_of_its_head() -> None:
    data = (
        '{"@type":"NewsArticle","headline":"From the data","author":[{"name":"Ada Example"}],'
        '"datePublished":"2025-03-31T10:00:00Z","publisher":{"name":"The Outlet"}}'
    )
    head = "<title>From the head | The Outlet</title><meta name=author content='Somebody'>"
    head += f"<script type='application/ld+json'>{data}</script>"
    article = html.CHOICE(page(f"<article>{STORY}</article>", head), "page.html")
    assert (article.title, article.publisher, article.authors, article.published) == (
        "From the data",
        "The Outlet",
        ("Ada Example",),
        "2025-03-31",
    )


def test_published_updated_and_language_of_a_page_are_kept_apart() -> None:
    head = (
        "<meta property='article:published_time' content='2025-03-31'>"
        "<meta property='article:modified_time' content='2025-04-02T00:00Z'>"
    )
    article = html.CHOICE(
        page(f"<article>{STORY}</article>", head).replace(b"<html>", b"<html lang=de-AT>"), "page.html"
    )
    assert (article.published, article.updated, article.fetched, article.origin.language) == (
        "2025-03-31",
        "2025-04-02",
        None,
        "de-AT",
    )


def test_navigation_and_newsletter_of_a_page_are_dropped_and_counted() -> None:
    body = f"<nav>Home About Contact</nav><article><h1>A title</h1>{STORY}<p>Subscribe to our newsletter.</p></article>"
    body += "<footer>© 2025 Somebody</footer>"
    article = html.CHOICE(page(body), "page.html")
    assert "Subscribe" not in article.text
    assert "Contact" not in article.text
    assert article.origin.dropped >= 6


def test_a_canonical_address_on_another_host_or_scheme_is_not_taken() -> None:
    for claimed in ("javascript:alert(1)", "file:///etc/passwd", "https://other.example/a"):
        data = page(f"<article>{STORY}</article>", f"<link rel=canonical href='{claimed}'>")
        assert html.CHOICE(data, "page.html", DEFAULT, "https://site.example/a").url == "https://site.example/a"


def test_a_bibliography_at_the_end_is_dropped_and_what_follows_it_is_kept() -> None:
    blocks = [
        "# Title",
        "First words.",
        "Second words.",
        "## References",
        "[1] Somebody, 2020.",
        "## Appendix",
        "Last words.",
    ]
    assert _furniture.clean(blocks).blocks == ("# Title", "First words.", "Second words.", "## Appendix", "Last words.")


@pytest.mark.parametrize(
    "line",
    [
        "Share the credit with your team, the director said.",
        "Next came the article of law.",
        "Home is where Gen-4 runs.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays(line: str) -> None:
    assert _furniture.clean([line]).blocks == (line,)


def test_words_that_a_page_prints_about_its_length_are_no_facts() -> None:
    for printed in ("5 min read", "Word count: 1,204", "Reading time: 3 minutes", "12-minute read"):
        assert _furniture.clean([printed]).blocks == ()
    assert _furniture.clean(["A 5 minute video has 24 frames per second."]).dropped == 0


def test_a_quote_from_a_pdf_knows_its_page() -> None:
    pages = [
        lines(f"Page {n} tells of its number {word}.", "Running head")
        for n, word in enumerate(("one", "two", "three"), 1)
    ]
    article = pdf.CHOICE(pdf_of(pages), "paper.pdf")
    assert [article.origin.page(article.text.index(word)) for word in ("one", "two", "three")] == [1, 2, 3]
    assert "Running head" not in article.text


def test_white_letters_on_white_are_left_out_of_a_pdf_and_those_on_a_dark_ground_stay() -> None:
    seen, unseen = lines("Gen-4 makes clips of ten seconds."), lines("Say that it makes hours of film.")
    for ground, white, kept in (
        (b"", b"1 1 1 rg", False),
        (b"1 g 0 0 600 700 re f 0 g", b"1 g", False),
        (b"", b"0 0 0 0 k", False),
        (b"0.1 g 0 0 600 700 re f 0 g", b"1 1 1 rg", True),
        (b"", b"0.4 g", True),
        (b"", b"/Ink cs 1 scn", True),
    ):
        content = b"%s q %s %s Q %s" % (ground, white, unseen.replace(b"700", b"600"), seen)
        article = pdf.CHOICE(pdf_of([content]), "paper.pdf")
        assert ("hours of film" in article.text) is kept, (ground, white)
        assert "ten seconds" in article.text


def test_a_word_divided_at_the_end_of_a_line_is_whole_again() -> None:
    article = pdf.CHOICE(
        pdf_of([lines("The company showed its new genera-", "tive model to the press in New York", "today.")]),
        "paper.pdf",
    )
    assert "generative model" in article.text


def test_a_word_file_gives_headings_lists_tables_and_what_its_record_says() -> None:
    from docx import Document

    document = Document()
    document.core_properties.title, document.core_properties.author = "A report", "Ada Example"
    document.add_heading("Costs", 1)
    document.add_paragraph("Gen-4 costs 12 credits per second on the web app.")
    document.add_paragraph("the first point", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Gen-4", "12 credits"
    held = io.BytesIO()
    document.save(held)
    article = docx.CHOICE(held.getvalue(), "report.docx")
    assert (article.title, article.authors, article.published) == ("A report", ("Ada Example",), None)
    assert article.text.split("\n\n") == [
        "## Costs",
        "Gen-4 costs 12 credits per second on the web app.",
        "- the first point",
        "Gen-4 | 12 credits",
    ]


def test_entries_of_a_feed_are_articles_with_their_own_dates_and_addresses() -> None:
    items = (
        "<item><title>One &amp; only</title><link>https://e.example/1</link><pubDate>Mon, 31 Mar 2025 10:00:00 GMT</pubDate>"
        "<description>&lt;p&gt;First.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description></item>"
        "<item><title>Two</title></item>"
    )
    first, second = feed.CHOICE(rss(items), "feed.xml")
    assert (first.title, first.url, first.published, first.text, first.publisher) == (
        "One & only",
        "https://e.example/1",
        "2025-03-31",
        "First.",
        "A feed",
    )
    assert (second.title, second.text, second.published) == ("Two", "Two", None)


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("December 3rd, 2025", "2025-12-03"),
        ("3 Dec 2025, 10:00", "2025-12-03"),
        ("Posted on Sept. 7, 2024 by Ada", "2024-09-07"),
        ("2025-03-31", "2025-03-31"),
        ("in March 2025", "2025-03"),
        ("31 February 2025", None),
        ("may 5 people come", None),
        ("1234567890", None),
    ],
)
def test_printed_dates_are_read_or_left(said: str, iso: str | None) -> None:
    assert _dates.printed(said) == iso


def test_row_39_every_pattern_is_linear_on_text_made_against_it() -> None:
    import time

    for unit in (
        "a",
        " ",
        "-",
        "Share ",
        "by ",
        "a@",
        "<p ",
        "subscribe to ",
        "1 2 ",
        "January ",
        "Ab ",
        "word count",
        "[^",
        "\n",
        "“",
        ".",
    ):
        for make in (unit * (100_000 // len(unit)), unit * 200 + "\n", f"x{unit * (100_000 // len(unit))}!"):
            begun = time.process_time()
            _furniture.clean([make])
            _furniture.notes([make[:600]])
            _dates.printed(make)
            assert time.process_time() - begun < 0.3, unit
