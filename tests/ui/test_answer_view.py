import json
from dataclasses import replace

import pytest

from rag.records import Answer, Citation, Notice, Source, Statement
from rag.ui.answer_view import cue, partial, sentence, show
from rag.ui.job import STOPPED


def test_a_cue_names_the_outlets_under_the_quote_and_the_article_date(citation: Citation) -> None:
    assert cue(citation) == "reported by TechCrunch, 31 March 2025 · article of 22 November 2026"


def test_a_cue_names_two_outlets_and_counts_the_rest(citation: Citation) -> None:
    reference = citation.references[0]
    more = tuple(Source(publisher=name, title="t") for name in ("Verge", "Wired", "Verge"))
    several = replace(citation, references=(replace(reference, sources=reference.sources + more),))
    assert cue(several).startswith("reported by TechCrunch, 31 March 2025; Verge and 1 more ·")


def test_a_footnote_that_names_no_outlet_reports_nothing(citation: Citation) -> None:
    bare = replace(citation.references[0], sources=(Source(publisher="", title="see my interview"),))
    assert cue(replace(citation, references=(bare,), publisher="The Verge")) == "The Verge, article of 22 November 2026"


def test_without_references_a_cue_is_that_of_the_article(citation: Citation) -> None:
    assert cue(replace(citation, references=(), publisher="The Verge")) == "The Verge, article of 22 November 2026"
    assert cue(replace(citation, references=(), published=None)) == "undated article"


def test_every_chip_number_stands_in_the_source_list(answered: Answer) -> None:
    view = show(answered, {})
    chips = {number for block in view["blocks"] for item in block["items"] for number in item["chips"]}
    assert chips == {citation["number"] for citation in view["citations"]} == {1}


def test_the_view_is_plain_json(answered: Answer, refused: Answer) -> None:
    for answer in (answered, refused):
        assert json.loads(json.dumps(show(answer, {}))) == show(answer, {})


@pytest.mark.parametrize(
    ("group", "heading"), [("disagreement", "The sources do not agree"), ("comparison", "Side by side")]
)
def test_the_sides_of_a_group_stand_under_one_heading(answered: Answer, group: str, heading: str) -> None:
    statement = answered.statements[0]
    sides = (replace(statement, group=group),) * 2
    blocks = show(replace(answered, statements=(statement, *sides, statement)), {})["blocks"]
    assert [block["heading"] for block in blocks] == [None, heading, None]
    assert [item["cue"] for item in blocks[1]["items"]] == [cue(answered.citations[0])] * 2


def test_a_group_of_one_is_an_ordinary_statement(answered: Answer) -> None:
    alone = replace(answered, statements=(replace(answered.statements[0], group="disagreement"),))
    assert show(alone, {})["blocks"][0]["heading"] is None


def test_a_doubtful_statement_says_what_is_wrong(answered: Answer) -> None:
    doubtful = Statement(text="8 s", citations=(), verdict="unsupported", reasons=("8 s: the source says 10 s",))
    item = show(replace(answered, statements=(doubtful,)), {})["blocks"][0]["items"][0]
    assert (item["label"], item["reasons"]) == ("Not supported by the articles", ["8 s: the source says 10 s"])


def test_a_refusal_shows_what_was_searched_what_was_missing_and_what_was_near(refused: Answer) -> None:
    view = show(refused, {"gen-4": "Gen-4: the model"})
    assert view["refusal"] == {
        "reason": "The articles do not answer this question.",
        "searched": "Searched: 1 article, the newest of 22 November 2026.",
        "missing": ["World Cup"],
    }
    assert view["nearest"] == [{"quote": "Gen-4 is a video model.", "title": "Gen-4: the model"}]


def test_what_was_understood_is_shown_only_when_it_differs(answered: Answer) -> None:
    assert show(answered, {})["understood"] is None
    assert show(replace(answered, understood_as="how long is it?"), {})["understood"] == "How long is it?"


def test_notices_and_a_cut_answer_are_told(answered: Answer) -> None:
    cut = replace(answered, complete=False, notices=(Notice(code="x", text="The model is down."),))
    assert show(cut, {})["notices"] == ["The model is down."]
    assert show(cut, {})["cut"] == "The answer breaks off here; it is not complete."
    assert show(answered, {})["cut"] is None


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("extractive · joint · minilm", "Quoted from the articles; nothing left this machine · 0.0 s"),
        ("extractive after chat openai:m · joint · minilm", "Quoted from the articles · 0.0 s"),
        ("mine:REMOTE · joint · minilm", "Answered by mine:REMOTE, checked against the articles · 0.0 s"),
        ("chat openai:m · joint · minilm", "Written by openai:m, checked against the articles · 0.0 s"),
    ],
)
def test_the_foot_says_in_plain_words_how_the_answer_was_made(answered: Answer, mode: str, told: str) -> None:
    assert show(replace(answered, mode=mode), {})["foot"] == told


def test_the_foot_of_a_refusal_says_whether_a_model_read_what_was_found(refused: Answer) -> None:
    chat = replace(refused, mode="chat openai:m · joint · minilm")
    assert show(chat, {})["foot"] == "Searched on this machine · 0.0 s"
    declined = replace(chat, notices=(Notice(code="model-refused", text="…"),))
    assert show(declined, {})["foot"] == "Searched on this machine; openai:m read what was found · 0.0 s"


def test_the_announcement_counts_statements_and_citations(answered: Answer, refused: Answer) -> None:
    assert show(answered, {})["announce"] == "The answer is ready: 1 statement, 1 citation."
    assert show(refused, {})["announce"].startswith("No answer was found")


def test_an_error_is_told_as_a_sentence() -> None:
    view = partial("q", [], "the question is too long; shorten it", None)
    assert view["error"] == "The question is too long; shorten it."
    assert sentence("anthropic:some needs a key") == "anthropic:some needs a key."


def test_what_the_reader_stopped_is_no_fault() -> None:
    assert partial("q", [], STOPPED, None)["stopped"]
    assert not partial("q", [], "the index is damaged", None)["stopped"]
