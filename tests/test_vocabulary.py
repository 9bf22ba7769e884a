import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import CorpusError
from rag.vocabulary import Entity, Vocabulary

NAMES = Vocabulary(
    (
        Entity(name="Runway", aliases=("RunwayML",), kind="company"),
        Entity(name="Gen-4", aliases=("Runway Gen-4",), kind="model", maker="Runway"),
        Entity(name="Gen-4 Turbo", kind="model", maker="Runway", version_of="Gen-4"),
        Entity(name="Gen-4.5", kind="model", maker="Runway", version_of="Gen-4"),
        Entity(name="Veo 3", kind="model", maker="Google"),
        Entity(name="Aleph", kind="model", maker="Runway", ambiguous=True),
    )
)


@pytest.mark.parametrize("spelling", ["Gen-4", "gen 4", "GEN4", "Runway Gen-4", "gen‑4", "runway gen4"])
def test_a_name_is_met_in_every_spelling(spelling: str) -> None:
    assert NAMES.named(f"How long is a {spelling} clip?") == {"Gen-4"}


@pytest.mark.parametrize(
    ("text", "name"),
    [("Gen-4 Turbo is fast", "Gen-4 Turbo"), ("Gen-4.5 is new", "Gen-4.5"), ("gen 4 turbo", "Gen-4 Turbo")],
)
def test_the_longest_name_wins(text: str, name: str) -> None:
    assert NAMES.named(text) == {name}


def test_a_mention_stands_at_its_offsets() -> None:
    text = "RunwayML sells Gen-4 and veo3."
    assert [(text[m.start : m.end], m.entity) for m in NAMES.mentions(text)] == [
        ("RunwayML", "Runway"),
        ("Gen-4", "Gen-4"),
        ("veo3", "Veo 3"),
    ]


def test_a_name_that_is_also_a_word_is_met_only_as_it_is_written() -> None:
    assert NAMES.named("Aleph edits video") == {"Aleph"}
    assert NAMES.named("the aleph of Borges") == set()


def test_a_name_inside_a_word_is_not_met() -> None:
    assert NAMES.named("The runways of gen-40 and Veo 31") == set()


def test_makers_families_and_siblings_are_told() -> None:
    assert NAMES.maker("Gen-4") == "Runway"
    assert NAMES.maker("Unheard-of") is None
    assert NAMES.family("Gen-4 Turbo") == {"Gen-4 Turbo", "Gen-4"}
    assert NAMES.siblings("Gen-4 Turbo") == {"Gen-4", "Gen-4.5"}
    assert NAMES.siblings("Veo 3") == set()


def test_versions_of_each_other_end_no_walk() -> None:
    circle = Vocabulary((Entity(name="A", version_of="B"), Entity(name="B", version_of="A")))
    assert circle.family("A") == {"A", "B"}
    circle.siblings("A")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What does MoonFrame 2 cost?", ["MoonFrame 2"]),
        ("Who is Jane Doe at ACME?", ["Jane Doe", "ACME"]),
        ("How long is a Gen-4 clip?", []),
        ("Which model is newest?", []),
        ("What happened? Nothing did.", []),
        ("Was it on Monday, March 31, or in April 2025?", []),
    ],
)
def test_names_no_vocabulary_knows_are_found_by_their_form(text: str, names: list[str]) -> None:
    assert [m.entity for m in NAMES.patterned(text)] == names


@given(st.text(alphabet="Gen-4 5.Veo3RunwayTurbo?\n", max_size=120))
def test_mentions_come_in_order_none_inside_another_none_met_twice(text: str) -> None:
    for mentions in (NAMES.mentions(text), NAMES.patterned(text)):
        ends = [0, *(m.end for m in mentions)]
        assert all(end <= m.start < m.end <= len(text) for end, m in zip(ends, mentions, strict=False))
    known = {i for m in NAMES.mentions(text) for i in range(m.start, m.end)}
    assert not known & {i for m in NAMES.patterned(text) for i in range(m.start, m.end)}


def test_a_missing_file_is_an_empty_vocabulary(tmp_path: Path) -> None:
    assert Vocabulary.load(tmp_path / "none.json").named("Runway Gen-4") == set()


@pytest.mark.parametrize("content", ["{", '[{"nam": "x"}]', '{"a": 1}', "[1]"])
def test_a_file_that_is_no_vocabulary_is_refused_by_its_path(tmp_path: Path, content: str) -> None:
    (tmp_path / "entities.json").write_text(content)
    with pytest.raises(CorpusError, match=r"entities\.json: not a vocabulary .*mend"):
        Vocabulary.load(tmp_path / "entities.json")


def test_a_vocabulary_is_read_with_its_aliases(tmp_path: Path) -> None:
    row = {"name": "Gen-4", "aliases": ["G4"], "kind": "model", "maker": "Runway", "version_of": None}
    (tmp_path / "entities.json").write_text(json.dumps([row]))
    assert Vocabulary.load(tmp_path / "entities.json").named("the g4 model") == {"Gen-4"}
