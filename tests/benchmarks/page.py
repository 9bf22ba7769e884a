"""The Ask page in a real Chromium: `PYTHONPATH=.:tests/browser python tests/benchmarks/page.py` writes page.json.

Warm: from a click on a chip to its marked words on screen; from Enter to the first statement on screen, over questions of
one turn that have an answer, five a conversation. Then ten sessions at once, each asking two questions one after the other,
and what a session adds to the resident memory of the server: ten sessions are opened twice, because the first ten also
make it take what all later ones share. Browser and server share the machine.
"""

import argparse
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app_server import App
from chromium import launched
from playwright.sync_api import Browser, Page, expect, sync_playwright
from results import about, save
from steps import CLICK_TO_MARK, HOW_LONG, ROOTS, answered, ask, chips, panel, ready

from rag.evaluation.question_sets import load_questions
from rag.settings import shipped_corpus

HERE = Path(__file__).resolve().parent
TARGETS = {"chip_p50": 0.3, "statement_p50": 0.7, "errors": 0, "mb_a_session": 5.0}
SESSIONS, EACH, A_CONVERSATION = 10, 2, 5
ANSWER = 120_000  # milliseconds ten questions at once may take

# Takes the time from the next Enter to the first statement (or refusal) of the newest turn on screen, and to its end.
WATCH = (
    f"(turns) => {{{ROOTS}"
    + """
  window.taken = new Promise((tell) => {
    const newest = () => roots().flatMap((root) => [...root.querySelectorAll(".turn")])[turns];
    const seen = (node) => node && node.getBoundingClientRect().height && node.getBoundingClientRect().top < innerHeight;
    const begin = async (event) => {
      if (event.key !== "Enter") return;
      removeEventListener("keydown", begin, true);
      const start = performance.now(), since = () => (performance.now() - start) / 1000;
      let first = null, turn = null;
      while (since() < 100) {
        turn = newest();
        if (first === null && seen(turn?.querySelector(".statement, .refusal"))) first = since();
        if (turn?.querySelector(".foot, .problem")) break;
        await new Promise(requestAnimationFrame);
      }
      const refused = !!turn?.querySelector(".refusal"), answered = !!turn?.querySelector(".foot");
      tell({ first, whole: since(), refused, answered });
    };
    addEventListener("keydown", begin, true);
  });
}"""
)


def questions(count: int) -> list[str]:
    """Questions of one turn that have an answer."""
    rows = load_questions(shipped_corpus() / "questions.jsonl", "reporting")
    return [row.turns[0] for row in rows if len(row.turns) == 1 and row.answerable and not row.as_of][:count]


@contextmanager
def sessions(browser: Browser, url: str, count: int) -> Iterator[list[Page]]:
    """`count` readers, each with a profile of its own, at a page that stands."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 800}) for _ in range(count)]
    try:
        pages = [context.new_page() for context in contexts]
        for page in pages:
            page.goto(url)
        for page in pages:
            ready(page)
        yield pages
    finally:
        for context in contexts:
            context.close()


def send(page: Page, question: str, turns: int) -> None:
    """Ask, after `turns` questions before; the times are taken in the page."""
    page.evaluate(WATCH, turns)
    box = ready(page)
    box.fill(question)
    box.press("Enter")


def times(page: Page) -> dict[str, Any]:
    """What `send` took, in seconds, once the answer is there."""
    page.set_default_timeout(ANSWER)
    taken: dict[str, Any] = page.evaluate("window.taken")
    return taken


def chip_to_mark(page: Page, runs: int) -> list[float]:
    """Seconds from a click on a chip to its words, each time from a closed panel."""
    ask(page, HOW_LONG)
    taken = []
    for number in range(runs + 1):  # the first is not counted
        chip = chips(page, 1).first
        seconds = chip.evaluate(CLICK_TO_MARK)
        taken += [seconds] if number else []
        panel(page).press("Escape")
        expect(panel(page)).to_have_count(0)
    return taken


def first_statements(browser: Browser, url: str, asked: list[str]) -> list[dict[str, Any]]:
    """The times of each question, a few to a conversation."""
    taken = []
    for begin in range(0, len(asked), A_CONVERSATION):
        with sessions(browser, url, 1) as (page,):
            for turn, question in enumerate(asked[begin : begin + A_CONVERSATION]):
                send(page, question, turn)
                taken.append(times(page))
    return taken


def at_once(browser: Browser, app: App, asked: list[str]) -> dict[str, Any]:
    """Ten sessions, each asking its questions one after the other, all at the same time; and the memory they took."""
    before = resident(app)
    with sessions(browser, app.url, SESSIONS) as pages:
        taken = []
        for turn in range(EACH):
            for number, page in enumerate(pages):
                send(page, asked[number * EACH + turn], turn)
            taken += [times(page) for page in pages]
        for page in pages:
            answered(page, EACH)
        after = resident(app)
    whole = [one["whole"] for one in taken]
    return {
        "questions": len(taken),
        "errors": sum(not one["answered"] for one in taken),
        "slowest_s": round(max(whole), 3),
        "median_s": round(statistics.median(whole), 3),
        "mb_before": round(before, 1),
        "mb_after": round(after, 1),
        "mb_a_session": round((after - before) / SESSIONS, 2),
    }


def resident(app: App) -> float:
    """MB of memory the server holds (VmRSS of proc(5))."""
    status = Path(f"/proc/{app.process.pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found, "this system does not say how much memory a process holds"
    return int(found.group(1)) / 1024


def spread(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile in seconds."""
    return {
        "p50_s": round(statistics.median(seconds), 3),
        "p95_s": round(statistics.quantiles(seconds, n=20, method="inclusive")[18], 3),
    }


def measured(browser: Browser, app: App, runs: int) -> dict[str, Any]:
    """All figures of one running app."""
    asked = questions(max(runs, SESSIONS * EACH))
    with sessions(browser, app.url, 1) as (page,):
        chip = chip_to_mark(page, runs)
    statements = first_statements(browser, app.url, asked[:runs])
    first = [one["first"] for one in statements if one["first"] is not None]
    return {
        "chip_to_mark": {"runs": len(chip), **spread(chip)},
        "enter_to_first_statement": {
            "questions": len(statements),
            "refused": sum(one["refused"] for one in statements),
            "failed": sum(not one["answered"] for one in statements),
            **spread(first),
        },
        "first_ten_sessions": at_once(browser, app, asked),
        "ten_more_sessions": at_once(browser, app, asked),
        "tracebacks": app.log.read_text(encoding="utf-8").count("Traceback"),
        "targets": TARGETS,
    }


def main() -> None:
    """Start the app, measure, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a folder that holds an index, or will; by default a new one")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--out", type=Path, default=HERE / "page.json")
    given = parser.parse_args()
    told = about("PYTHONPATH=.:tests/browser python tests/benchmarks/page.py")
    with tempfile.TemporaryDirectory() as temporary:
        app = App(Path(temporary), **({"RAG_HOME": str(given.home.resolve())} if given.home else {}))
        try:
            app.wait()
            with sync_playwright() as playwright:
                expect.set_options(timeout=20_000)
                browser = launched(playwright)
                found = measured(browser, app, given.runs)
                browser.close()
        finally:
            app.stop()
    print(save(given.out, found | told))


if __name__ == "__main__":
    main()
