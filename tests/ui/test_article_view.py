from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Article, Citation, Nearest
from rag.ui.article_view import CHANGED, LOST, gone, live, show


def marked(view: dict) -> str:
    return "".join(p["text"] for block in view["blocks"] for p in block["parts"] if p["marked"])


def whole(view: dict) -> str:
    return "".join(p["text"] for block in view["blocks"] for p in block["parts"])


def test_exactly_the_quoted_words_are_marked(article: Article, citation: Citation) -> None:
    view = show(article, citation)
    assert marked(view) == citation.quote
    assert view["notice"] is None


def test_headings_lose_their_marks_and_keep_their_level(article: Article, citation: Citation) -> None:
    levels = [(block["level"], block["parts"][0]["text"][:16]) for block in show(article, citation)["blocks"]]
    assert levels == [(0, "Gen-4 is a video"), (2, "How long is a cl"), (0, "A Gen-4 clip las")]


def test_the_primary_sources_stand_under_the_quote_once(article: Article, citation: Citation) -> None:
    twice = replace(citation, references=citation.references * 2)
    assert show(article, twice)["sources"] == [
        {
            "publisher": "TechCrunch",
            "title": "Runway releases Gen-4",
            "date": "31 March 2025",
            "url": "https://x.test/a#:~:text=A%20Gen%2D4%20clip%20lasts%205%20or%2010%20seconds.&text=10%20seconds",
        }
    ]


def test_words_that_moved_are_found_again_and_the_change_is_told(article: Article, citation: Citation) -> None:
    moved = replace(article, text="A new first line.\n\n" + article.text)
    view = show(moved, citation)
    assert (marked(view), view["notice"]) == (citation.quote, CHANGED)


def test_words_that_are_gone_or_stand_twice_elsewhere_are_not_marked(article: Article, citation: Citation) -> None:
    for text in ("Another text.\n", f"New. {citation.quote} {citation.quote}\n"):
        view = show(replace(article, text=text), citation)
        assert (marked(view), view["notice"], view["lost"]) == ("", LOST, citation.quote)


def test_a_removed_article_leaves_the_quote(citation: Citation) -> None:
    view = gone(citation)
    assert (view["title"], view["lost"], view["blocks"]) == (citation.title, citation.quote, [])


def letters(text: str) -> str:
    return "".join(text.replace("#", "").split())


@given(
    text=st.text(alphabet=st.sampled_from("ab# \n🎬é."), max_size=60),
    cut=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_for_any_text_and_quote_the_panel_keeps_every_word(text: str, cut: tuple[int, int]) -> None:
    start, end = sorted(min(at, len(text)) for at in cut)
    article = Article(slug="a", title="A", text=text, digest="")
    view = show(article, Nearest(article="a", start=start, end=end, quote=text[start:end]))
    assert letters(whole(view)) == letters(text)
    assert letters(marked(view)) == letters(text[start:end])


def test_a_link_to_a_live_page_asks_the_browser_for_the_words_and_for_their_figures() -> None:
    assert live("https://x.test/a", "A Gen-4 clip lasts 10 seconds, at 24 fps.") == (
        "https://x.test/a#:~:text=A%20Gen%2D4%20clip%20lasts%2010%20seconds%2C%20at%2024%20fps."
        "&text=10%20seconds&text=24%20fps"
    )
    assert live("https://x.test/a#b", "Two words.") == "https://x.test/a#b:~:text=Two%20words."


def test_a_link_names_the_two_ends_of_a_long_quote() -> None:
    assert live("https://x.test/a", "word " * 80).endswith(
        "#:~:text=word%20word%20word%20word%20word,word%20word%20word%20word%20word"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.test", ""])
def test_row_46_an_address_that_is_not_of_the_web_gets_no_fragment(url: str) -> None:
    assert live(url, "Two words.") == url
