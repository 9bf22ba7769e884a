import gc
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings

from rag import index as index_module
from rag.embedders import Embedder
from rag.embedders.hashing import Hashing
from rag.errors import IndexDamaged, IndexMismatch, NoIndex
from rag.index import Index
from tests.places import Place


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Thirty articles, ingested once; tests must not change them."""
    from rag.settings import Settings

    folder = tmp_path_factory.mktemp("corpus")
    place = Place(
        folder=folder,
        settings=Settings(corpus=(folder,), home=tmp_path_factory.mktemp("home"), embedder="hashing"),
        embedder=Hashing(),
    )
    for n in range(30):
        place.write(
            f"town-{n}", f"## People\n\nTown {n} has {n * 1000} people.\n\n## River\n\nIt lies on river {n}. It is old."
        )
    place.ingest()
    return place


def test_every_passage_finds_itself_and_both_ways_of_searching_agree(kept: Place) -> None:
    exact, warm = kept.open(), kept.open()
    warm.warm()
    for article in exact.articles():
        for passage in exact.passages(exact.passage_ids(article.slug)):
            vector = kept.embedder.embed([passage.text])[0]
            found = exact.nearest(vector, 7)
            assert found[0][0] == passage.id
            assert found[0][1] == pytest.approx(1, abs=1e-5)
            assert warm.nearest(vector, 7) == found
            assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_more_neighbours_than_passages_are_all_passages(kept: Place) -> None:
    index = kept.open()
    everything = index.nearest(kept.embedder.embed(["town"])[0], 1000)
    assert len(everything) == index.manifest.passages == len(dict(everything))
    assert index.nearest(kept.embedder.embed(["town"])[0], 0) == []


def test_sentence_vectors_are_those_of_the_sentences(kept: Place) -> None:
    index = kept.open()
    ids = index.passage_ids("town-7")
    for passage, vectors in zip(index.passages(ids), index.sentence_vectors(ids), strict=True):
        assert np.array_equal(vectors, kept.embedder.embed([s.text for s in passage.sentences]))


def test_passages_tile_their_article_and_words_find_them(kept: Place) -> None:
    index = kept.open()
    passages = index.passages(index.passage_ids("town-7"))
    assert "".join(p.text for p in passages) == index.article("town-7").text
    assert index.passages([index.lexical.search("7000 people", 1)[0][0]])[0].article == "town-7"


def test_an_unknown_article_is_a_key_error_without_passages(kept: Place) -> None:
    index = kept.open()
    assert index.passage_ids("nowhere") == []
    with pytest.raises(KeyError):
        index.article("nowhere")


def test_many_threads_may_search_one_index(kept: Place) -> None:
    index = kept.open()
    vectors = kept.embedder.embed([f"Town {n} has people" for n in range(30)])
    expected = [index.nearest(vector, 5) for vector in vectors]
    index.warm()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda vector: index.nearest(vector, 5), list(vectors) * 4)) == expected * 4


def test_stock_langchain_chroma_finds_the_same_passages_and_leaves_the_index_sound(kept: Place) -> None:
    class Ours(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in kept.embedder.embed(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    index = kept.open()
    index.warm()
    folder = kept.settings.index / index.generation / "chroma"
    stock = Chroma("passages", embedding_function=Ours(), persist_directory=str(folder))
    found = stock.similarity_search("Town 7 has 7000 people", k=5)
    ours = index.nearest(kept.embedder.embed(["Town 7 has 7000 people"])[0], 5)
    assert [document.id for document in found] == [name for name, _ in ours]
    for document in found:
        article = index.article(document.metadata["slug"])
        assert article.text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert document.metadata["title"] == article.title
        assert document.metadata["date"] == article.published
    assert kept.open().nearest(kept.embedder.embed(["Town 7 has 7000 people"])[0], 5) == ours


def test_an_index_that_is_forgotten_lets_go_of_its_generation(ingested: Place) -> None:
    index = ingested.open()
    index.warm()
    old = ingested.settings.index / index.generation
    ingested.write("tea", "Tea is drunk hot.")
    ingested.ingest()
    assert old.is_dir()
    del index
    gc.collect()
    ingested.ingest()
    assert not old.exists()


def test_without_an_ingest_there_is_no_index(place: Place) -> None:
    with pytest.raises(NoIndex, match="run `rag ingest`"):
        place.open()


def test_another_embedder_of_equal_dimension_is_refused_and_its_ingest_builds_anew(ingested: Place) -> None:
    class Other(Hashing):
        fingerprint = "other-1-384"

    with pytest.raises(IndexMismatch, match=r"embedder 'hashing-1-384', now it is 'other-1-384'; run `rag ingest`"):
        Index.open(ingested.settings, Other())
    other = Place(folder=ingested.folder, settings=ingested.settings, embedder=Other())
    assert set(other.outcomes(other.ingest()).values()) == {"unchanged"}
    assert other.answers("how long is the Rhine")
    with pytest.raises(IndexMismatch):
        ingested.open()


def test_opening_and_asking_a_small_index_does_not_import_chromadb(kept: Place) -> None:
    program = (
        "import sys; from pathlib import Path; from rag.embedders.hashing import CHOICE; from rag.index import Index\n"
        "from rag.settings import Settings\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "embedder = CHOICE(settings.home); index = Index.open(settings, embedder)\n"
        "index.nearest(embedder.embed(['town'])[0], 3); print('chromadb' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(kept.folder), str(kept.settings.home)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_a_large_index_is_searched_by_chroma_from_the_start(kept: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = kept.open()
    monkeypatch.setattr(index_module, "EXACT", 10)
    large = kept.open()
    vector = kept.embedder.embed(["Town 11 has 11000 people"])[0]
    assert large.nearest(vector, 20) == exact.nearest(vector, 20)


@pytest.fixture
def copy(kept: Place, tmp_path: Path) -> Place:
    """A copy of the thirty articles' index, to be damaged."""
    from dataclasses import replace

    home = tmp_path / "home"
    shutil.copytree(kept.settings.home, home)
    return replace(kept, settings=replace(kept.settings, home=home))


def files_of(place: Place) -> list[str]:
    folder = place.settings.index / place.open().generation
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in names if name != "reader.lock")


def damage(path: Path, kind: str) -> None:
    data = bytearray(path.read_bytes())
    if kind == "lost":
        path.unlink()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "half":
        path.write_bytes(data[: len(data) // 2])
    else:
        for place in range(len(data) // 3, len(data), max(1, len(data) // 50)):
            data[place] ^= 0xFF
        path.write_bytes(data)


@pytest.mark.parametrize("kind", ["lost", "empty", "half", "flipped"])
def test_damage_to_any_file_is_found_before_it_can_give_a_wrong_answer(kind: str, copy: Place) -> None:
    question = copy.embedder.embed(["Town 7 has 7000 people"])[0]
    expected = copy.open().nearest(question, 60)
    for name in files_of(copy):
        path = copy.settings.index / copy.open().generation / name
        data = path.read_bytes()
        if not data:
            continue
        damage(path, kind)
        with pytest.raises(IndexDamaged, match=r"rag doctor --repair"):
            ask_everything(copy, question)
        path.write_bytes(data)
    assert ask_everything(copy, question) == expected


def ask_everything(place: Place, question: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> list[tuple[str, float]]:
    """Use every part of an index as an answer does."""
    index = place.open()
    index.articles()
    found = index.nearest(question, 60)
    index.passages([name for name, _ in found])
    index.sentence_vectors([name for name, _ in found])
    index.lexical.search("people", 5)
    return found


def test_the_real_model_finds_the_right_passage(place: Place) -> None:
    from rag.embedders.minilm import MiniLM

    embedder: Embedder = MiniLM()
    real = Place(folder=place.folder, settings=place.settings, embedder=embedder)
    real.write("river", "The Rhine rises in the Alps.")
    real.write("bread", "Loaves are baked for forty minutes.")
    real.ingest()
    assert real.answers("Where does this stream begin?") == ["The Rhine rises in the Alps."]
