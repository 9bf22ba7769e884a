"""Files of vectors that cannot lie: every row carries its checksum, and a row that fails it is never handed out.

A row file is rows of `dimension` little-endian float32 and a crc32 over what the row stands for (its number, or the
sha256 of its text) and these bytes. Rows are read with `pread` instead of a memory map: a file cut short under an open
reader is then an error, not the end of the process (SIGBUS).
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rag.embedders import Embedder, Vectors
from rag.errors import IndexDamaged
from rag.generations.locks import locked

BATCH = 64
AHEAD = 4096
KEY = np.dtype([("key", "V32"), ("crc", "<u4")])

Raw = NDArray[Any]


def row_type(dimension: int) -> np.dtype[Any]:
    """The layout of a row of `dimension` numbers."""
    return np.dtype([("vector", "<f4", (dimension,)), ("crc", "<u4")])


def sealed(vectors: Vectors, names: Sequence[int]) -> Raw:
    """(n, dimension) vectors as n rows whose checksums begin with their `names` (32 bits each)."""
    rows: Raw = np.zeros(len(vectors), row_type(vectors.shape[1]))
    rows["vector"] = vectors
    rows["crc"] = [crc32(row.tobytes(), name) for row, name in zip(rows["vector"], names, strict=True)]
    return rows


def sound(rows: Raw, names: Sequence[int]) -> bool:
    """Whether every row has the checksum that belongs to its name."""
    size, data = rows.dtype.itemsize, memoryview(rows.tobytes())
    starts = range(0, len(data), size)
    crcs = rows["crc"].tolist()
    return all(
        crc32(data[start : start + size - 4], name) == crc for start, name, crc in zip(starts, names, crcs, strict=True)
    )


class RowFile:
    """A row file open for reading, safe from many threads."""

    def __init__(self, path: Path, dimension: int, count: int | None = None) -> None:
        """Raises IndexDamaged when `path` is missing or does not hold `count` whole rows."""
        self._path = path
        self._type = row_type(dimension)
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise self._damaged(f"cannot be opened ({error.strerror})") from error
        size = os.fstat(self._file.fileno()).st_size
        self.count = size // self._type.itemsize if count is None else count
        if count is not None and size != count * self._type.itemsize:
            self._file.close()
            raise self._damaged(f"has {size} bytes, expected {count * self._type.itemsize}")

    def read(self, start: int, count: int) -> Vectors:
        """(count, dimension) vectors from row `start` on; raises IndexDamaged when a checksum fails."""
        rows = self.raw(start, count)
        if not sound(rows, range(start, start + count)):
            raise self._damaged(f"fails its checksum in rows {start} to {start + count - 1}")
        return np.ascontiguousarray(rows["vector"])

    def raw(self, start: int, count: int) -> Raw:
        """Rows as they stand in the file, checksums not looked at; raises IndexDamaged when the file ends before."""
        want = count * self._type.itemsize
        data = os.pread(self._file.fileno(), want, start * self._type.itemsize)
        if len(data) != want:
            raise self._damaged("was cut short")
        return np.frombuffer(data, self._type)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(f"{self._path} {what}; run `rag doctor --repair`")


class RowWriter:
    """Writes a row file from front to back, or goes on with one."""

    def __init__(self, file: BinaryIO, count: int = 0) -> None:
        """`file` holds `count` rows already and stands at its end."""
        self._file = file
        self.count = count

    def add(self, vectors: Vectors) -> None:
        """Append (n, dimension) vectors."""
        self._file.write(sealed(vectors, range(self.count, self.count + len(vectors))).tobytes())
        self.count += len(vectors)


class VectorCache:
    """Vectors by the sha256 of their text, one folder an embedder fingerprint; nothing is embedded twice.

    Two files grow side by side: `vectors`, and `keys` (sha256, crc32 of it) written after it. Appending takes a lock
    and first cuts both to whole pairs, so neither a crash nor a second process can shift one against the other. A
    damaged entry counts as absent and is embedded again. `compact` writes both anew into a numbered folder, of which
    the highest is the one in use; a row names its text by its checksum, so who still reads the old pair reads it right.
    """

    def __init__(self, home: Path, embedder: Embedder) -> None:
        """The cache in `home` for `embedder`; its folder is made."""
        self._folder = home / "vectors" / quote(embedder.fingerprint, safe="")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        with locked(self._folder / "lock"):
            self._place, self._rows = self._read_keys()

    @staticmethod
    def entries(home: Path, embedder: Embedder) -> int:
        """How many entries the cache in `home` has on disk, without reading them; 0 when there is none."""
        found = (home / "vectors" / quote(embedder.fingerprint, safe="")).rglob("keys")
        return max((path.stat().st_size // KEY.itemsize for path in found), default=0)

    def __len__(self) -> int:
        """How many texts have a vector here."""
        return len(self._rows)

    def fill(self, texts: Iterable[str], progress: Callable[[int, int], None]) -> int:
        """Embed those of `texts`, which is gone through twice, that are not cached yet; `progress(done, total)` counts
        them. Returns their number. Some thousand texts are in memory at a time.

        Raises EmbedderError, and OSError when the disk is full; what was embedded before that stays.
        """
        total = len({key for text in texts if (key := key_of(text)) not in self._rows})
        done = 0
        for part in _parts(texts, AHEAD) if total else ():
            missing = list(dict.fromkeys(text for text in part if key_of(text) not in self._rows))
            missing.sort(key=len)  # alike lengths in a batch: little padding
            for start in range(0, len(missing), BATCH):
                progress(done, total)
                batch = missing[start : start + BATCH]
                self._append([key_of(text) for text in batch], self._embedder.embed(batch))
                done += len(batch)
        progress(done, total)
        return done

    def take(self, texts: Iterable[str]) -> Iterator[Vectors]:
        """(up to 1024, dimension) vectors at a time, in the order of `texts`; what is damaged is embedded now."""
        with locked(self._folder / "lock"):
            self._follow()
            file = RowFile(self._place / "vectors", self._embedder.dimension)
        try:
            for part in _parts(texts, 1024):
                yield self._block(file, part)
        finally:
            file.close()

    def compact(self, used: Set[bytes], spare: int) -> int:
        """Drop the entries whose key (`key_of` their text) is not in `used`, but for the newest `spare` of them.

        Returns how many were dropped. Ended at any moment, the cache is as before or compacted.
        """
        with locked(self._folder / "lock"):
            self._place, self._rows = self._read_keys()
            unused = [key for key, _ in sorted(self._rows.items(), key=lambda item: item[1]) if key not in used]
            dropped = set(unused[: max(0, len(unused) - spare)])
            kept = {key: row for key, row in self._rows.items() if key not in dropped}
            number = int(self._place.name) + 1 if self._place != self._folder else 1
            fresh = self._folder / "compacting"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            try:
                self._copy(sorted((row, key) for key, row in kept.items()), fresh)
                fresh.rename(self._folder / str(number))
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            self._follow()
            for path in self._folder.iterdir():
                if path.name in ("keys", "vectors"):
                    path.unlink()
                elif path.name.isdecimal() and path != self._place:
                    shutil.rmtree(path, ignore_errors=True)
        return len(dropped)

    def _copy(self, entries: Sequence[tuple[int, bytes]], folder: Path) -> None:
        """Write the entries, (row, key) in order of rows, into `folder`, as far as their rows can be read."""
        old = RowFile(self._place / "vectors", self._embedder.dimension)
        entries = [(row, key) for row, key in entries if row < old.count]
        with (folder / "vectors").open("wb") as vectors, (folder / "keys").open("wb") as keys:
            for row, key in entries:
                vectors.write(old.raw(row, 1).tobytes())
                keys.write(key + crc32(key).to_bytes(4, "little"))
            for file in (vectors, keys):
                file.flush()
                os.fsync(file.fileno())
        old.close()

    def _block(self, file: RowFile, texts: Sequence[str]) -> Vectors:
        keys = [key_of(text) for text in texts]
        vectors = np.zeros((len(texts), self._embedder.dimension), np.float32)
        absent = []
        for place, key in enumerate(keys):
            row = self._rows.get(key, file.count)
            found = file.raw(row, 1) if row < file.count else None
            if found is not None and sound(found, [crc32(key)]):
                vectors[place] = found["vector"][0]
            else:
                absent.append(place)
        if absent:
            vectors[absent] = self._embedder.embed([texts[place] for place in absent])
            self._append([keys[place] for place in absent], vectors[absent])
        return vectors

    def _append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        size = row_type(self._embedder.dimension).itemsize
        sealed_rows = sealed(vectors, [crc32(key) for key in keys])
        sealed_keys = np.array([(key, crc32(key)) for key in keys], KEY)
        with locked(self._folder / "lock"):
            self._follow()
            with (self._place / "vectors").open("r+b") as rows, (self._place / "keys").open("r+b") as names:
                count = min(rows.seek(0, os.SEEK_END) // size, names.seek(0, os.SEEK_END) // KEY.itemsize)
                for file, width, data in ((rows, size, sealed_rows), (names, KEY.itemsize, sealed_keys)):
                    file.truncate(count * width)
                    file.seek(count * width)
                    file.write(data.tobytes())
                    file.flush()
        self._rows |= {key: count + offset for offset, key in enumerate(keys)}

    def _follow(self) -> None:
        """Go on with the folder in use when the cache was compacted meanwhile; only under the lock."""
        if self._place != self._in_use():
            self._place, self._rows = self._read_keys()

    def _in_use(self) -> Path:
        numbers = [int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()]
        return self._folder / str(max(numbers)) if numbers else self._folder

    def _read_keys(self) -> tuple[Path, dict[bytes, int]]:
        """The folder in use, and the row of each key in it; only under the lock."""
        place = self._in_use()
        for name in ("keys", "vectors"):
            (place / name).touch()
        data = (place / "keys").read_bytes()
        keys: Raw = np.frombuffer(data[: len(data) // KEY.itemsize * KEY.itemsize], KEY)
        names = [bytes(key) for key in keys["key"]]
        rows = {name: row for row, (name, crc) in enumerate(zip(names, keys["crc"], strict=True)) if crc32(name) == crc}
        return place, rows


def key_of(text: str) -> bytes:
    """The sha256 that names the vector of `text` in the cache."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _parts(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(texts)
    while part := list(islice(left, size)):
        yield part
