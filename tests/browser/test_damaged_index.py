import time
from collections.abc import Callable
from pathlib import Path

import pytest
from app_server import App
from playwright.sync_api import Page, expect
from steps import HOW_LONG, ask, enter, ready

from rag.embedders.hashing import Hashing
from rag.generations.locks import Lock
from rag.ingest import ingest
from rag.settings import Settings
from tests.conftest import run_rag
from tests.faults.damages import damage

pytestmark = pytest.mark.browser
REPAIR = "run `rag doctor --repair`"


def test_row_8_9_and_67_the_app_says_what_is_broken_survives_it_and_ends_in_time(
    start: Callable[..., App], visit: Callable[..., Page], articles: Path
) -> None:
    """Rows 8 and 9: damaged files; row 67: told to end, the app does within five seconds."""
    app = start(RAG_CORPUS=str(articles), RAG_EMBEDDER="hashing", RAG_READER="overlap")
    settings = Settings(corpus=(articles,), home=app.home, embedder="hashing", reader="overlap")
    page = visit(app.url)
    ask(page, HOW_LONG)
    generation = next(settings.index.glob("g0*"))

    damage("the pointer is zeros", generation)
    enter(page, "How many frames a second does Gen-4 have?")
    expect(page.get_by_text(REPAIR).first).to_be_visible(timeout=60_000)
    again = visit(app.url)
    expect(again.locator(".st-key-problem")).to_contain_text(REPAIR, timeout=60_000)
    assert app.process.poll() is None

    mended = run_rag(settings, "doctor", "--repair", RAG_READER="overlap")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    ready(visit(app.url))

    (next(settings.index.glob("g0*")) / "passages.sqlite3").write_bytes(b"")
    ingest(settings, Hashing(), anew=True)
    ask(visit(app.url), HOW_LONG)

    began = time.monotonic()
    app.process.terminate()
    app.process.wait(30)
    assert time.monotonic() - began < 5
    lock = Lock.take(settings.index / "writer.lock")
    assert lock
    lock.release()
    assert "Traceback" not in app.log.read_text(encoding="utf-8")
