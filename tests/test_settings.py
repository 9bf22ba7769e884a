import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, shipped_corpus
from tests.conftest import ROOT


def test_without_a_variable_the_shipped_corpus_and_the_default_choices_are_used() -> None:
    settings = Settings.from_environment({"PATH": "/bin", "RAGE": "1"})
    assert settings == Settings()
    assert settings.folders == (shipped_corpus() / "articles", settings.home / "library")
    assert settings.folders[0].is_dir()
    assert settings.entities.is_file()


def test_an_unknown_variable_is_refused_by_name_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"RAG_EMBEDER; known are .*RAG_EMBEDDER"):
        Settings.from_environment({"RAG_EMBEDER": "minilm"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"RAG_EMBEDDER": "", "RAG_CORPUS": " "}) == Settings()


@pytest.mark.parametrize("name", ["embedder", "retriever", "reader", "answerer"])
def test_a_choice_that_is_on_no_menu_is_refused_with_the_menu(name: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"RAG_{name.upper()}='bm52' .* choose one of .*{getattr(Settings(), name)}"
    ):
        Settings.from_environment({f"RAG_{name.upper()}": "bm52"})


def test_a_choice_from_outside_the_package_is_taken_as_it_is() -> None:
    assert Settings.from_environment({"RAG_READER": "my.readers:best"}).reader == "my.readers:best"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RAG_QUESTION_LIMIT", "many"), ("RAG_QUESTION_LIMIT", "0"), ("RAG_QUESTION_LIMIT", "-5"), ("RAG_HISTORY", "yes")],
)
def test_a_value_that_cannot_work_is_refused_with_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable}='?{value}'?"):
        Settings.from_environment({variable: value})


def test_article_folders_are_separated_like_path_and_the_library_comes_last() -> None:
    both = Settings.from_environment({"RAG_CORPUS": f"/a{os.pathsep}/b{os.pathsep}", "RAG_LIBRARY": "/mine"})
    assert both.folders == (Path("/a"), Path("/b"), Path("/mine"))
    same = Settings.from_environment({"RAG_CORPUS": f"/a{os.pathsep}/mine", "RAG_LIBRARY": "/mine"})
    assert same.folders == (Path("/a"), Path("/mine"))


def test_a_tilde_is_the_home_folder() -> None:
    settings = Settings.from_environment({"RAG_CORPUS": "~/a", "RAG_HOME": "~/h", "RAG_LIBRARY": "~/l"})
    assert {p.parent for p in (*settings.folders, settings.home)} == {Path.home()}


def test_limits_and_switches_are_read() -> None:
    settings = Settings.from_environment({"RAG_QUESTION_LIMIT": "80", "RAG_HISTORY": "0"})
    assert (settings.question_limit, settings.history) == (80, False)


def test_each_set_of_folders_has_an_index_of_its_own_whatever_their_order() -> None:
    one, two = Settings(corpus=(Path("/a"), Path("/b"))), Settings(corpus=(Path("/b"), Path("/a")))
    assert one.index == two.index
    assert one.index != Settings(corpus=(Path("/a"),)).index
    assert one.index.is_relative_to(one.home)


def test_limits_are_settings_and_a_limit_that_cannot_work_is_refused_by_name() -> None:
    settings = Settings.from_environment({"RAG_FILE_MB": "3", "RAG_FETCH": "1", "RAG_FETCH_PORTS": "80,8080"})
    assert (settings.limits.file_mb, settings.fetch, settings.fetch_ports) == (3, True, (80, 8080))
    for name, value in (
        ("RAG_PDF_PAGES", "-1"),
        ("RAG_FETCH", "yes"),
        ("RAG_FETCH_PORTS", "80;90"),
        ("RAG_TEXT_MB", "0"),
    ):
        with pytest.raises(SettingsError, match=name):
            Settings.from_environment({name: value})


def test_a_home_below_a_folder_that_may_not_be_entered_is_refused_in_a_sentence(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    program = (
        "import sys; from pathlib import Path; from rag.errors import SettingsError; from rag.settings import Settings\n"
        "from tests.faults.zygote import obey_modes; obey_modes()\n"
        "try: Settings(home=Path(sys.argv[1]))\n"
        "except SettingsError as error: print(error)"
    )
    for home in (shut, shut / "below" / "home"):
        command = [sys.executable, "-c", program, str(home)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
        assert done.stdout == f"RAG_HOME={str(home)!r}: {shut} may not be entered; name another folder\n"


def test_fetching_in_the_app_is_off_unless_it_is_asked_for() -> None:
    assert Settings().fetch is False
