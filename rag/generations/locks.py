"""Locks of the operating system on files: they end with the process that holds them, however it ends.

`flock` belongs to the open file, so two holders in one process exclude each other as two processes do.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self


class Lock:
    """A lock on one file, held until `release`; the file is made when it is missing and may be on a read-only disk."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path, *, shared: bool = False, wait: bool = False) -> Self | None:
        """The lock, or None when another holder excludes it and `wait` is false.

        Raises OSError when the file cannot be opened or made; a shared lock never makes it.
        """
        file = os.open(path, os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(file)
            return None
        return cls(file)

    def note(self, text: str) -> None:
        """Write `text` into the locked file, for those who find it locked."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the exclusive lock on `path` inside the `with` block; waits for it."""
    lock = Lock.take(path, wait=True)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()
