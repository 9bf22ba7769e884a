from pathlib import Path

import pytest

from rag.errors import IndexBusy, IndexDamaged, NoIndex
from rag.generations.folders import MANIFEST, Generations
from rag.generations.locks import Lock


def publish(generations: Generations, content: str) -> str:
    with generations.writer():
        building = generations.start()
        (building / MANIFEST).write_text(content)
        name = generations.name(content.encode().hex() + "00000000")
        generations.publish(building, name, lambda stage: None)
        generations.clean()
    return name


def test_names_are_counted_and_the_pointer_follows(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    assert generations.current() is None
    first, second = publish(generations, "aaaa"), publish(generations, "bbbb")
    assert first == "g000001-61616161"
    assert second == "g000002-62626262"
    pointer = generations.current()
    assert pointer is not None
    assert pointer.name == second


def test_without_an_index_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="rag ingest"):
        Generations(tmp_path).hold()


def test_a_generation_stays_while_a_reader_holds_it(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    first = publish(generations, "aaaa")
    held = generations.hold()
    publish(generations, "bbbb")
    assert (tmp_path / first / MANIFEST).read_text() == "aaaa"
    held.lock.release()
    third = publish(generations, "cccc")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [third]


def test_only_one_writer_at_a_time_even_in_one_process(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    with generations.writer(), pytest.raises(IndexBusy, match="wait for it"), Generations(tmp_path).writer():
        raise AssertionError("two writers")
    with generations.writer():
        assert (tmp_path / "writer.lock").read_text().strip().isdecimal()


@pytest.mark.parametrize("text", ["", "\x00" * 80, "g000001", "../../etc " + "0" * 64 + "\n", "é"])
def test_a_garbled_pointer_is_damage_and_the_next_publication_replaces_it(text: str, tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    publish(generations, "aaaa")
    (tmp_path / "CURRENT").write_text(text, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="rag doctor --repair"):
        generations.hold()
    assert publish(generations, "bbbb") == "g000002-62626262"


def test_a_pointer_to_a_lost_folder_is_damage(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    name = publish(generations, "aaaa")
    (tmp_path / name).rename(tmp_path / "elsewhere")
    with pytest.raises(IndexDamaged, match="has lost its generation"):
        generations.hold()


def test_leftovers_of_killed_ingests_are_removed(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for name in ("building-99999", "removed-g000001-aaaaaaaa", "g000007-deadbeef"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    assert publish(generations, "aaaa").startswith("g000008-")
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_shared_locks_share_and_exclude_an_exclusive_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    one, two = Lock.take(path, shared=True), Lock.take(path, shared=True)
    assert one is not None
    assert two is not None
    assert Lock.take(path) is None
    one.release()
    one.release()
    two.release()
    assert Lock.take(path) is not None
