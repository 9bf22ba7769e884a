import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.doctor import examine
from rag.errors import IndexMismatch, NoIndex
from rag.generations.folders import Generations
from tests.conftest import run_rag
from tests.faults.zygote import Zygote
from tests.places import Place

RHINE = "How long is the Rhine?"


@pytest.mark.parametrize(("name", "number"), [("other", 3), ("narrow", 4)])
def test_row_3_and_4_an_index_of_another_model_is_not_asked_but_built_anew(
    name: str, number: int, broken: Place
) -> None:
    """Row 3: of equal dimension; row 4: of another."""
    settings = replace(broken.settings, embedder=f"tests.faults.embedders:{name}")
    with pytest.raises(IndexMismatch, match=rf"embedder 'hashing-1-384', now it is '{name}-1-.*run `rag ingest`"):
        Assistant.open(settings, build=False)
    stages: set[str] = set()
    with Assistant.open(settings, progress=lambda stage, done, total: stages.add(stage)) as assistant:
        assert "1,230 km" in assistant.ask(RHINE).text
    assert {"embed", "chroma", "check"} <= stages
    with pytest.raises(IndexMismatch):
        broken.open()


def older(place: Place, change: dict[str, Any]) -> None:
    """Make the index one that another release wrote, its checksums right."""
    generations = Generations(place.settings.index)
    pointer = generations.current()
    assert pointer
    path = place.settings.index / pointer.name / "manifest.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    data = json.dumps(plain | {"making": plain["making"] | change.pop("making", {})} | change).encode()
    path.write_bytes(data)
    (place.settings.index / "CURRENT").write_text(f"{pointer.name} {sha256(data).hexdigest()}\n", encoding="ascii")


RELEASES: dict[str, dict[str, Any]] = {
    "an older format": {"making": {"format": 1}},
    "a later format": {"making": {"format": 99, "colour": "blue"}},
    "other fields of the manifest": {"shape": "round"},
    "fields of another kind": {"articles": [1, 2]},
    "another splitter": {"making": {"splitter": "words-7"}},
}


@pytest.mark.parametrize("release", RELEASES)
def test_row_5_the_index_of_another_release_is_named_as_such_and_the_articles_stay(release: str, broken: Place) -> None:
    before = {path.name: path.read_bytes() for path in broken.folder.iterdir()}
    older(broken, dict(RELEASES[release]))
    with pytest.raises(
        IndexMismatch, match=r"another release of Cutaway; run `rag ingest`|built with splitter 'words-7'"
    ):
        broken.open()
    assert [(f.code, f.repair) for f in examine(broken.settings, broken.embedder)] == [
        ("mismatch", "Run `rag ingest`.")
    ]
    assert {path.name: path.read_bytes() for path in broken.folder.iterdir()} == before


def test_row_5_after_an_upgrade_a_question_is_answered_and_progress_is_told_beside_it(broken: Place) -> None:
    older(broken, {"making": {"format": 1}})
    cache = broken.settings.home / "vectors" / "hashing-1-384" / "vectors"
    before = cache.read_bytes()
    library = str(broken.settings.library)
    asked = run_rag(broken.settings, "ask", RHINE, RAG_READER="overlap", RAG_LIBRARY=library)
    assert asked.returncode == 0
    assert "1,230 km" in asked.stdout
    assert "chroma: 0/3" in asked.stderr
    assert cache.read_bytes() == before


def test_row_6_without_an_index_the_command_is_named_or_run(place: Place, zygote: Zygote) -> None:
    place.write("river", "The Rhine is 1,230 km long.")
    settings = replace(place.settings, reader="overlap")
    with pytest.raises(NoIndex, match=r"there is no index in .* yet; run `rag ingest`"):
        Assistant.open(settings, build=False)
    examined = zygote.rag(settings, "doctor")
    assert (examined.code, examined.out) == (
        1,
        "no-index: There is no index of these article folders yet. Run `rag ingest`.\n",
    )
    assert "1,230 km" in zygote.rag(settings, "ask", RHINE).out


def test_row_6_an_index_that_is_taken_away_is_told_and_comes_back(broken: Place) -> None:
    with Assistant.open(broken.settings) as assistant:
        assert assistant.ask(RHINE).answered
        away = broken.settings.index.with_name("away")
        broken.settings.index.rename(away)
        with pytest.raises(NoIndex, match="run `rag ingest`"):
            assistant.ask(RHINE)
        away.rename(broken.settings.index)
        assert "1,230 km" in assistant.ask(RHINE).text


def test_row_74_an_answer_is_never_that_of_an_index_before(broken: Place) -> None:
    with Assistant.open(broken.settings) as assistant:
        first = assistant.ask(RHINE)
        path: Path = broken.folder / "river.md"
        path.write_text(path.read_text().replace("1,230 km", "1,233 km"))
        broken.ingest()
        second = assistant.ask(RHINE)
        path.write_text(path.read_text().replace("1,233 km", "1,230 km"))
        broken.ingest()
        third = assistant.ask(RHINE)
    assert ["1,230" in a.text for a in (first, second, third)] == [True, False, True]
    assert len({a.generation for a in (first, second, third)}) == 3
