import sys
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.menus import choices, load

PACKAGE = Path(__file__).resolve().parent.parent / "rag"
MENUS = ["answerers", "embedders", "readers", "retrievers", "sources"]


@pytest.mark.parametrize("folder", MENUS)
def test_the_choices_are_the_files_of_the_folder_that_begin_without_an_underscore(folder: str) -> None:
    files = {p.stem for p in (PACKAGE / folder).glob("[!_]*.py")}
    assert choices(folder) == sorted(files)
    assert files


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder in MENUS for name in choices(folder)])
def test_every_choice_can_be_called(folder: str, name: str) -> None:
    assert callable(load(folder, name))


def test_a_name_on_no_menu_is_refused_with_the_menu() -> None:
    with pytest.raises(SettingsError, match=r"no 'bm25' in rag\.retrievers; choose one of dense, hybrid, keyword"):
        load("retrievers", "bm25")


@pytest.mark.parametrize("name", ["_visible", "__init__", "../readers/overlap"])
def test_what_is_no_file_of_the_menu_cannot_be_loaded(name: str) -> None:
    with pytest.raises(SettingsError, match="choose one of"):
        load("retrievers", name)


def test_an_object_from_outside_is_loaded_by_module_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_retrievers.py").write_text("best = dict\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert load("retrievers", "my_retrievers:best") is dict
    del sys.modules["my_retrievers"]


@pytest.mark.parametrize("name", ["no_such_module:x", "json:no_such_name", "json:"])
def test_an_object_that_cannot_be_imported_is_refused_with_what_to_look_at(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"cannot load '{name}'.*check the module path"):
        load("retrievers", name)
