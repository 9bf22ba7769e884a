import json
import re
from dataclasses import replace

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validate
from markdown_it import MarkdownIt

from rag.export import FORMATS, bibtex, csl, escape, markdown, plain_json, works
from rag.records import Answer, Citation, Reference, Short, Source, Statement

HOSTILE = (
    "![x](http://evil.test/x.png) <img src=x onerror=alert(1)> [a](javascript:alert(1)) $x$ } @misc{ \\input{/etc}"
)
RENDER = MarkdownIt("gfm-like")
CSL = {  # the part of csl-data 1.0 that the export uses, closed against anything else
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "type"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z0-9]+$"},
            "type": {"const": "webpage"},
            "title": {"type": "string"},
            "container-title": {"type": "string"},
            "author": {"type": "array", "items": {"type": "object", "required": ["literal"]}},
            "URL": {"type": "string", "pattern": "^https?://"},
            "note": {"type": "string"},
            "issued": {
                "type": "object",
                "required": ["date-parts"],
                "properties": {"date-parts": {"items": {"items": {"type": "integer"}, "minItems": 1, "maxItems": 3}}},
            },
        },
    },
}


def citation(number: int, quote: str, *sources: Source) -> Citation:
    return Citation(
        number=number,
        article="gen-4",
        passage="gen-4:a",
        title="Gen-4 & its “worlds”",
        publisher=None,
        url=None,
        published="2026-11-22",
        fetched=None,
        page=None,
        known_since="2025-03-31",
        start=10,
        end=10 + len(quote),
        quote=quote,
        digest="d" * 64,
        references=(Reference(label="r", start=10, end=20, sources=sources),) if sources else (),
    )


TECHCRUNCH = Source(
    publisher="TechCrunch", title="Runway: 100% new_model #4", url="https://t.test/a_b?c=1%20", published="2025-03-31"
)
VERGE = Source(publisher="The Verge", title="Worlds", url="javascript:alert(1)", published="2025-04")


@pytest.fixture
def answer() -> Answer:
    citations = (
        citation(1, "Clips last 10 seconds.", TECHCRUNCH),
        citation(2, "Clips cost *12* credits.", TECHCRUNCH, VERGE),
        citation(3, HOSTILE),
    )
    return Answer(
        question="How long & how much?",
        understood_as="How long and how much is a Gen-4 clip?",
        answered=True,
        text="…",
        mode="extractive",
        as_of=None,
        generation="g",
        short=Short(text="10 seconds", citation=1, start=21, end=31),
        statements=(
            Statement(text="Clips last 10 seconds.", citations=(1,), verdict="supported"),
            Statement(text=HOSTILE, citations=(2, 3), verdict="partly", reasons=("8 s: the source says 10 s",)),
        ),
        citations=citations,
    )


def test_a_work_under_two_citations_is_listed_once_with_both_numbers(answer: Answer) -> None:
    assert [(work.publisher, work.numbers) for work in works(answer)] == [
        ("TechCrunch", (1, 2)),
        ("The Verge", (2,)),
        (None, (3,)),
    ]


def test_bibtex_parses_and_keeps_titles_outlets_and_dates(answer: Answer) -> None:
    library = bibtexparser.parse_string(bibtex(answer))
    assert library.failed_blocks == []
    entries = [{field.key: field.value for field in entry.fields} for entry in library.entries]
    assert [entry["year"] for entry in entries] == ["2025", "2025", "2026"]
    assert entries[0]["title"] == r"{Runway: 100\% new\_model \#4}"
    assert entries[0]["author"] == "{TechCrunch}"
    assert [entry["month"] for entry in entries] == ["3", "4", "11"]
    assert "url" not in entries[1]


def test_bibtex_keys_are_distinct_and_the_same_in_every_export(answer: Answer) -> None:
    keys = [entry.key for entry in bibtexparser.parse_string(bibtex(answer)).entries]
    assert len(set(keys)) == 3
    fewer = replace(answer, citations=answer.citations[1:])
    assert set(keys) >= {entry.key for entry in bibtexparser.parse_string(bibtex(fewer)).entries}


def test_csl_json_holds_to_its_schema(answer: Answer) -> None:
    items = json.loads(csl(answer))
    validate(items, CSL)
    assert items[0]["issued"] == {"date-parts": [[2025, 3, 31]]}
    assert [item.get("URL") for item in items] == ["https://t.test/a_b?c=1%20", None, None]


def test_json_is_the_answer_again(answer: Answer) -> None:
    assert Answer.from_json(json.loads(plain_json(answer))) == answer


def test_every_footnote_mark_has_a_footnote_and_the_other_way_round(answer: Answer) -> None:
    text = markdown(answer)
    assert set(re.findall(r"\[\^(\d+)\](?!:)", text)) == set(re.findall(r"(?m)^\[\^(\d+)\]:", text)) == {"1", "2", "3"}


def test_a_doubtful_statement_says_so_in_markdown(answer: Answer) -> None:
    assert "> Only partly supported: 8 s: the source says 10 s" in markdown(answer)


def test_hostile_text_leaves_no_image_html_or_foreign_link_in_markdown(answer: Answer) -> None:
    html = RENDER.render(markdown(answer))
    assert "<img" not in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {"https://t.test/a_b?c=1%20"}


def test_a_refusal_is_exported_in_every_format(answer: Answer) -> None:
    refused = replace(answer, answered=False, text="Not in the articles.", statements=(), citations=(), short=None)
    assert "Not in the articles." in FORMATS["md"](refused)
    assert FORMATS["bib"](refused) == ""
    assert json.loads(FORMATS["csl.json"](refused)) == []


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=80)
    | st.text("![]()<>*_`#-+.1:/htpw@~$|&;\\ ab", max_size=40)
)
def test_any_text_renders_as_itself_in_markdown(text: str) -> None:
    tokens = RENDER.parse(escape(text))
    words = "".join(
        child.content for token in tokens for child in token.children or () if child.type in ("text", "text_special")
    )
    assert words == " ".join(text.split())
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for token in tokens for child in token.children or ()} <= {"text", "text_special"}


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_any_title_stays_inside_its_bibtex_field(title: str) -> None:
    held = citation(1, "q", Source(publisher="P", title=title))
    empty = Answer(question="q", understood_as="q", answered=True, text="", mode="", as_of=None, generation="")
    library = bibtexparser.parse_string(bibtex(replace(empty, citations=(held,))))
    assert library.failed_blocks == []
    assert [{field.key for field in entry.fields} for entry in library.entries] == [{"title", "author", "note"}]
