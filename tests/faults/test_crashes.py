import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.assistant import Assistant
from rag.doctor import examine
from rag.errors import IndexBusy
from rag.generations.folders import Generations
from rag.generations.locks import Lock
from rag.ingest import ingest
from tests.faults.conftest import copy_of
from tests.faults.zygote import Zygote
from tests.places import RIVER, Place

RHINE = "How long is the Rhine?"
OLD, NEW = "1,230", "1,233"
BEFORE = ["read", "store", "words", "chroma", "check", "sync", "rename", "pointer"]
SPREAD = 6


def edit(place: Place) -> None:
    place.write("river", RIVER.replace(OLD, NEW))
    (place.folder / "moon.md").unlink()


def held(place: Place) -> dict[str, tuple[str, list[str]]]:
    """Each article's text and the ids of its passages, as the index holds them."""
    index = place.open()
    found = {a.slug: (a.text, index.passage_ids(a.slug)) for a in index.articles()}
    index.close()
    return found


def test_row_11_killed_at_any_step_the_old_index_answers_and_the_next_ingest_finishes(
    broken: Place, zygote: Zygote
) -> None:
    undisturbed = copy_of(broken, broken.folder.parent / "undisturbed")
    edit(undisturbed)
    whole = zygote.rag(undisturbed.settings, "ingest")
    assert whole.code == 0, whole.err
    edit(broken)
    before, wanted = held(broken), held(undisturbed)
    assert before.keys() != wanted.keys()
    ways = [{"stage": stage} for stage in BEFORE]
    ways += [{"event": 1 + number * whole.events // SPREAD} for number in range(SPREAD)]
    published = False
    for way in [*ways, {"stage": "clean"}]:
        killed = zygote.rag(broken.settings, "ingest", **way)
        assert killed.code in (-signal.SIGKILL, 0), killed.err
        published = published or killed.stage == "clean"
        assert held(broken) == (wanted if published else before), killed
        assert (NEW if published else OLD) in broken.answers(RHINE)[0]
    assert zygote.rag(broken.settings, "ingest").code == 0
    assert held(broken) == wanted
    assert examine(broken.settings, broken.embedder) == []
    generation = broken.open().generation
    assert sorted(p.name for p in broken.settings.index.iterdir()) == ["CURRENT", generation, "writer.lock"]


def test_row_12_a_second_ingest_is_refused_with_the_pid_of_the_first(broken: Place, zygote: Zygote) -> None:
    edit(broken)
    told = []

    def second(stage: str, done: int, total: int) -> None:
        if stage == "store" and not told:
            told.append(zygote.rag(broken.settings, "ingest"))

    ingest(broken.settings, broken.embedder, second)
    assert told[0].code == 3
    assert told[0].err.count("\n") == 1
    assert f"another ingest (pid {os.getpid()}) is running" in told[0].err


def test_row_12_of_writers_that_race_one_publishes_and_the_others_are_told(broken: Place) -> None:
    edit(broken)

    def write(number: int) -> str:
        try:
            return ingest(broken.settings, broken.embedder).generation
        except IndexBusy as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(write, range(4)))
    assert {end for end in ends if "another ingest" not in end} == {broken.open().generation}
    assert NEW in broken.answers(RHINE)[0]


def test_row_12_the_lock_of_a_dead_process_is_taken_over(broken: Place) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from rag.generations.locks import Lock\n"
        "lock = Lock.take(Path(sys.argv[1])); lock.note('4711'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    lock = broken.settings.index / "writer.lock"
    assert subprocess.run([sys.executable, "-c", program, lock], check=False).returncode == -signal.SIGKILL
    assert lock.read_text() == "4711"
    edit(broken)
    assert broken.ingest().changed


def test_row_13_and_14_while_an_ingest_runs_every_answer_is_of_one_generation(broken: Place) -> None:
    asked: dict[str, tuple[str, str, set[str]]] = {}
    with Assistant.open(broken.settings) as assistant:
        assistant.warm()
        old = assistant.generation
        edit(broken)

        def ask(stage: str, done: int, total: int) -> None:
            answer = assistant.ask(RHINE)
            cited = {c.quote for c in answer.citations}
            asked[stage] = (answer.generation, " ".join(cited), {c.article for c in answer.citations})
            for citation in answer.citations:
                text = assistant.article(citation.article).text
                assert text[citation.start : citation.end] == citation.quote

        ingest(broken.settings, broken.embedder, ask)
        new = assistant.generation
        moon = assistant.ask("In how many days does the Moon orbit the Earth?")
    assert asked.keys() > set(BEFORE)
    for stage, (generation, quotes, _) in asked.items():
        assert generation == (new if stage == "clean" else old)
        assert (NEW if stage == "clean" else OLD) in quotes
    assert "moon" not in {c.article for c in moon.citations} | {n.article for n in moon.nearest}


@pytest.mark.parametrize("how", [{"stage": "chroma"}, {"stage": "check"}, {"seconds": 0.8, "group": True}])
def test_row_67_an_interrupted_ingest_ends_at_once_and_leaves_the_old_index(
    how: dict[str, object], broken: Place, zygote: Zygote
) -> None:
    edit(broken)
    stopped = zygote.rag(broken.settings, "ingest", signal=int(signal.SIGINT), **how)
    assert stopped.code == 130
    assert stopped.err.startswith("rag: stopped;")
    assert "Traceback" not in stopped.err
    assert stopped.seconds < 5
    lock = Lock.take(broken.settings.index / "writer.lock")
    assert lock
    lock.release()
    assert not list(broken.settings.index.glob("building-*"))
    assert OLD in broken.answers(RHINE)[0]


def test_row_67_an_interrupted_add_keeps_the_article_and_says_what_brings_it_into_the_index(
    broken: Place, zygote: Zygote
) -> None:
    story = broken.folder.parent / "story.txt"
    story.write_text("The Danube\n\nThe Danube is 2,850 km long. It flows into the Black Sea.", encoding="utf-8")
    stopped = zygote.rag(broken.settings, "add", str(story), stage="chroma", signal=int(signal.SIGINT))
    assert stopped.code == 130
    assert stopped.err == "rag: stopped; what is stored stays, and `rag ingest` brings the index up to date\n"
    assert len(list(broken.settings.library.glob("*.md"))) == 1
    assert zygote.rag(broken.settings, "ingest").code == 0
    assert "2,850 km" in broken.answers("How long is the Danube?")[0]


def test_row_67_an_ingest_that_is_told_to_end_ends_and_the_next_one_cleans_up(broken: Place, zygote: Zygote) -> None:
    edit(broken)
    ended = zygote.rag(broken.settings, "ingest", stage="check", signal=int(signal.SIGTERM))
    assert ended.code == -signal.SIGTERM
    assert OLD in broken.answers(RHINE)[0]
    assert [finding.code for finding in examine(broken.settings, broken.embedder)] == ["leftover", "out-of-date"]
    broken.ingest()
    assert examine(broken.settings, broken.embedder) == []


def test_a_process_killed_with_chroma_open_has_its_files_checked_before_the_next_opens_them(broken: Place) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from rag.embedders.hashing import Hashing\n"
        "from rag.index import Index; from rag.settings import Settings\n"
        "settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder='hashing')\n"
        "index = Index.open(settings, Hashing()); index.warm(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program, broken.folder, broken.settings.home]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    pointer = Generations(broken.settings.index).current()
    assert pointer
    folder = broken.settings.index / pointer.name
    assert [path.name.split("-")[0] for path in folder.glob("open-*")] == ["open"]
    index = broken.open()
    index.warm()
    assert (folder / "checked").is_file()
    mine = list(folder.glob("open-*"))
    assert [path.name.split("-")[1] for path in mine] == [str(os.getpid())]
    index.close()
    assert not list(folder.glob("open-*"))
