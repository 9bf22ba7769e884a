"""Running apps and a real Chromium that counts what leaves the machine."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from app_server import ROOT, App
from chromium import launched
from playwright.sync_api import Browser, Page, expect, sync_playwright

LOCAL = {"127.0.0.1", "localhost"}


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., App]]:
    """Start apps with RAG_* settings; all are stopped at the end."""
    started: list[App] = []

    def launch(script: str = "app.py", **settings: str) -> App:
        app = App(tmp_path_factory.mktemp("app"), script, **settings)
        started.append(app)
        app.wait()
        return app

    yield launch
    for app in started:
        app.stop()


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few articles of the shipped corpus: enough to ask, quick to index."""
    folder = tmp_path_factory.mktemp("articles")
    for name in ("gen-4", "gen-4-5", "runway-funding", "runway-cost"):
        shutil.copy(ROOT / "corpus" / "articles" / f"{name}.md", folder)
    return folder


@pytest.fixture(scope="session")
def app(start: Callable[..., App], articles: Path) -> App:
    """The app over a few articles."""
    return start(RAG_CORPUS=str(articles))


@pytest.fixture(scope="session")
def slow(start: Callable[..., App], articles: Path) -> App:
    """The app over a few articles on a slow day."""
    return start("tests/browser/slow_app.py", RAG_CORPUS=str(articles))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a URL in a fresh profile; no page may ask a foreign host for anything or throw an error."""
    contexts, foreign, errors = [], [], []

    def opened(url: str, *, width: int = 1280, height: int = 800, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        context.on("request", lambda r: foreign.append(r.url) if not is_local(r.url) else None)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("websocket", lambda ws: foreign.append(ws.url) if not is_local(ws.url) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in LOCAL
