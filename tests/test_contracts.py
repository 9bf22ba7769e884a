"""Every file of every menu keeps the promises of its protocol; embedders have tests/embedders/test_contract.py."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from zipfile import ZipFile

import pytest

from rag.answerers import Answerer, Brief, excerpts
from rag.assistant import Assistant
from rag.embedders import Embedder
from rag.errors import SourceError
from rag.index import Index
from rag.menus import choices, load
from rag.questions import analyse
from rag.readers import Reader
from rag.records import Draft, Question, Reading
from rag.retrievers import Retriever
from rag.sentences import normalise
from rag.visibility import visible_sentences
from rag.vocabulary import Vocabulary
from tests.providers import Providers

LONG = (
    "Runway announced the video model Gen-4 on 31 March 2025 with clips of 5 or 10 seconds at 24 frames per second, and"
    " 12 credits per second on the web app in Runway's help page, but is there native audio elsewhere?"
)
QUESTIONS = [
    Question(text="How long can a Gen-4 clip be?"),
    Question(text="What does it cost?", second="How long can a Gen-4 clip be?"),
    Question(text="Who won the 1998 World Cup?"),
    Question(text="你好吗 🎬"),
    Question(text="the of and"),
    Question(text=LONG),
]
FILTERS = [
    {},
    {"as_of": "2025-04"},
    {"since": "2026"},
    {"publisher": "TechCrunch"},
    {"topic": "google"},
    {"as_of": "1999"},
]
ASKED = [replace(question, **filters) for question in QUESTIONS for filters in FILTERS]


@pytest.fixture(scope="module")
def embedder(asked: Assistant) -> Embedder:
    made: Embedder = asked.embedder
    return made


@pytest.fixture(scope="module")
def index(asked: Assistant, embedder: Embedder) -> Iterator[Index]:
    opened = Index.open(asked.settings, embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def vocabulary(asked: Assistant) -> Vocabulary:
    return Vocabulary.load(asked.settings.entities)


@pytest.fixture(scope="module", params=choices("retrievers"))
def retriever(request: pytest.FixtureRequest, index: Index, embedder: Embedder) -> Retriever:
    made: Retriever = load("retrievers", request.param)(index, embedder)
    return made


@pytest.fixture(scope="module", params=choices("readers"))
def reader(request: pytest.FixtureRequest, index: Index, embedder: Embedder, vocabulary: Vocabulary) -> Reader:
    made: Reader = load("readers", request.param)(index, embedder, vocabulary)
    return made


@pytest.fixture(scope="module", params=choices("answerers"))
def answerer(request: pytest.FixtureRequest, asked: Assistant, providers: Providers) -> Answerer:
    settings = replace(asked.settings, chat_model="openai:well", chat_url=providers.base("openai"))
    made: Answerer = load("answerers", request.param)(settings)
    return made


@pytest.mark.parametrize("question", ASKED, ids=repr)
def test_a_retriever_gives_visible_passages_best_first(retriever: Retriever, index: Index, question: Question) -> None:
    found = retriever.retrieve(question, 4)
    assert len(found) <= 4
    assert len({r.passage.id for r in found}) == len(found)
    assert all(visible_sentences(r.passage, index.article(r.passage.article), question) for r in found)
    assert all(r.passage == index.passages([r.passage.id])[0] for r in found)
    assert all(rank >= 1 for r in found for _, rank in r.ranks)


def test_a_retriever_finds_the_passage_that_answers(retriever: Retriever) -> None:
    found = retriever.retrieve(Question(text="How many credits per second does Gen-4 cost?"), 3)
    assert "12 credits per second" in found[0].passage.text
    assert found[0].score >= found[-1].score


def test_a_clause_of_a_long_question_lifts_the_passage_it_asks_for(index: Index, embedder: Embedder) -> None:
    retriever = load("retrievers", "hybrid")(index, embedder)
    one_clause = LONG.replace(",", "").replace(" but ", " ").replace(" and ", " ")
    clauses, flat = (
        {r.passage.article: r.score for r in retriever.retrieve(Question(text=text), 12)} for text in (LONG, one_clause)
    )
    assert clauses["veo-3"] > 1.3 * flat["veo-3"]


def test_a_retriever_finds_the_same_again(retriever: Retriever) -> None:
    assert retriever.retrieve(QUESTIONS[0], 5) == retriever.retrieve(QUESTIONS[0], 5)


@pytest.mark.parametrize("question", ASKED, ids=repr)
def test_a_reader_gives_visible_sentences_best_first_that_stand_in_the_articles(
    reader: Reader, index: Index, embedder: Embedder, question: Question
) -> None:
    retrieved = load("retrievers", "hybrid")(index, embedder).retrieve(question, 6)
    reading = reader.read(question, retrieved)
    scores = [e.score for e in reading.evidence]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= reading.answerable <= 1
    for e in reading.evidence:
        article = index.article(e.passage.article)
        assert article.text[e.sentence.start : e.sentence.end] == e.sentence.text
        assert e.sentence in visible_sentences(e.passage, article, question)
        assert not e.sentence.gap
    if reading.short:
        short = reading.short
        assert index.article(short.article).text[short.start : short.end] == short.text


def test_a_reader_finds_nothing_in_nothing(reader: Reader) -> None:
    reading = reader.read(QUESTIONS[0], ())
    assert (reading.evidence, reading.short, reading.answerable) == ((), None, 0.0)


def test_a_reader_puts_the_sentence_that_answers_among_the_first(
    reader: Reader, index: Index, embedder: Embedder
) -> None:
    question = Question(text="How many credits per second does Gen-4 cost?")
    reading = reader.read(question, load("retrievers", "hybrid")(index, embedder).retrieve(question, 6))
    assert "12 credits per second" in " ".join(e.sentence.text for e in reading.evidence[:2])


@pytest.mark.parametrize("question", QUESTIONS, ids=repr)
def test_an_answerer_rests_each_statement_on_spans_of_the_articles(
    answerer: Answerer, index: Index, embedder: Embedder, vocabulary: Vocabulary, question: Question
) -> None:
    retrieved = load("retrievers", "hybrid")(index, embedder).retrieve(question, 6)
    reading = load("readers", "overlap")(index, embedder, vocabulary).read(question, retrieved)
    passages = [e.passage for e in reading.evidence]
    brief = Brief(
        question=question,
        asked=analyse(question.text, vocabulary),
        reading=replace(reading, answerable=1.0),
        excerpts=excerpts(question, passages, index),
    )
    *statements, draft = answerer.draft(brief)
    assert isinstance(draft, Draft)
    assert draft.statements == tuple(statements)
    assert draft.statements or not reading.evidence
    for statement in draft.statements:
        assert statement.text.strip()
        assert statement.spans
        assert all(index.article(s.article).text[s.start : s.end] == s.text for s in statement.spans)


def test_an_answerer_refuses_what_the_reading_does_not_carry(answerer: Answerer, vocabulary: Vocabulary) -> None:
    nothing = Reading(evidence=(), short=None, answerable=0.0, missing=("World Cup",))
    brief = Brief(question=QUESTIONS[2], asked=analyse(QUESTIONS[2].text, vocabulary), reading=nothing)
    [draft] = answerer.draft(brief)
    assert isinstance(draft, Draft)
    assert (draft.statements, draft.missing) == ((), ("World Cup",))


@pytest.mark.parametrize("name", choices("sources"))
def test_a_source_reads_its_sample_into_a_normalised_article(name: str) -> None:
    read = load("sources", name)(samples()[name], f"my-file.{name}")
    for article in read if isinstance(read, tuple) else (read,):
        assert "Gen-4 makes clips of 10 seconds." in article.text
        assert normalise(article.text) == article.text
        assert article.digest == sha256(article.text.encode()).hexdigest()
        assert article.title
        assert article.slug
        assert all(0 <= r.start < r.end <= len(article.text) for r in article.references)


@pytest.mark.parametrize("name", choices("sources"))
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\xff" * 50, b"PK\x03\x04", b"%PDF-1.7", b"<rss"], ids=repr)
def test_a_source_reads_any_bytes_or_refuses_them_by_the_name_of_the_file(name: str, data: bytes) -> None:
    try:
        load("sources", name)(data, "my-file")
    except SourceError as error:
        said = str(error)
        assert "my-file" in said


def test_no_two_sources_read_the_same_suffix() -> None:
    suffixes = [s for name in choices("sources") for s in import_module(f"rag.sources.{name}").SUFFIXES]
    assert len(set(suffixes)) == len(suffixes)
    assert all(s == s.lower() and s.startswith(".") for s in suffixes)


SAID = "Gen-4 makes clips of 10 seconds."
MORE = "The prompt may hold a thousand characters and one picture, and the price of a second is twelve credits."


def samples() -> dict[str, bytes]:
    """A file for every source on the menu; a new source needs one here."""
    html = f"<html><title>Gen-4</title><body><article><h1>Gen-4</h1><p>{SAID}</p><p>{MORE}</p></article></body></html>"
    feed = (
        "<rss version='2.0'><channel><title>News</title><item><title>Gen-4</title><link>https://example.org/a</link>"
        f"<description>{SAID} {MORE}</description></item></channel></rss>"
    )
    return {
        "markdown": f'# Gen-4\n\n{SAID}[^a] {MORE}\n\n[^a]: Runway, "Help", n.d., https://x.org ;\n'.encode(),
        "text": f"Gen-4\n\n{SAID} {MORE}\n".encode(),
        "html": html.encode(),
        "feed": feed.encode(),
        "docx": docx(),
        "pdf": pdf(),
    }


def docx() -> bytes:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    types += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    part = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types += f'<Override PartName="/word/document.xml" ContentType="{part}"/></Types>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    links += f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>'
    text = "".join(f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p>" for t in ("Gen-4", f"{SAID} {MORE}"))
    words = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", links)
        archive.writestr("word/document.xml", f"{words}<w:body>{text}</w:body></w:document>")
    return packed.getvalue()


def pdf() -> bytes:
    lines = ["Gen-4", "", SAID, *MORE.split(", ")]
    shown = "BT /F1 12 Tf 50 700 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(shown)}>>\nstream\n{shown}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    out += f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out.encode("latin-1")
