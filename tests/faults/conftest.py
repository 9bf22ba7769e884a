"""An index of three articles to be broken, and processes to break it with."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.embedders.hashing import Hashing
from rag.settings import Settings
from tests.faults.zygote import Zygote
from tests.places import BREAD, MOON, RIVER, Place


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote() as running:
        yield running


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three articles, ingested once; tests must not change them."""
    root = tmp_path_factory.mktemp("whole")
    (root / "articles").mkdir()
    settings = Settings(corpus=(root / "articles",), home=root / "home", embedder="hashing", reader="overlap")
    place = Place(folder=root / "articles", settings=settings, embedder=Hashing())
    for name, text in (("river", RIVER), ("moon", MOON), ("bread", BREAD)):
        place.write(name, text)
    place.ingest()
    return place


@pytest.fixture
def broken(whole: Place, tmp_path: Path) -> Place:
    """A copy of the three articles and their index, to be broken."""
    return copy_of(whole, tmp_path / "broken")


def copy_of(place: Place, root: Path) -> Place:
    shutil.copytree(place.folder, root / "articles")
    shutil.copytree(place.settings.home, root / "home")
    settings = replace(place.settings, corpus=(root / "articles",), home=root / "home", library=Path())
    (root / "home" / "index" / place.settings.index.name).rename(settings.index)
    return Place(folder=root / "articles", settings=settings, embedder=place.embedder)
