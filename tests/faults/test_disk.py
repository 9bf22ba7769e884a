import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.doctor import examine
from tests.faults.conftest import copy_of
from tests.faults.zygote import Zygote
from tests.places import RIVER, Place

RHINE = "How long is the Rhine?"


class Disk:
    """A disk of four megabytes, where this user may mount one; else any folder, with a limit on the size of files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def leave(self, kilobytes: int) -> dict[str, Any]:
        """Fill the disk but for so much; what an order then needs besides."""
        if not self.mounted:
            return {"fsize": kilobytes * 1024}
        free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_bsize
        (self.folder / "filler").write_bytes(bytes(max(0, free - kilobytes * 1024)))
        return {}

    def free(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk")
    yield made
    if made.mounted:
        subprocess.run(["umount", "-l", str(made.folder)], check=True)


def test_row_15_on_a_full_disk_the_old_index_answers_and_a_later_ingest_finishes(
    whole: Place, disk: Disk, zygote: Zygote
) -> None:
    place = copy_of(whole, disk.folder / "place")
    place.write("river", RIVER.replace("1,230", "1,233"))
    before = place.open().generation
    for kilobytes in (0, 30, 120, 200, 330, 450):
        told = zygote.rag(place.settings, "ingest", **disk.leave(kilobytes))
        assert told.code == 3, (kilobytes, told)
        assert "is full" in told.err or not disk.mounted
        assert " again" in told.err
        assert told.err.count("\n") == 1
        assert not list(place.settings.index.glob("building-*"))
        asked = zygote.rag(place.settings, "ask", RHINE)
        assert (asked.code, "1,230 km" in asked.out) == (0, True), asked.err
        disk.free()
    assert place.open().generation == before
    assert zygote.rag(place.settings, "ingest").code == 0
    assert "1,233 km" in place.answers(RHINE)[0]
    assert examine(place.settings, place.embedder) == []


def test_row_15_in_one_process_an_ingest_works_once_there_is_room_again(whole: Place, disk: Disk) -> None:
    """As in the app, which lives on: Chroma remembers what it failed to open."""
    place = copy_of(whole, disk.folder / "place")
    program = (
        "import resource, sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.errors import IndexError_; from rag.ingest import ingest; from rag.settings import Settings\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "for kilobytes in (150, 190):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))\n"
        "    try: ingest(settings, Hashing(), anew=True); print('done')\n"
        "    except IndexError_ as error: print(error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "print(ingest(settings, Hashing(), anew=True).passages)"
    )
    command = [sys.executable, "-c", program, place.folder, place.settings.home]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.stderr == ""
    *told, last = done.stdout.splitlines()
    assert last == "3"
    assert told
    assert [line for line in told if line != "done" and " again" not in line] == []


@pytest.fixture
def closed(broken: Place) -> Iterator[Place]:
    """A home folder in which nothing may be written, for processes that obey modes."""
    paths = [broken.settings.home, *broken.settings.home.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield broken
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_row_7_a_folder_that_cannot_be_written_answers_and_says_what_an_ingest_needs(
    closed: Place, zygote: Zygote
) -> None:
    asked = zygote.rag(closed.settings, "ask", RHINE, obey=True)
    assert (asked.code, "1,230 km" in asked.out) == (0, True), asked.err
    closed.write("river", RIVER.replace("1,230", "1,233"))
    told = zygote.rag(closed.settings, "ingest", obey=True)
    assert told.code == 3
    assert "cannot be written" in told.err
    assert "set RAG_HOME to a folder that can" in told.err
    assert told.err.count("\n") == 1
    examined = zygote.rag(closed.settings, "doctor", obey=True)
    assert examined.code == 1
    assert [line.partition(":")[0] for line in examined.out.splitlines()] == ["read-only", "out-of-date"]


def test_row_7_without_an_index_and_without_a_place_for_one_it_says_so(broken: Place, zygote: Zygote) -> None:
    home = broken.folder.parent / "elsewhere"
    home.mkdir(mode=0o555)
    told = zygote.rag(replace(broken.settings, home=home), "ask", RHINE, obey=True)
    assert told.code == 3
    assert f"{home} cannot be written" in told.err
    assert "set RAG_HOME to a folder that can" in told.err


def test_row_7_a_large_index_that_needs_chroma_says_that_it_needs_a_place_to_write(closed: Place) -> None:
    program = (
        "import sys; from pathlib import Path; from rag import index as module; from rag.embedders.hashing import Hashing\n"
        "from rag.errors import IndexError_; from rag.settings import Settings; from tests.faults.zygote import obey_modes\n"
        "obey_modes(); module.EXACT = 1; embedder = Hashing()\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "index = module.Index.open(settings, embedder)\n"
        "try: index.nearest(embedder.embed(['Rhine'])[0], 2)\n"
        "except IndexError_ as error: print(error)"
    )
    command = [sys.executable, "-c", program, closed.folder, closed.settings.home]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    assert "cannot be written" in done.stdout
    assert "set RAG_HOME to a folder that can be written and run `rag ingest`" in done.stdout
