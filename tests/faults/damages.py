"""Kinds of damage to the files of a generation, each by a name; `damage` does one to a folder."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

PARTS = {
    "texts": "passages.sqlite3",
    "passage vectors": "passages.vectors",
    "sentence vectors": "sentences.vectors",
    "manifest": "manifest.json",
    "word list": "lexical/terms.json",
    "Chroma's SQLite file": "chroma/chroma.sqlite3",
    "Chroma's header": "chroma/*/header.bin",
    "Chroma's vectors": "chroma/*/data_level0.bin",
    "Chroma's ids": "chroma/*/index_metadata.pickle",
}


def lost(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flipped(path: Path) -> None:
    """One bit, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def garbled(path: Path) -> None:
    """Every fiftieth part of the second half."""
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 2, len(data), max(1, len(data) // 100)):
        data[place] ^= 0xFF
    path.write_bytes(data)


def zeros(path: Path) -> None:
    """What some file systems leave of a file after a power cut."""
    path.write_bytes(bytes(path.stat().st_size))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _statement(text: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        connection = sqlite3.connect(folder / "chroma" / "chroma.sqlite3")
        connection.execute(text)
        connection.commit()
        connection.close()

    return run


def _of(part: str, act: Callable[[Path], None]) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        act(min(folder.glob(PARTS[part])))

    return run


def _pointer(text: bytes) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder.parent / "CURRENT").write_bytes(text)

    return run


def _swapped(folder: Path) -> None:
    """The vectors of sentences where those of passages belong."""
    shutil.copy(folder / "sentences.vectors", folder / "passages.vectors")


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


KINDS: dict[str, Callable[[Path], None]] = {
    f"{part}: {act.__name__.replace('_', ' ')}": _of(part, act)
    for part, acts in {
        "texts": (lost, empty, half, garbled, zeros, a_folder),
        "passage vectors": (lost, half, flipped, zeros),
        "sentence vectors": (empty, half, flipped),
        "manifest": (lost, empty, flipped),
        "word list": (lost, half, flipped),
        "Chroma's SQLite file": (lost, empty, half, garbled, zeros),
        "Chroma's header": (lost, half, flipped),
        "Chroma's vectors": (lost, half, flipped, zeros),
        "Chroma's ids": (lost, empty, flipped),
    }.items()
    for act in acts
} | {
    "Chroma forgets a passage": _statement("DELETE FROM embeddings WHERE id = 1"),
    "Chroma mixes two passages up": _statement("UPDATE embeddings SET seq_id = 4 - seq_id WHERE id IN (1, 3)"),
    "Chroma forgets how far it came": _statement("UPDATE max_seq_id SET seq_id = 0"),
    "Chroma's collection has another name": _statement("UPDATE collections SET name = 'other'"),
    "Chroma's texts are changed": _statement("UPDATE embedding_metadata SET string_value = 'x' WHERE id = 2"),
    "vectors of another file": _swapped,
    "the generation is gone": shutil.rmtree,
    "the generation is empty": _emptied,
    "the reader lock is lost": lambda folder: (folder / "reader.lock").unlink(),
    "the pointer is empty": _pointer(b""),
    "the pointer is zeros": _pointer(bytes(83)),
    "the pointer names another generation": _pointer(b"g000009-01234567 " + b"0" * 64 + b"\n"),
    "the pointer is a folder": lambda folder: a_folder(folder.parent / "CURRENT"),
}


def damage(kind: str, folder: Path) -> None:
    """Do that kind of damage to the generation in `folder`."""
    KINDS[kind](folder)
