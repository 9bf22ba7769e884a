"""The trained reader: rows, spans, the shipped file, and readings on a real index."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReaderError
from rag.index import Index
from rag.readers._pairs import LIMIT, Pairs
from rag.readers._span_logits import LONGEST, Output, best_span, sentence_scores, spans
from rag.readers._span_model import FOLDER, SpanModel
from rag.readers.span import PASSAGES, SpanReader
from rag.records import Question, Retrieved
from rag.vocabulary import Vocabulary
from tests.conftest import Place

PAIRS = Pairs()
RHINE = Question(text="How long is the Rhine?")


@pytest.fixture
def index(ingested: Place) -> Iterator[Index]:
    opened = ingested.open()
    yield opened
    opened.close()


def all_passages(index: Index) -> list[Retrieved]:
    ids = [i for article in index.articles() for i in index.passage_ids(article.slug)]
    return [Retrieved(passage=p, score=1.0) for p in index.passages(ids)]


def reader(index: Index, place: Place) -> SpanReader:
    return SpanReader(index, place.embedder, Vocabulary())


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=200))
def test_each_sentence_has_its_own_pieces_in_order_and_a_row_is_never_too_long(texts: list[str], question: str) -> None:
    row = PAIRS.pair(question, "A title", "A heading", texts)
    held = [r for r in row.sentences if r != (0, 0)]
    assert all(a < b for a, b in held)
    assert all(before[1] == after[0] for before, after in pairwise(held))
    assert len(row.ids) == len(row.offsets) <= LIMIT


def test_pieces_point_to_their_words() -> None:
    sentence = "Gen-4.5 costs $0.12 a second — naïve café."
    row = PAIRS.pair("What does it cost?", "Prices", "", [sentence])
    start, end = row.sentences[0]
    assert "".join(sentence[a:b] for a, b in row.offsets[start:end]) == sentence.replace(" ", "")


@given(st.integers(0, 2**32 - 1))
def test_a_short_answer_is_ordered_inside_one_sentence_and_not_too_long(seed: int) -> None:
    texts = ["The Rhine is 1,230 km long.", "It rises in the Alps, " * 8 + "as all know."]
    row = PAIRS.pair("How long?", "Rivers", "", texts)
    logits = np.random.default_rng(seed).normal(size=(len(row.ids), 4)).astype(np.float32)
    output = Output(logits, row)
    for number, found in enumerate(spans(output)):
        assert found is not None
        assert found.sentence == number
        assert 0 <= found.start < found.end <= len(texts[number])
        assert len(PAIRS.pieces(texts[number][found.start : found.end]).ids) <= LONGEST + 1
    best = best_span(output)
    assert best is not None
    assert best.margin == max(f.margin for f in spans(output) if f)
    assert len(sentence_scores(output)) == 2


def test_the_answer_comes_first_and_is_short(index: Index, place: Place) -> None:
    reading = reader(index, place).read(RHINE, all_passages(index))
    assert reading.evidence[0].sentence.text == "The Rhine is 1,230 km long."
    assert reading.short is not None
    assert "1,230" in reading.short.text
    assert index.article(reading.short.article).text[reading.short.start : reading.short.end] == reading.short.text


def test_a_question_the_passages_answer_is_surer_than_one_they_do_not(index: Index, place: Place) -> None:
    span = reader(index, place)
    told, untold = (
        span.read(Question(text=q), all_passages(index)).answerable
        for q in ("How long is the Rhine?", "How deep is the Danube at Vienna?")
    )
    assert 0 <= untold < told <= 1


def test_what_was_not_known_yet_is_not_read(index: Index, place: Place) -> None:
    early = Question(text=RHINE.text, as_of="2020-01-01")
    assert reader(index, place).read(early, all_passages(index)).evidence == ()


def test_nothing_retrieved_is_nothing_read(index: Index, place: Place) -> None:
    reading = reader(index, place).read(RHINE, [])
    assert (reading.evidence, reading.short, reading.answerable) == ((), None, 0.0)


def test_at_most_six_passages_are_read_and_the_second_reading_is_the_same(index: Index, place: Place) -> None:
    span = reader(index, place)
    many = all_passages(index) * 4
    first = span.score(RHINE, many)
    assert len(first) <= PASSAGES
    assert span.score(RHINE, many) == first


def test_what_is_said_of_a_passage_does_not_hang_on_the_others(index: Index, place: Place) -> None:
    passages = all_passages(index)
    together = reader(index, place).score(RHINE, passages)
    assert together == tuple(reader(index, place).score(RHINE, [one])[0] for one in passages)


def test_the_shipped_file_is_small() -> None:
    assert (FOLDER / "model.onnx").stat().st_size <= 25 * 2**20


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "span"
    shutil.copytree(FOLDER, folder)
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "model.onnx").write_bytes(data)
    with pytest.raises(ReaderError, match="install Cutaway again"):
        SpanModel(folder).output("q", "t", "h", ["s."])
