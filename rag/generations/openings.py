"""Who has Chroma's files of a generation open, and whether they may be opened here: damaged ones can end the process.

A process that opens them leaves a mark, which it holds locked and removes when it has closed them:

    <generation>/open-<pid>-…     somebody has Chroma's files open, or was ended while it had
    <generation>/checked          the versions of chromadb with which a child has read them since they were built
"""

import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from rag.errors import IndexDamaged, IndexError_
from rag.generations.checking import check
from rag.generations.locks import Lock
from rag.generations.manifest import Manifest
from rag.generations.soundness import verify_chroma

CHROMA = "chromadb"
MEND = "free some space there, or set RAG_HOME to a folder that can be written and run `rag ingest`"


def opened(folder: Path, manifest: Manifest, digest: str) -> Callable[[], None]:
    """Allow this process to open Chroma's files in `folder`; returns what to call when they are closed again.

    Their checksums are looked at once more. A child reads all of them first when a process that had them open ended
    without closing them, or when they were built with another chromadb. Raises IndexDamaged, and IndexError_ when the
    folder cannot be written, which Chroma does whenever it opens one.
    """
    verify_chroma(folder, manifest)
    try:
        left = [mark for mark in folder.glob("open-*") if _forsaken(mark)]
        if left or version(CHROMA) not in {manifest.versions.get(CHROMA), *_checked(folder)}:
            if fault := check(folder, digest):
                raise IndexDamaged(f"{fault}; run `rag doctor --repair`")
            with (folder / "checked").open("a", encoding="ascii") as file:
                file.write(version(CHROMA) + "\n")
            for mark in left:
                mark.unlink(missing_ok=True)
        mine = folder / f"open-{os.getpid()}-{uuid4().hex[:8]}"
        lock = Lock.take(mine)
    except OSError as error:
        raise IndexError_(f"{folder} cannot be written ({error.strerror}), which searching it needs; {MEND}") from error

    def closed() -> None:
        with suppress(OSError):  # a mark that stays costs a check
            mine.unlink()
        if lock:
            lock.release()

    return closed


def _forsaken(mark: Path) -> bool:
    """Whether the process that left the mark has ended."""
    try:
        lock = Lock.take(mark, shared=True)
    except FileNotFoundError:
        return False
    if lock is None:
        return False
    lock.release()
    return True


def _checked(folder: Path) -> list[str]:
    try:
        return (folder / "checked").read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return []
