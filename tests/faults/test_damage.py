import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from chromadb.api.models.Collection import Collection

from rag.assistant import Assistant
from rag.doctor import examine, repair
from rag.embedders import Vectors
from rag.embedders.hashing import Hashing
from rag.errors import IndexDamaged, IndexError_
from rag.generations.checking import check, verdict
from rag.generations.folders import Generations
from tests.faults.conftest import copy_of
from tests.faults.damages import KINDS, damage
from tests.faults.zygote import Zygote
from tests.places import Place

RHINE = "How long is the Rhine?"


class Counting(Hashing):
    """Counts the texts it embeds."""

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return super().embed(texts)


def generation(place: Place) -> Path:
    pointer = Generations(place.settings.index).current()
    assert pointer
    return place.settings.index / pointer.name


@pytest.mark.parametrize("kind", ["Chroma's SQLite file: garbled", "texts: garbled", "the pointer is a folder"])
def test_row_8_damage_is_told_in_a_sentence_and_mended_by_one_command(kind: str, broken: Place, zygote: Zygote) -> None:
    damage(kind, generation(broken))
    asked = zygote.rag(broken.settings, "ask", RHINE)
    assert (asked.code, asked.out) == (3, "")
    assert asked.err.count("\n") == 1
    assert asked.err.endswith("run `rag doctor --repair`\n")
    counting = Counting()
    repair(broken.settings, counting)
    assert counting.embedded == 0
    assert "1,230 km" in zygote.rag(broken.settings, "ask", RHINE).out
    assert examine(broken.settings, broken.embedder) == []


def test_row_8_and_9_every_kind_of_damage_is_found_before_anything_is_answered(whole: Place, tmp_path: Path) -> None:
    missed, told = [], set()
    for number, kind in enumerate(KINDS):
        place = copy_of(whole, tmp_path / str(number))
        damage(kind, generation(place))
        try:
            with Assistant.open(place.settings, build=False) as assistant:
                answer = assistant.ask(RHINE)
            assert "1,230 km" in answer.text
            missed.append(kind)
        except IndexDamaged as error:
            told.add(str(error).rpartition("; ")[2])
    assert told == {"run `rag doctor --repair`"}
    # This one is for other clients of the collection; our answers never read it, and the doctor finds it.
    assert missed == ["Chroma's texts are changed"]


@pytest.mark.parametrize(
    "kind", ["Chroma's header: flipped", "Chroma's SQLite file: garbled", "Chroma's texts are changed"]
)
def test_row_9_a_process_that_has_the_index_open_lives_on_when_files_break(kind: str, broken: Place) -> None:
    folder = generation(broken)
    program = (
        "import sys; from pathlib import Path; from rag.assistant import Assistant; from rag.errors import CutawayError\n"
        "from rag.settings import Settings; from tests.faults.damages import damage\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing', reader='overlap')\n"
        "with Assistant.open(settings) as assistant:\n"
        "    damage(sys.argv[3], Path(sys.argv[4]))\n"
        "    try: assistant.warm()\n"
        "    except CutawayError as error: print(error)\n"
        f"    print(assistant.ask({RHINE!r}).text)\n"
    )
    command = [sys.executable, "-c", program, broken.folder, broken.settings.home, kind, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "1,230 km" in done.stdout.splitlines()[-1]
    assert ("run `rag doctor --repair`" in done.stdout) == ("texts" not in kind)
    assert [finding.code for finding in examine(broken.settings, broken.embedder)] == ["damaged"]


@pytest.mark.parametrize("name", ["passages.sqlite3", "sentences.vectors", "lexical"])
def test_row_9_a_file_cut_short_under_an_open_reader_never_ends_the_process(name: str, broken: Place) -> None:
    folder = generation(broken)
    program = (
        "import os, sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.errors import IndexDamaged; from rag.index import Index; from rag.settings import Settings\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "index = Index.open(settings, Hashing())\n"
        "path = Path(sys.argv[3])\n"
        "for file in ([path] if path.is_file() else path.iterdir()): os.truncate(file, 0)\n"
        "try:\n"
        "    print(index.lexical.search('Rhine', 3))\n"
        "    names = index.passage_ids('river'); index.passages(names); index.sentence_vectors(names)\n"
        "except IndexDamaged as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, broken.folder, broken.settings.home, folder / name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.startswith("[('river:")
    # What SQLite has in memory is still right; vectors are read from the file.
    assert ("was cut short" in done.stdout) == (name == "sentences.vectors")


def test_row_10_a_build_whose_vectors_chroma_lost_is_not_published(
    broken: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Collection.add

    def lossy(self: Collection, *, embeddings: Vectors, **rest: object) -> None:
        add(self, embeddings=embeddings[::-1].copy(), **rest)  # type: ignore[arg-type]

    before = generation(broken)
    broken.write("tea", "Tea is drunk hot.")
    monkeypatch.setattr(Collection, "add", lossy)
    with pytest.raises(IndexError_, match=r"fails its check .* does not find the passage .* the old one still answers"):
        broken.ingest()
    assert generation(broken) == before
    assert [path.name for path in broken.settings.index.iterdir() if path.is_dir()] == [before.name]
    assert "1,230 km" in broken.answers(RHINE)[0]


def test_row_10_a_generation_that_lies_about_its_vectors_is_found_by_asking_for_them(broken: Place) -> None:
    """Counts, ids and checksums are all right; only Chroma's graph is that of other vectors."""
    from dataclasses import replace
    from hashlib import sha256

    import chromadb

    from rag.generations.manifest import Manifest, digests
    from rag.generations.soundness import chroma_digests

    folder = generation(broken)
    pointer = Generations(broken.settings.index).current()
    assert pointer
    manifest = Manifest.read(folder, pointer.manifest)
    client = chromadb.PersistentClient(str(folder / "chroma"))
    collection = client.get_collection("passages", embedding_function=None)
    found = collection.get(include=["embeddings", "documents", "metadatas"])
    shutil.rmtree(folder / "chroma" / next(p.name for p in (folder / "chroma").iterdir() if p.is_dir()))
    client.delete_collection("passages")
    threshold = len(found["ids"])
    hnsw = {"space": "cosine", "batch_size": threshold, "sync_threshold": threshold}
    collection = client.create_collection("passages", configuration={"hnsw": hnsw}, embedding_function=None)  # type: ignore[typeddict-item]
    collection.add(
        ids=found["ids"],
        embeddings=found["embeddings"][::-1],
        documents=found["documents"],
        metadatas=found["metadatas"],
    )
    client.close()
    files = [path for part in ("lexical", "chroma") for path in (folder / part).rglob("*") if path.is_file()]
    named = digests(folder, [path for path in files if path.name != "chroma.sqlite3"])
    replace(manifest, files=named, chroma=chroma_digests(folder)).write(folder)
    fault = check(folder, sha256((folder / "manifest.json").read_bytes()).hexdigest())
    assert fault
    assert "does not find the passage" in fault


@pytest.mark.parametrize(
    "printed", [b"", b"junk", b"[]", b"3", b"{}", b'{"fault": 3}', b'{"fault": null} and more', b"\xff"]
)
def test_a_child_that_prints_anything_but_a_verdict_is_a_fault(printed: bytes) -> None:
    told = verdict(Path("folder"), printed)
    assert told
    assert "gave no verdict" in told
    assert verdict(Path("folder"), b'{"fault": null}') is None
    assert verdict(Path("folder"), b'{"fault": "why"}') == "why"
