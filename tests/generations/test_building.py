import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from langchain_chroma import Chroma

from rag.corpus import Known, read_corpus
from rag.embedders import Vectors
from rag.embedders.hashing import Hashing
from rag.generations.compacting import compact
from rag.generations.folders import Generations
from rag.generations.vectors import VectorCache
from rag.index import Index
from rag.ingest import Report, ingest
from rag.records import Question
from tests.places import Place

TOWN = (
    "## People of town {n}\n\nTown {n} has {n}000 people.\n\n## River of town {n}\n\nIt lies on river {n}. It is old."
)


@pytest.fixture
def towns(place: Place) -> Place:
    """Thirty articles of two passages, ingested."""
    for n in range(30):
        place.write(f"town-{n}", TOWN.format(n=n))
    place.ingest()
    return place


def amended(place: Place) -> Report:
    """An ingest that changes a copy, however small the generation is."""
    return ingest(place.settings, place.embedder, copied_from=0)


def unused(index: Index) -> int:
    return index.manifest.rows["passages"] - index.manifest.passages


def held(place: Place) -> dict[str, object]:
    """All that an index can be asked for, by both ways of searching, and what another Chroma client finds in it."""
    index = place.open()
    found: dict[str, object] = {"articles": index.articles(), "abouts": index.abouts()}
    questions = [f"Town {n} has {n}000 people on a river" for n in range(0, 40, 3)]
    for article in index.articles():
        ids = index.passage_ids(article.slug)
        vectors = [rows.tolist() for rows in index.sentence_vectors(ids)]
        found[article.slug] = (ids, index.passages(ids), vectors)
    for way in ("matrix", "graph"):
        for text in questions:
            vector = place.embedder.embed([text])[0]
            found[f"{way} {text}"] = sorted(index.nearest(vector, 200)), index.nearest(vector, 1)
        index.warm()
    found["words"] = [sorted(index.lexical.search(text, 200)) for text in questions]
    found["covered"] = index.coverage().of(Question(text="q"))
    folder = place.settings.index / index.generation / "chroma"
    stored = Chroma("passages", persist_directory=str(folder)).get(include=["documents", "metadatas", "embeddings"])
    rows = zip(stored["ids"], stored["documents"], stored["metadatas"], stored["embeddings"], strict=True)
    found["stored"] = sorted((name, text, sorted(facts.items()), vector.tolist()) for name, text, facts, vector in rows)
    index.close()
    return found


def test_a_changed_copy_holds_what_a_generation_built_anew_holds(towns: Place, tmp_path: Path) -> None:
    reader = towns.open()
    reader.warm()
    path = towns.folder / "town-7.md"
    path.write_text(path.read_text().replace("7000 people", "7007 people").replace("On town-7", "The town"))
    towns.write("town-30", TOWN.format(n=30))
    report = amended(towns)
    assert {name for name, what in towns.outcomes(report).items() if what != "unchanged"} == {"town-7", "town-30"}
    assert unused(towns.open()) == 2
    (towns.folder / "town-3.md").unlink()
    amended(towns)
    assert unused(towns.open()) == 4
    anew = replace(towns, settings=replace(towns.settings, home=tmp_path / "other"))
    anew.ingest()
    assert unused(anew.open()) == 0
    assert held(towns) == held(anew)
    assert held(towns) == held(anew), "opening an amended generation changes nothing in it"
    found = reader.nearest(towns.embedder.embed(["Town 3 has 3000 people"])[0], 1)
    assert reader.passages([found[0][0]])[0].article == "town-3"


def test_a_copy_is_not_changed_for_many_articles_nor_for_ever(towns: Place) -> None:
    for n in range(4):
        towns.write(f"town-{n}", TOWN.format(n=n + 100))
    amended(towns)
    assert unused(towns.open()) == 0
    left = []
    for n in range(12):
        towns.write("town-9", TOWN.format(n=n + 200))
        amended(towns)
        left.append(unused(towns.open()))
    assert left[:8] == list(range(2, 18, 2))
    assert 0 in left
    assert max(left) <= 0.25 * 60 + 2


def test_below_the_threshold_a_generation_is_built_anew(towns: Place) -> None:
    towns.write("town-30", TOWN.format(n=30))
    (towns.folder / "town-1.md").unlink()
    towns.ingest()
    assert unused(towns.open()) == 0


@pytest.mark.parametrize("name", ["sentences.vectors", "passages.vectors", "passages.sqlite3", "lexical/words.npy"])
@pytest.mark.parametrize("copied_from", [0, 1000])
def test_damage_is_not_taken_over_from_the_generation_before(name: str, copied_from: int, towns: Place) -> None:
    path = towns.settings.index / towns.open().generation / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    towns.write("town-30", TOWN.format(n=30))
    ingest(towns.settings, towns.embedder, copied_from=copied_from)
    assert unused(towns.open()) == 0
    assert "30000 people" in towns.answers("Town 30 has 30000 people")[0]
    assert "5000 people" in towns.answers("Town 5 has 5000 people")[0]


@pytest.mark.parametrize("stage", ["store", "chroma", "check", "rename"])
def test_killed_while_a_copy_is_changed_the_index_answers_and_the_next_ingest_finishes(
    stage: str, towns: Place
) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.ingest import ingest; from rag.settings import Settings\n"
        "def step(stage, done, total):\n"
        "    if stage == sys.argv[1]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "settings = Settings(corpus=(Path(sys.argv[2]),), home=Path(sys.argv[3]), embedder='hashing')\n"
        "ingest(settings, Hashing(), step, copied_from=0)"
    )
    towns.write("town-30", TOWN.format(n=30))
    command = [sys.executable, "-c", program, stage, towns.folder, towns.settings.home]
    assert subprocess.run(command, check=False).returncode == -9
    assert "5000 people" in towns.answers("Town 5 has 5000 people")[0]
    amended(towns)
    assert "30000 people" in towns.answers("Town 30 has 30000 people")[0]
    assert "5000 people" in towns.answers("Town 5 has 5000 people")[0]


def test_a_file_whose_bytes_are_known_is_not_read_again_and_still_keeps_its_slug_and_text(towns: Place) -> None:
    first = {reading.path: reading for reading in read_corpus(towns.settings)}
    articles = [(reading.source, reading.article) for reading in first.values() if reading.article]
    known = {source: Known(slug=article.slug, digest=article.digest) for source, article in articles}
    towns.write("a-new-one", "Something new.", front="slug: town-5")
    (towns.folder / "twin.md").write_bytes((towns.folder / "town-6.md").read_bytes())
    towns.write("town-8", TOWN.format(n=88))
    readings = {reading.path.name: reading for reading in read_corpus(towns.settings, known)}
    assert sum(reading.known is not None for reading in readings.values()) == 28
    assert readings["a-new-one.md"].article
    assert "belongs to a-new-one.md" in (readings["town-5.md"].refused or "")
    assert "same text as town-6.md" in (readings["twin.md"].refused or "")
    assert readings["town-8.md"].article


class Counting(Hashing):
    """Counts what is really embedded."""

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return super().embed(texts)


def test_the_vector_cache_is_kept_to_what_all_indexes_of_the_home_folder_use(towns: Place, tmp_path: Path) -> None:
    other = tmp_path / "others"
    other.mkdir()
    second = replace(towns, folder=other, settings=replace(towns.settings, corpus=(other,)))
    second.write("moon", "The Moon orbits the Earth. It is grey.")
    second.ingest()
    for n in range(30):
        towns.write(f"town-{n}", TOWN.format(n=n + 500))
    towns.ingest()
    home, own, counting = towns.settings.home, towns.settings.index, Counting()
    assert compact(home, own, counting) == 0, "not worth it"
    with Generations(second.settings.index).writer():
        assert compact(home, own, counting, spare=0) == 0, "the other index is being written"
    VectorCache(home, counting).fill([f"of no use {n}" for n in range(200)], lambda done, total: None)
    assert compact(home, own, counting, spare=10) == 30 * 4 + 200 - 10, (
        "the first texts of the towns, and most of no use"
    )
    counting.embedded = 0
    for place in (towns, second):
        ingest(place.settings, counting, anew=True)
    assert counting.embedded == 0
    assert np.array_equal(
        np.concatenate(list(VectorCache(home, counting).take(["of no use 195"]))), Hashing().embed(["of no use 195"])
    )


def test_near_equal_passages_are_all_found_and_no_list_of_all_vectors_is_in_memory(place: Place) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.ingest import ingest; from rag.settings import Settings\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "peak = {}\n"
        "def step(stage, *_): peak.setdefault(stage, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
        "ingest(settings, Hashing(), step); print(peak['words'] - peak['store'])"
    )
    for n in range(300):
        place.write(f"town-{n}", " ".join(f"Town {n} has {m} people, says person {m * n}." for m in range(40)))
    command = [sys.executable, "-c", program, place.folder, place.settings.home]
    grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    vectors = (place.settings.index / place.open().generation / "sentences.vectors").stat().st_size // 2**20
    assert vectors >= 17
    assert grown < vectors
