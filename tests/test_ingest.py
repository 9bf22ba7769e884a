import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import CorpusError, IndexError_
from rag.index import Index
from rag.ingest import ingest
from rag.settings import Settings
from tests.conftest import ROOT
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


def test_a_deleted_article_is_gone_and_an_open_index_answers_from_its_own_generation(ingested: Place) -> None:
    index = ingested.open()
    (ingested.folder / "moon.md").unlink()
    assert ingested.outcomes(ingested.ingest()) == {"moon": "removed", "river": "unchanged", "bread": "unchanged"}
    assert [article.slug for article in ingested.open().articles()] == ["bread", "river"]
    assert not any("Moon" in text for text in ingested.answers("the Moon orbits the Earth", 10))
    assert not index.is_current()
    nearest = index.nearest(ingested.embedder.embed([MOON])[0], 1)
    assert index.passages([nearest[0][0]])[0].text == MOON


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


def test_an_article_folder_that_may_not_be_entered_is_told_and_not_passed_over(small: Settings, tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    program = (
        "import sys; from pathlib import Path; from rag.corpus import read_corpus; from rag.errors import CorpusError\n"
        "from rag.settings import Settings; from tests.faults.zygote import obey_modes; obey_modes()\n"
        "corpus, home, library = map(Path, sys.argv[1:])\n"
        "try: list(read_corpus(Settings(corpus=(corpus,), home=home, library=library)))\n"
        "except CorpusError as error: print(error)"
    )
    for corpus, library in ((shut / "articles", tmp_path / "none"), (small.corpus[0], shut / "library")):
        command = [sys.executable, "-c", program, str(corpus), str(tmp_path / "home"), str(library)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
        refused = corpus if corpus.parent == shut else library
        assert done.stdout.startswith(f"the article folder {refused} cannot be read")
