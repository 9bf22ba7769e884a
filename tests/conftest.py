"""A small corpus of three articles, indexes built on it with the embedder that needs no model, and the shipped corpus indexed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.settings import Settings
from tests.places import Place as Place
from tests.places import ingested as ingested
from tests.places import place as place
from tests.providers import Providers

ROOT = Path(__file__).resolve().parent.parent

GEN_4 = """---
title: "Gen-4 in detail"
slug: gen-4
published: 2026-11-22
topics: [runway, gen-4]
entities: ["Gen-4", "Runway"]
---

Gen-4 is the Runway video model announced on 31 March 2025.[^a]

## How long is a clip?

Gen-4 makes clips of 5 or 10 seconds at 24 frames per second.[^b] On the Runway API Gen-4 clips last between 2 and 10 seconds.[^c]

## How much does Gen-4 cost?

Gen-4 costs 12 credits per second on the web app, Runway's help page says.[^b]

## What is not known

Runway published no parameter count for Gen-4 in any source read by November 2026.

[^a]: TechCrunch, "Runway releases Gen-4", 2025-03-31, https://example.org/a ; since: 2025-03-31
[^b]: Runway Help Center, "Creating with Gen-4", n.d., https://example.org/b ; since: 2025-04
[^c]: Runway (GitHub), "SDK changelog", 2025-10-08, https://example.org/c ; since: 2025-10-08
"""

FUNDING = """---
title: "Runway's funding"
slug: funding
publisher: Cutaway
published: 2026-11-20
topics: [runway, money]
---

# Runway's funding

Runway raised 308 million dollars in a Series D led by General Atlantic on 3 April 2025.[^a]

Runway raised 315 million dollars in a Series E at a valuation of 5.3 billion dollars in February 2026.[^b]

[^a]: Reuters, "Runway raises $308 million", 2025-04-03, https://example.org/d ; since: 2025-04-03
[^b]: TechCrunch, "Runway raises $315M", 2026-02-10, https://example.org/e ; since: 2026-02-10
"""

VEO = """---
title: Veo 3
slug: veo-3
published: 2025-05-20
topics: [google]
---

Google released Veo 3 with native audio on 20 May 2025. Clips of Veo 3 last 8 seconds.

Veo 3 does not accept a song as input.
"""

ARTICLES = {"gen-4.md": GEN_4, "funding.md": FUNDING, "veo-3.md": VEO}


def write_articles(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop open, in which no other can be run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """The small corpus in a folder that a test may change; nothing is indexed yet."""
    return Settings(corpus=(write_articles(tmp_path / "articles"),), home=tmp_path / "home", embedder="hashing")


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant on the small corpus, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("small")
    settings = Settings(corpus=(write_articles(folder / "articles"),), home=folder / "home", embedder="hashing")
    with Assistant.open(settings) as assistant:
        yield assistant


@pytest.fixture(scope="session")
def providers() -> Iterator[Providers]:
    """A server on loopback that speaks every chat provider's language; the model's name picks what it plays."""
    with Providers() as server:
        yield server


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Assistant]:
    """An assistant as it comes: the shipped corpus, the default choices.

    The index is built anew; vectors, which depend on nothing but text and weights, are kept from one run to the next.
    """
    home = tmp_path_factory.mktemp("shipped")
    assert pytestconfig.cache
    (home / "vectors").symlink_to(pytestconfig.cache.mkdir("vectors"), target_is_directory=True)
    with Assistant.open(Settings(home=home)) as assistant:
        yield assistant


Rag = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def rag(small: Settings) -> Rag:
    """The command line as its own process, on the small corpus; keyword arguments are further RAG_ settings."""

    def run(*arguments: str, stdin: str | None = None, **settings: str) -> "subprocess.CompletedProcess[str]":
        return run_rag(small, *arguments, stdin=stdin, **settings)

    return run


def run_rag(
    settings: Settings, *arguments: str, stdin: str | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
    environment |= {
        "RAG_CORPUS": os.pathsep.join(map(str, settings.corpus)),
        "RAG_HOME": str(settings.home),
        "RAG_EMBEDDER": settings.embedder,
    }
    command = [sys.executable, "-m", "rag", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment | more, input=stdin, capture_output=True, text=True, timeout=200
    )
