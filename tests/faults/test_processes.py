import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import IndexError_
from rag.settings import Settings
from tests.faults.zygote import Zygote
from tests.places import Place

RHINE = "How long is the Rhine?"


def ask(settings: Settings) -> str:
    with Assistant.open(settings, build=False) as assistant:
        return assistant.ask(RHINE).text


def test_row_68_every_process_that_opens_the_index_gets_the_same_answer(whole: Place) -> None:
    here = ask(whole.settings)
    assert "1,230 km" in here
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(ask, [whole.settings] * 3) == [here] * 3


def test_row_68_an_assistant_that_came_through_a_fork_says_so_instead_of_hanging(whole: Place) -> None:
    with Assistant.open(whole.settings) as assistant:
        assistant.ask(RHINE)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                assistant.ask(RHINE)
                os.write(write, b"answered")
            except IndexError_ as error:
                os.write(write, str(error).encode())
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        told = os.read(read, 1000).decode()
        assert told.endswith("open one in each process")
        assert f"opened in process {os.getpid()}" in told
        assert "1,230 km" in assistant.ask(RHINE).text


def test_row_68_the_way_to_do_it_is_told_where_it_is_looked_for() -> None:
    assert "every process opens one" in (Assistant.__doc__ or "")


WRONG = {
    "an unknown name": ({"RAG_EMBEDER": "minilm"}, "RAG_EMBEDER"),
    "a negative number": ({"RAG_QUESTION_LIMIT": "-4"}, "RAG_QUESTION_LIMIT"),
    "a number that is none": ({"RAG_FILE_MB": "many"}, "RAG_FILE_MB"),
    "a choice that is on no menu": ({"RAG_READER": "best"}, "RAG_READER"),
    "a module that is not there": ({"RAG_EMBEDDER": "nowhere:model"}, "nowhere:model"),
    "article folders that are not there": ({"RAG_CORPUS": "/nowhere/articles"}, "RAG_CORPUS"),
    "an article folder that is a file": ({"RAG_CORPUS": os.devnull}, "RAG_CORPUS"),
    "a home that is a file": ({"RAG_HOME": os.devnull}, "RAG_HOME"),
    "a home inside a file": ({"RAG_HOME": f"{os.devnull}/home"}, "RAG_HOME"),
}


@pytest.mark.parametrize("command", ["ask", "ingest"])
@pytest.mark.parametrize("wrong", WRONG)
def test_row_70_a_setting_that_cannot_work_is_refused_by_its_name(
    wrong: str, command: str, broken: Place, zygote: Zygote
) -> None:
    given, named = WRONG[wrong]
    arguments = [command, RHINE] if command == "ask" else [command]
    told = zygote.rag(broken.settings, *arguments, environment=given)
    assert (told.code, told.out) == (3, "")
    assert named in told.err
    assert told.err.startswith("rag: ")
    assert told.err.count("\n") == 1, told.err


def test_row_70_a_negative_k_is_refused(whole: Place) -> None:
    from rag.errors import SettingsError

    with Assistant.open(whole.settings) as assistant, pytest.raises(SettingsError, match="k=-3"):
        assistant.as_retriever(k=-3)


ODD = "On the river 🎬 — naïve ß"
BODY = "The Rhine — in naïve words — is 1,230 km long."


BARE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def ask_in(locale: dict[str, str], root: Path, home: str) -> "subprocess.CompletedProcess[str]":
    """Ask about an article with Windows line ends in a folder with an odd name, in that locale."""
    (root / "my 🎬 articles").mkdir(parents=True)
    text = f"---\r\ntitle: {ODD}\r\npublished: 2025-03-01\r\n---\r\n\r\n{BODY}\r\n"
    (root / "my 🎬 articles" / "river 🎬.md").write_bytes(text.encode())
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "LC_", "LANG", "PYTHON"))}
    environment |= locale | {"RAG_CORPUS": str(root / "my 🎬 articles"), "RAG_HOME": str(root / home)}
    environment |= {"RAG_EMBEDDER": "hashing", "RAG_READER": "overlap"}
    command = [sys.executable, "-m", "rag", "ask", RHINE]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=200, check=False)


@pytest.mark.parametrize(("locale", "home"), [(BARE, "home"), ({"LC_ALL": "POSIX"}, "a home ß 🎬")])
def test_row_66_no_locale_line_end_or_path_changes_an_answer(locale: dict[str, str], home: str, tmp_path: Path) -> None:
    done = ask_in(locale, tmp_path, home)
    assert done.returncode == 0, done.stderr
    assert f"{BODY} [1]" in done.stdout
    assert ODD in done.stdout
    assert "\r" not in done.stdout


def test_row_66_where_chroma_cannot_write_a_path_the_way_out_is_told(tmp_path: Path) -> None:
    done = ask_in(BARE, tmp_path, "home ß")
    assert done.returncode == 3
    assert "home ß/index/" in done.stderr
    assert "set PYTHONUTF8=1" in done.stderr
    assert "Traceback" not in done.stderr
