"""Whether a fault is one of the disk, and the sentence for it."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexError_

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
LITTLE = 2**20  # bytes; below that a fault is put down to a full disk, whatever it calls itself


def is_full(place: Path, error: BaseException) -> bool:
    """Whether `error`, met while writing below `place`, comes of a full disk, a quota or a limit on the size of files."""
    return getattr(error, "errno", None) in FULL or "disk is full" in str(error) or _free(place) < LITTLE


@contextmanager
def faults_told(home: Path) -> Iterator[None]:
    """Turn what a full, read-only or failing disk raises while writing below `home` into IndexError_ with a sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if is_full(home, error):
            what = f"the disk that holds {home} is full ({_free(home) // 2**20} MB free); free some space"
        elif getattr(error, "errno", None) in CLOSED:
            what = f"{home} cannot be written ({error}); set RAG_HOME to a folder that can"
        elif isinstance(error, FileExistsError | NotADirectoryError):
            what = f"{home} cannot be a folder ({error}); set RAG_HOME to one"
        else:
            what = f"{home}: {error}; look at the disk"
        raise IndexError_(f"{what}, then run `rag ingest` again; an index that was there still answers") from error


def _free(place: Path) -> int:
    return shutil.disk_usage(next(p for p in (place, *place.parents) if p.exists())).free
