"""A small article folder with an index of its own, embedded without a model; its fixtures are offered by conftest.py."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.embedders import Embedder
from rag.embedders.hashing import Hashing
from rag.index import Index
from rag.ingest import Report, ingest
from rag.settings import Settings

RIVER = "Rivers carry water to the sea. The Rhine is 1,230 km long. It rises in the Alps."
MOON = "The Moon orbits the Earth in 27.3 days. Its surface is covered with dust."
BREAD = "Bread is made of flour and water. It is baked for forty minutes at 230 degrees."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An article folder and the settings that point to it."""

    folder: Path
    settings: Settings
    embedder: Embedder

    def write(self, name: str, text: str, *, front: str = "published: 2025-03-01") -> Path:
        """Write the article `name`.md."""
        path = self.folder / f"{name}.md"
        path.write_text(f"---\ntitle: On {name}\n{front}\n---\n\n{text}\n", encoding="utf-8")
        return path

    def ingest(self) -> Report:
        """Bring the index up to date."""
        return ingest(self.settings, self.embedder)

    def open(self) -> Index:
        """The current generation."""
        return Index.open(self.settings, self.embedder)

    def answers(self, question: str, k: int = 1) -> list[str]:
        """The texts of the passages nearest to a question, after opening the index anew."""
        index = self.open()
        found = index.nearest(self.embedder.embed([question])[0], k)
        texts = [passage.text for passage in index.passages([name for name, _ in found])]
        index.close()
        return texts

    def outcomes(self, report: Report) -> dict[str, str]:
        """The outcome of each article or file."""
        return {line.article: line.outcome for line in report.lines}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty article folder."""
    folder = tmp_path / "articles"
    folder.mkdir()
    settings = Settings(corpus=(folder,), home=tmp_path / "home", embedder="hashing")
    return Place(folder=folder, settings=settings, embedder=Hashing())


@pytest.fixture
def ingested(place: Place) -> Place:
    """Three articles, ingested."""
    for name, text in (("river", RIVER), ("moon", MOON), ("bread", BREAD)):
        place.write(name, text)
    place.ingest()
    return place
