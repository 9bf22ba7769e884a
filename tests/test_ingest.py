import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import CorpusError, IndexBusy, IndexError_
from rag.generations.folders import Generations
from rag.index import Index
from rag.ingest import ingest
from tests.places import BREAD, MOON, RIVER, Place


def test_every_article_is_reported_as_added_and_can_be_found(place: Place) -> None:
    place.write("river", RIVER)
    place.write("moon", MOON)
    report = place.ingest()
    assert report.changed
    assert place.outcomes(report) == {"river": "added", "moon": "added"}
    assert "Rhine" in place.answers("how long is the Rhine")[0]


def test_a_second_ingest_changes_nothing(ingested: Place) -> None:
    before = sorted(path for path in ingested.settings.home.rglob("*"))
    index = ingested.open()
    report = ingested.ingest()
    assert not report.changed
    assert report.generation == index.generation
    assert set(ingested.outcomes(report).values()) == {"unchanged"}
    assert index.is_current()
    assert sorted(path for path in ingested.settings.home.rglob("*")) == before


def test_an_edited_sentence_replaces_only_its_own_passage(place: Place) -> None:
    place.write("river", "\n\n".join(f"## Part {n}\n\nThis is part {n} of the river. {RIVER}" for n in range(4)))
    place.write("moon", MOON)
    place.ingest()
    index = place.open()
    before = index.passage_ids("river")
    assert len(before) == 4
    path = place.folder / "river.md"
    path.write_text(path.read_text().replace("This is part 2", "Here is part 2"))
    report = place.ingest()
    assert place.outcomes(report) == {"river": "updated", "moon": "unchanged"}
    after = place.open().passage_ids("river")
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True]
    assert "This is part 2" not in " ".join(place.answers("This is part 2 of the river", 10))
    assert not index.is_current()


def test_a_deleted_article_is_gone_and_an_open_index_answers_from_its_own_generation(ingested: Place) -> None:
    index = ingested.open()
    (ingested.folder / "moon.md").unlink()
    assert ingested.outcomes(ingested.ingest()) == {"moon": "removed", "river": "unchanged", "bread": "unchanged"}
    assert [article.slug for article in ingested.open().articles()] == ["bread", "river"]
    assert not any("Moon" in text for text in ingested.answers("the Moon orbits the Earth", 10))
    assert not index.is_current()
    nearest = index.nearest(ingested.embedder.embed([MOON])[0], 1)
    assert index.passages([nearest[0][0]])[0].text == MOON


def test_a_second_ingest_at_the_same_time_is_refused_with_the_pid(ingested: Place) -> None:
    ingested.write("river", RIVER + " More.")

    def second(stage: str, done: int, total: int) -> None:
        with pytest.raises(IndexBusy, match=rf"pid {os.getpid()}\b"):
            ingested.ingest()

    ingest(ingested.settings, ingested.embedder, second)
    assert "More." in ingested.answers("More rivers carry water")[0]


def test_the_lock_of_a_dead_process_is_taken_over(ingested: Place) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from rag.generations.locks import Lock\n"
        "lock = Lock.take(Path(sys.argv[1])); lock.note('4711'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    lock = ingested.settings.index / "writer.lock"
    assert subprocess.run([sys.executable, "-c", program, lock], check=False).returncode == -9
    assert lock.read_text() == "4711"
    ingested.write("tea", "Tea is drunk hot.")
    assert ingested.ingest().changed


def test_an_article_that_cannot_be_read_is_refused_by_name_and_the_rest_is_ingested(place: Place) -> None:
    place.write("river", RIVER)
    (place.folder / "empty.md").write_text("---\ntitle: Nothing\n---\n")
    (place.folder / "notes.xyz").write_text("?")
    (place.folder / ".hidden.md").write_text("not looked at")
    os.mkfifo(place.folder / "pipe.md")
    outside = place.folder.parent / "secret.md"
    outside.write_text("A secret text.")
    (place.folder / "link.md").symlink_to(outside)
    (place.folder / "folder.link").symlink_to(place.folder.parent)
    (place.folder / "dangling.md").symlink_to(place.folder / "nowhere.md")
    report = place.ingest()
    reasons = {line.article: line.reason or "" for line in report.lines if line.outcome == "refused"}
    assert reasons.keys() == {"empty.md", "notes.xyz", "pipe.md", "link.md", "folder.link", "dangling.md"}
    assert "no text" in reasons["empty.md"]
    assert "no reader for .xyz" in reasons["notes.xyz"]
    assert "leads out" in reasons["link.md"]
    assert "leads out" in reasons["folder.link"]
    assert "cannot be read" in reasons["dangling.md"]
    assert [article.slug for article in place.open().articles()] == ["river"]


def test_a_link_inside_the_folder_is_the_same_text_once(place: Place) -> None:
    place.write("river", RIVER)
    (place.folder / "stream.md").symlink_to(place.folder / "river.md")
    report = place.ingest()
    assert place.outcomes(report) == {"river": "added", "stream.md": "refused"}


def test_two_files_with_one_text_are_kept_once_and_both_are_named(place: Place) -> None:
    place.write("a", RIVER)
    place.write("b", RIVER)
    report = place.ingest()
    refused = [line for line in report.lines if line.outcome == "refused"]
    assert [(line.article, "a.md" in (line.reason or "")) for line in refused] == [("b.md", True)]
    assert report.passages == 1


def test_two_files_with_one_slug_do_not_collide(place: Place) -> None:
    place.write("a", RIVER, front="slug: water")
    place.write("b", MOON, front="slug: water")
    report = place.ingest()
    assert place.outcomes(report) == {"water": "added", "b.md": "refused"}
    assert "Rhine" in place.answers("water")[0]


def test_file_names_with_blanks_emoji_and_odd_bytes_are_read(place: Place) -> None:
    place.write("on the river 🎬", RIVER)
    (place.folder / os.fsdecode(b"m\xff.md")).write_text(MOON)
    report = place.ingest()
    assert list(place.outcomes(report).values()) == ["added", "added"]


@pytest.mark.parametrize("text", [None, "One sentence."])
def test_an_empty_corpus_and_one_of_one_sentence_make_an_index(text: str | None, place: Place) -> None:
    if text:
        place.write("only", text)
    report = place.ingest()
    assert report.passages == (1 if text else 0)
    assert place.answers("One", 50) == ([text] if text else [])


def test_a_missing_folder_is_an_error_but_a_missing_library_is_not(place: Place) -> None:
    place.write("river", RIVER)
    ingest(replace(place.settings, library=place.folder.parent / "library"), place.embedder)
    with pytest.raises(CorpusError, match="is missing; make it"):
        ingest(replace(place.settings, corpus=(place.folder.parent / "nowhere",)), place.embedder)


def test_times_of_files_do_not_matter(ingested: Place) -> None:
    for path in ingested.folder.iterdir():
        os.utime(path, (4_000_000_000, 4_000_000_000))
    assert not ingested.ingest().changed
    path = ingested.write("bread", BREAD.replace("forty", "fifty"))
    os.utime(path, (0, 0))
    assert ingested.outcomes(ingested.ingest())["bread"] == "updated"


def test_a_disk_that_cannot_be_written_is_named_and_the_old_index_answers(ingested: Place) -> None:
    ingested.write("tea", "Tea is drunk hot.")

    def full(stage: str, done: int, total: int) -> None:
        if stage == "words":
            raise OSError(28, "No space left on device")

    with pytest.raises(IndexError_, match=r"is full .*free some space.*run `rag ingest` again"):
        ingest(ingested.settings, ingested.embedder, full)
    assert not list(ingested.settings.index.glob("building-*"))
    assert "Rhine" in ingested.answers("how long is the Rhine")[0]
    assert ingested.ingest().changed


STAGES = ["read", "embed", "store", "words", "chroma", "check", "sync", "rename", "pointer", "clean"]


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_the_index_answers_and_the_next_ingest_finishes(stage: str, ingested: Place) -> None:
    before = ingested.open()
    ingested.write("river", RIVER.replace("1,230", "1,233"))
    (ingested.folder / "moon.md").unlink()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, stage, ingested.folder, ingested.settings.home],
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert killed.returncode == -9
    published = Generations(ingested.settings.index).current() != before.manifest and not before.is_current()
    assert published == (stage == "clean")
    assert ("1,233" if published else "1,230") in ingested.answers("how long is the Rhine")[0]
    report = ingested.ingest()
    assert report.changed != published
    index = ingested.open()
    assert [article.slug for article in index.articles()] == ["bread", "river"]
    assert "1,233" in ingested.answers("how long is the Rhine")[0]
    before.close()
    index.close()
    ingested.ingest()
    left = sorted(path.name for path in ingested.settings.index.iterdir())
    assert left == ["CURRENT", index.generation, "writer.lock"]


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.embedders.hashing import Hashing
from rag.ingest import ingest
from rag.settings import Settings

def step(stage, done, total):
    if stage == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

ingest(Settings(corpus=(Path(sys.argv[2]),), home=Path(sys.argv[3]), embedder="hashing"), Hashing(), step)
"""


def test_an_interrupt_leaves_nothing_behind(ingested: Place) -> None:
    ingested.write("tea", "Tea is drunk hot.")

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "chroma":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(ingested.settings, ingested.embedder, interrupt)
    assert not list(ingested.settings.index.glob("building-*"))
    assert isinstance(ingested.open(), Index)
    assert ingested.ingest().changed


def test_the_index_folder_does_not_grow_with_changes(ingested: Place) -> None:
    def size() -> int:
        return sum(path.stat().st_size for path in ingested.settings.index.rglob("*") if path.is_file())

    first = size()
    for number in range(3):
        ingested.write("bread", BREAD.replace("forty", str(40 + number)))
        ingested.ingest()
        assert abs(size() - first) < 0.1 * first
