"""Generation folders, the pointer to the current one, and who may do what with them.

    <index>/CURRENT         "<name> <sha256 of its manifest>", replaced in one step
    <index>/writer.lock     held by the one process that ingests; holds its pid
    <index>/g000007-…/      a published generation: never written again, removed only when nobody reads it
    <index>/building-…/     a generation in the making, or what a killed ingest left

Names are counted, not dated, so a clock that runs backwards does no harm.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from rag.errors import IndexBusy, IndexDamaged, NoIndex
from rag.generations.locks import Lock

MANIFEST = "manifest.json"
POINTER = re.compile(r"(g\d{6,}-[0-9a-f]{8}) ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """What CURRENT says: the name of a generation and the sha256 of its manifest."""

    name: str
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A generation that stays on disk until `lock` is released."""

    pointer: Pointer
    folder: Path
    lock: Lock


class Generations:
    """The generations of one index folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Pointer | None:
        """The current generation, or None when nothing was published. Raises IndexDamaged on a garbled pointer."""
        try:
            text = (self.folder / "CURRENT").read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(
                f"{self.folder / 'CURRENT'} cannot be read ({error}); run `rag doctor --repair`"
            ) from error
        if not (match := POINTER.fullmatch(text)):
            raise IndexDamaged(
                f"{self.folder / 'CURRENT'} holds {text[:12]!r}, no generation; run `rag doctor --repair`"
            )
        return Pointer(name=match[1], manifest=match[2])

    def hold(self) -> Held:
        """The current generation, kept from being cleaned up. Raises NoIndex, or IndexDamaged when its folder is gone."""
        pointer = None
        for _ in range(50):
            pointer = self.current()
            if pointer is None:
                raise NoIndex(f"there is no index in {self.folder} yet; run `rag ingest`")
            folder = self.folder / pointer.name
            try:
                lock = Lock.take(folder / "reader.lock", shared=True)
            except OSError:
                lock = None
            # Between reading the pointer and taking the lock, another process may have published and cleaned up.
            if lock is not None and self.current() == pointer and folder.is_dir():
                return Held(pointer=pointer, folder=folder, lock=lock)
            if lock is not None:
                lock.release()
            time.sleep(0.01)
        raise IndexDamaged(f"{self.folder} has lost its generation {pointer}; run `rag doctor --repair`")

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Be the only writer inside the `with` block. Raises IndexBusy naming the pid of the process that is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "writer.lock"
        lock = Lock.take(path)
        if lock is None:
            pid = path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
            raise IndexBusy(f"another ingest (pid {pid}) is running on {self.folder}; wait for it, then try again")
        try:
            lock.note(f"{os.getpid()}\n")
            yield
        finally:
            lock.release()

    def start(self) -> Path:
        """A new empty folder to build a generation in; only inside `writer`."""
        # A name of its own each time: Chroma remembers a path that it failed to open for as long as the process lives.
        folder = self.folder / f"building-{os.getpid()}-{uuid4().hex[:8]}"
        folder.mkdir()
        (folder / "reader.lock").touch()
        return folder

    def name(self, content: str) -> str:
        """The name of the next generation, for content of that sha256."""
        numbers = [int(path.name[1:].split("-")[0]) for path in self._published()]
        try:
            current = self.current()
        except IndexDamaged:
            current = None
        numbers += [int(current.name[1:].split("-")[0])] if current else []
        return f"g{max(numbers, default=0) + 1:06d}-{content[:8]}"

    def publish(self, building: Path, name: str, step: Callable[[str], None]) -> Pointer:
        """Make `building`, which holds a manifest, the current generation; `step` is told what comes next."""
        pointer = Pointer(name=name, manifest=sha256((building / MANIFEST).read_bytes()).hexdigest())
        step("sync")
        for folder, _, files in os.walk(building):
            for file in files:
                _sync(Path(folder) / file)
            _sync(Path(folder))
        step("rename")
        building.rename(self.folder / name)
        _sync(self.folder)
        step("pointer")
        fresh = self.folder / "CURRENT.new"
        fresh.write_text(f"{pointer.name} {pointer.manifest}\n", encoding="ascii")
        _sync(fresh)
        if (self.folder / "CURRENT").is_dir():  # damage that replacing cannot mend
            shutil.rmtree(self.folder / "CURRENT")
        fresh.replace(self.folder / "CURRENT")
        _sync(self.folder)
        return pointer

    def clean(self) -> None:
        """Remove what nobody needs: all generations but the current one that no reader holds, and leftovers of killed
        ingests. Only inside `writer`.
        """
        current = self.current()
        for path in [*self.folder.glob("building-*"), *self.folder.glob("removed-*")]:
            shutil.rmtree(path, ignore_errors=True)
        for path in self._published():
            if current is None or path.name != current.name:
                self._remove_unless_read(path)

    def _published(self) -> list[Path]:
        return [path for path in self.folder.glob("g*-*") if path.name[1:].split("-")[0].isdecimal()]

    def _remove_unless_read(self, path: Path) -> None:
        try:
            lock = Lock.take(path / "reader.lock")
        except OSError:
            lock = None
        if lock is None:
            return
        # Out of sight in one step, so that no reader meets half of a generation.
        gone = path.with_name(f"removed-{path.name}")
        path.rename(gone)
        lock.release()
        shutil.rmtree(gone, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have the operating system write a file or a folder's entries to the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
