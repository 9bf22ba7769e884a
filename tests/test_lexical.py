from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import IndexDamaged
from rag.lexical import STOPWORDS, Lexical, fold, stem, terms

TEXTS = {
    "gen-4": "Gen-4 makes clips of 5 or 10 seconds at 24 fps.",
    "gen-4.5": "Gen-4.5 costs 25 credits a second.",
    "veo": "Google released Veo 3 with audio for $0.05 a second.",
    "café": "The Café in Zürich shows films — 你好世界.",
}


@pytest.fixture
def lexical() -> Lexical:
    return Lexical.build(list(TEXTS), list(TEXTS.values()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gen-4's $0.05", ["gen-4", "gen", "4", "$0.05", "0.05"]),
        ("veo3", ["veo3", "veo", "3"]),
        ("Gen-4.5", ["gen-4.5", "gen", "4.5"]),
        ("$1,234.50", ["$1234.50", "1234.50"]),
        ("75%", ["75%"]),
        ("the of and", []),
        ("", []),
    ],
)
def test_names_versions_and_prices_stay_terms(text: str, expected: list[str]) -> None:
    assert list(dict.fromkeys(terms(text))) == expected


@given(st.text(max_size=200))
def test_terms_are_folded_and_hold_no_blank_and_no_stopword(text: str) -> None:
    for term in terms(text):
        assert term == fold(term)
        assert term
        assert not any(c.isspace() for c in term)
    assert not [t for t in terms(text) if t in STOPWORDS and t.isascii() and t in text.split()]


@given(st.text(max_size=100))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("clips", "clip"), ("companies", "company"), ("costing", "costs"), ("released", "release"), ("videos", "video")],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("runway", "runner"), ("pika", "pikas2"), ("sora", "sort")])
def test_names_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("query", ["gen 4 clips", "GEN-4 clip", "gen4 clips", "Gen‑4 clips"])
def test_a_name_is_found_however_it_is_typed(lexical: Lexical, query: str) -> None:
    assert lexical.search(query, 1)[0][0] == "gen-4"


@pytest.mark.parametrize(("query", "found"), [("$0.05", "veo"), ("zurich cafe", "café"), ("4.5", "gen-4.5")])
def test_figures_accents_and_versions_are_found(lexical: Lexical, query: str, found: str) -> None:
    assert lexical.search(query, 1)[0][0] == found


def test_results_come_best_first_with_scores_above_nothing(lexical: Lexical) -> None:
    found = lexical.search("Gen-4 clips of 10 seconds", 10)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert "café" not in dict(found)


@pytest.mark.parametrize("query", ["", "the of", "unheard-of nonsense", "?!"])
def test_words_that_stand_nowhere_find_nothing(lexical: Lexical, query: str) -> None:
    assert lexical.search(query, 5) == []


def test_scores_of_ids_come_in_their_order(lexical: Lexical) -> None:
    every = dict(zip(TEXTS, lexical.scores("credits seconds"), strict=True))
    wanted = ["veo", "gen-4.5", "gen-4"]
    assert lexical.scores_of("credits seconds", wanted).tolist() == [every[i] for i in wanted]


def test_a_rarer_term_weighs_more_and_an_unknown_one_most(lexical: Lexical) -> None:
    assert lexical.idf("nonsense") > lexical.idf("fps") > lexical.idf("gen")
    assert "fps" in lexical
    assert "nonsense" not in lexical


def test_a_slip_of_the_keyboard_finds_the_term_meant_and_nonsense_finds_none(lexical: Lexical) -> None:
    assert lexical.known("secnod") == "second"
    assert lexical.known("nonsense") is None


def test_what_was_saved_answers_the_same(lexical: Lexical, tmp_path: Path) -> None:
    lexical.save(tmp_path / "words")
    again = Lexical.load(tmp_path / "words")
    assert again.search("gen-4 audio", 9) == lexical.search("gen-4 audio", 9)
    assert np.array_equal(again.scores("second"), lexical.scores("second"))


def test_an_index_of_nothing_finds_nothing_also_when_saved(tmp_path: Path) -> None:
    for ids, texts in (([], []), (["a"], ["?!"])):
        Lexical.build(ids, texts).save(tmp_path / str(len(ids)))
        assert Lexical.load(tmp_path / str(len(ids))).search("word", 3) == []


@pytest.mark.parametrize("name", ["terms.json", "data.csc.index.npy"])
def test_a_missing_or_broken_file_is_reported_with_the_repair(lexical: Lexical, tmp_path: Path, name: str) -> None:
    lexical.save(tmp_path)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(IndexDamaged, match="rag doctor --repair"):
        Lexical.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexDamaged, match="rag doctor --repair"):
        Lexical.load(tmp_path)


def test_ids_and_texts_of_unequal_number_are_refused() -> None:
    with pytest.raises(ValueError, match="2 ids for 1 texts"):
        Lexical.build(["a", "b"], ["text"])


LINES = st.lists(st.text(alphabet="ab 1-é.", max_size=30), max_size=8)


@given(LINES)
def test_the_scores_are_those_of_bm25s_itself(texts: list[str]) -> None:
    lexical = Lexical.build([str(n) for n in range(len(texts))], texts)
    split = [terms(text) for text in texts]
    if not any(split):
        return
    stock = bm25s.BM25(k1=1.2, b=0.75)
    stock.index(split, show_progress=False)
    for term in {term for row in split for term in row}:
        assert np.array_equal(lexical.scores(term), np.sum([stock.get_scores([t]) for t in terms(term)], axis=0))


@given(LINES, LINES, st.sets(st.integers(min_value=0, max_value=7)))
def test_an_amended_index_answers_as_one_built_anew(before: list[str], added: list[str], gone: set[int]) -> None:
    left = [n for n in range(len(before)) if n not in gone]
    ids = [str(n) for n in left] + [f"new {n}" for n in range(len(added))]
    anew = Lexical.build(ids, [before[n] for n in left] + added)
    first = Lexical.build([str(n) for n in range(len(before))], before)
    amended = first.amended({str(n) for n in gone}, [f"new {n}" for n in range(len(added))], added)
    for text in [*before, *added, "ab"]:
        assert amended.search(text, 20) == anew.search(text, 20)
        assert all(amended.idf(t) == anew.idf(t) and (t in amended) == (t in anew) for t in terms(text))


def test_what_was_saved_can_be_amended(lexical: Lexical, tmp_path: Path) -> None:
    lexical.save(tmp_path / "one")
    Lexical.load(tmp_path / "one").amended({"veo"}, ["veo-4"], ["Veo 4 sings."]).save(tmp_path / "two")
    again = Lexical.load(tmp_path / "two")
    assert [name for name, _ in again.search("Veo", 9)] == ["veo-4"]
    assert "google" not in again
    assert again.search("24 fps", 1)[0][0] == "gen-4"
