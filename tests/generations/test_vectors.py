import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.embedders import Vectors
from rag.embedders.hashing import Hashing
from rag.errors import IndexDamaged
from rag.generations.vectors import RowFile, RowWriter, VectorCache, key_of, row_type

TEXTS = [f"text number {n}" for n in range(150)]


class Counting(Hashing):
    """Counts what is really embedded."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().embed(texts)


def filled(home: Path, texts: Sequence[str] = TEXTS) -> Counting:
    embedder = Counting()
    cache = VectorCache(home, embedder)
    cache.fill(texts, lambda done, total: None)
    assert np.array_equal(np.concatenate(list(cache.take(texts))), Hashing().embed(texts))
    return embedder


def test_rows_come_back_as_written(tmp_path: Path) -> None:
    vectors = Hashing().embed(TEXTS)
    with (tmp_path / "rows").open("wb") as file:
        writer = RowWriter(file)
        writer.add(vectors[:100])
        writer.add(vectors[100:])
    rows = RowFile(tmp_path / "rows", 384, 150)
    assert np.array_equal(rows.read(0, 150), vectors)
    assert np.array_equal(rows.read(70, 2), vectors[70:72])
    assert rows.read(150, 0).shape == (0, 384)


def test_a_flipped_bit_a_shifted_row_and_a_short_file_are_damage(tmp_path: Path) -> None:
    path, size = tmp_path / "rows", row_type(384).itemsize
    with path.open("wb") as file:
        RowWriter(file).add(Hashing().embed(TEXTS))
    data = path.read_bytes()
    flipped = bytearray(data)
    flipped[7 * size + 100] ^= 1
    path.write_bytes(flipped)
    rows = RowFile(path, 384, 150)
    assert rows.read(8, 10).shape == (10, 384)
    with pytest.raises(IndexDamaged, match="fails its checksum in rows 5 to 9"):
        rows.read(5, 5)
    path.write_bytes(data[size:] + data[:size])
    with pytest.raises(IndexDamaged, match="fails its checksum"):
        RowFile(path, 384, 150).read(0, 1)
    path.write_bytes(data[:-1])
    with pytest.raises(IndexDamaged, match=f"has {len(data) - 1} bytes, expected {len(data)}"):
        RowFile(path, 384, 150)


def test_a_file_cut_short_under_an_open_reader_is_an_error_not_the_end_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with path.open("wb") as file:
        RowWriter(file).add(Hashing().embed(TEXTS))
    rows = RowFile(path, 384, 150)
    path.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="was cut short"):
        rows.read(0, 1)


def test_nothing_is_embedded_twice(tmp_path: Path) -> None:
    assert sorted(filled(tmp_path).embedded) == sorted(TEXTS)
    assert filled(tmp_path).embedded == []
    assert filled(tmp_path, [*TEXTS, "one more"]).embedded == ["one more"]


def test_another_fingerprint_has_vectors_of_its_own(tmp_path: Path) -> None:
    filled(tmp_path)
    other = Counting()
    other.fingerprint = "other/../model"
    VectorCache(tmp_path, other).fill(TEXTS, lambda done, total: None)
    assert len(other.embedded) == len(TEXTS)
    assert len(list((tmp_path / "vectors").iterdir())) == 2


@pytest.mark.parametrize("name", ["keys", "vectors"])
@pytest.mark.parametrize("damage", ["flip", "tail", "empty", "odd"])
def test_damaged_entries_are_embedded_again(name: str, damage: str, tmp_path: Path) -> None:
    filled(tmp_path)
    path = next((tmp_path / "vectors").iterdir()) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"flip": data, "tail": data[: len(data) // 3], "empty": b"", "odd": bytes(data) + b"xyz"}[damage])
    assert 0 < len(filled(tmp_path).embedded) <= len(TEXTS)
    assert filled(tmp_path).embedded == []


def test_two_processes_may_fill_one_cache(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.generations.vectors import VectorCache\n"
        "cache = VectorCache(Path(sys.argv[1]), Hashing())\n"
        "for n in range(40): cache.fill([f'{sys.argv[2]} {n} {m}' for m in range(5)], lambda done, total: None)"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, tmp_path, name]) for name in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    assert filled(tmp_path, [f"{name} {n} {m}" for name in "ab" for n in range(40) for m in range(5)]).embedded == []


def taken(cache: VectorCache, texts: Sequence[str]) -> Vectors:
    return np.concatenate(list(cache.take(texts)))


def test_texts_are_embedded_in_parts_that_go_by_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.generations.vectors.AHEAD", 32)
    seen: list[tuple[int, int]] = []
    cache, embedder = VectorCache(tmp_path, counting := Counting()), counting
    assert cache.fill([*TEXTS, *TEXTS], lambda done, total: seen.append((done, total))) == len(TEXTS)
    assert seen[-1] == (150, 150)
    assert {total for _, total in seen} == {150}
    assert len(embedder.embedded) == 150


def test_compacting_drops_what_is_not_used_but_for_the_newest_and_embeds_nothing_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    filled(tmp_path, [f"newer {n}" for n in range(10)])
    cache = VectorCache(tmp_path, counting := Counting())
    size = sum(path.stat().st_size for path in tmp_path.rglob("vectors") if path.is_file())
    for spare, left in ((10, 60), (0, 50), (0, 50)):
        cache.compact({key_of(text) for text in TEXTS[:50]}, spare)
        assert len(cache) == left
        assert np.array_equal(taken(cache, TEXTS[:50]), Hashing().embed(TEXTS[:50]))
    assert counting.embedded == []
    assert sum(path.stat().st_size for path in tmp_path.rglob("vectors") if path.is_file()) == size * 50 // 160
    assert sorted(path.name for path in next((tmp_path / "vectors").iterdir()).iterdir()) == ["3", "lock"]
    assert sorted(filled(tmp_path).embedded) == sorted(TEXTS[50:])


def test_who_reads_and_adds_while_the_cache_is_compacted_gets_the_right_vectors(tmp_path: Path) -> None:
    filled(tmp_path)
    reader = VectorCache(tmp_path, Counting())
    blocks = reader.take(TEXTS)
    VectorCache(tmp_path, Counting()).compact({key_of(text) for text in TEXTS[100:]}, 0)
    assert np.array_equal(np.concatenate(list(blocks)), Hashing().embed(TEXTS))
    reader.fill(["one more"], lambda done, total: None)
    assert np.array_equal(taken(reader, ["one more", TEXTS[120]]), Hashing().embed(["one more", TEXTS[120]]))
    assert filled(tmp_path, ["one more", *TEXTS[100:]]).embedded == []


@pytest.mark.parametrize("act", ["mkdir", "fsync", "rename", "unlink", "rmtree"])
def test_killed_while_compacting_the_cache_is_whole(act: str, tmp_path: Path) -> None:
    filled(tmp_path)
    VectorCache(tmp_path, Counting()).compact({key_of(text) for text in TEXTS}, 0)
    for path in next((tmp_path / "vectors").iterdir()).glob("1/*"):
        (path.parent.parent / path.name).write_bytes(b"left by an earlier one")
    program = (
        "import os, pathlib, shutil, signal, sys; from rag.embedders.hashing import Hashing\n"
        "from rag.generations.vectors import VectorCache\n"
        "cache = VectorCache(pathlib.Path(sys.argv[1]), Hashing()); real = shutil.rmtree\n"
        "def die(*a, **k): os.kill(os.getpid(), signal.SIGKILL)\n"
        "def last(path, **k): real(path, **k) if path.name == 'compacting' else die()\n"
        "where = {'fsync': os, 'rmtree': shutil}.get(sys.argv[2], pathlib.Path)\n"
        "setattr(where, sys.argv[2], last if sys.argv[2] == 'rmtree' else die); cache.compact(set(cache._rows), 0)"
    )
    killed = subprocess.run([sys.executable, "-c", program, tmp_path, act], check=False)
    assert killed.returncode == -9
    assert filled(tmp_path).embedded == []
    cache = VectorCache(tmp_path, Counting())
    cache.compact({key_of(text) for text in TEXTS}, 0)
    assert len(list(next((tmp_path / "vectors").iterdir()).iterdir())) == 2
    assert filled(tmp_path).embedded == []
