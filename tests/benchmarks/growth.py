"""Growth on synthetic articles (growth_articles.py): `nice python tests/benchmarks/growth.py 100000` adds to growth.json.

For each size, in a folder that is deleted afterwards: ingest (seconds a stage, peak memory of it and of its children),
the sizes on disk, one article more, one article edited, one removed, ingest without a change, opening, and warm questions
(overlap and joint reader) with and without filters. `--kill` also kills an ingest half way through the embedding and goes
on. The embedder is `hashing`, which costs next to nothing; `--embedder minilm` measures the real one on few passages.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from growth_articles import PASSAGES, questions, write
from results import about, save

from rag.assistant import Assistant
from rag.ingest import ingest
from rag.menus import load
from rag.settings import Settings

RESULTS = Path(__file__).with_name("growth.json")
ASKED = 60


def main() -> None:
    """Measure the sizes given and write them into growth.json, beside those that are there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("passages", type=int, nargs="+")
    parser.add_argument("--embedder", default="hashing")
    parser.add_argument("--kill", action="store_true", help="kill an ingest half way through the embedding first")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help="keep the folders here")
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](_settings(given.home, given.embedder))))
        return
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for passages in given.passages:
        place = given.home or Path(mkdtemp(prefix="growth-"))
        name = f"{passages} passages, {given.embedder}"
        results[name] = measure(place, passages, given.embedder, kill=given.kill)
        print(json.dumps({name: results[name]}, indent=1), flush=True)
        save(RESULTS, results)
        if not given.home:
            shutil.rmtree(place)


def measure(place: Path, passages: int, embedder: str, *, kill: bool) -> dict[str, Any]:
    """All figures of one size; each part in a process of its own, so that its memory is its own."""
    articles = -(-passages // PASSAGES)
    if not (place / "articles").is_dir():
        write(place / "articles", range(articles))
    command = f"python tests/benchmarks/growth.py {passages} --embedder {embedder}{' --kill' * kill}"
    found: dict[str, Any] = about(command) | {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),  # the sizes of one day are told apart
        "articles": articles,
    }
    if kill:
        found["killed half way"] = _killed(place, embedder)
    for part in ("ingest", "open", "ask", "unchanged", "add", "edit", "remove", "open after", "ask after"):
        if part in ("add", "edit", "remove"):
            _change(place / "articles", part)
        found[part] = {"load": round(os.getloadavg()[0], 1)} | _run(place, part.removesuffix(" after"), embedder)
    return found | {"MB on disk": _sizes(_settings(place, embedder))}


def _settings(place: Path, embedder: str) -> Settings:
    return Settings(corpus=(place / "articles",), home=place / "home", embedder=embedder)


def _command(place: Path, part: str, embedder: str) -> list[str]:
    return [sys.executable, __file__, "0", "--part", part, "--home", str(place), "--embedder", embedder]


def _run(place: Path, part: str, embedder: str) -> dict[str, Any]:
    done = subprocess.run(_command(place, part, embedder), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _killed(place: Path, embedder: str) -> dict[str, Any]:
    """Kill an ingest once half of the texts are embedded; what it had embedded by then is counted."""
    started = time.monotonic()
    child = subprocess.Popen(_command(place, "noted", embedder), stdout=subprocess.PIPE, text=True)
    assert child.stdout
    for line in child.stdout:
        stage, done, total = line.split()
        if stage == "embed" and int(total) and int(done) >= int(total) / 2:
            child.send_signal(signal.SIGKILL)
            break
    child.wait()
    return {"seconds": round(time.monotonic() - started, 1), "embedded": int(done), "of": int(total)}


def _change(folder: Path, part: str) -> None:
    paths = sorted(folder.iterdir())
    path = paths[len(paths) // 2]
    if part == "add":
        number = int(paths[-1].stem.removeprefix("synthetic-")) + 1
        write(folder, range(number, number + 1))
    if part == "edit":
        path.write_text(path.read_text().replace("clips of", "clips of about", 1).replace(" seconds", " s", 1))
    if part == "remove":
        path.unlink()


def _ingested(settings: Settings) -> dict[str, Any]:
    """An ingest: seconds of wall clock and of processor a stage, peak memory, and how many texts were embedded."""
    embedder = load("embedders", settings.embedder)(settings.home)
    stages: dict[str, float] = {}
    last, embedded = ["read", time.monotonic()], 0

    def step(stage: str, done: int, total: int) -> None:
        nonlocal embedded
        now = time.monotonic()
        stages[str(last[0])] = stages.get(str(last[0]), 0.0) + now - float(last[1])
        last[:] = [stage, now]
        embedded = done if stage == "embed" else embedded

    started = time.monotonic()
    report = ingest(settings, embedder, step)
    step("end", 0, 0)
    return {
        "seconds": round(time.monotonic() - started, 1),
        "cpu seconds": round(sum(_cpu()), 1),
        "stages": {name: round(seconds, 1) for name, seconds in stages.items()},
        "embedded": embedded,
        "passages": report.passages,
        "changed": report.changed,
    } | _memory()


def _noted(settings: Settings) -> dict[str, Any]:
    ingest(settings, load("embedders", settings.embedder)(settings.home), lambda *step: print(*step, flush=True))
    return {}


def _opened(settings: Settings) -> dict[str, Any]:
    """From nothing to the first answer of a fresh process (imports done), and how long opening the index takes of it."""
    started = time.monotonic()
    assistant = Assistant.open(settings, build=False)
    opened = time.monotonic()
    assistant.ask("What does it cost?")
    found = {"open seconds": round(opened - started, 2), "first answer": round(time.monotonic() - opened, 2)}
    assistant.close()
    return found | _memory()


def _asked(settings: Settings) -> dict[str, Any]:
    """Milliseconds of warm questions: half and nine tenths of them take less; wall clock and processor."""
    found: dict[str, Any] = {}
    articles = len(list(settings.corpus[0].iterdir()))
    for name, reader, filters in (
        ("joint reader", "joint", {}),
        ("overlap reader", "overlap", {}),
        ("overlap reader, as of 2024", "overlap", {"as_of": "2024"}),
        ("overlap reader, one topic", "overlap", {"topic": "video"}),
    ):
        with Assistant.open(replace(settings, reader=reader), build=False) as assistant:
            assistant.warm()
            for question in questions(7, articles):
                assistant.ask(question, **filters)
            found[name] = _timed([partial(assistant.ask, q, **filters) for q in questions(ASKED, articles)])
    return found | _memory()


def _timed(calls: list[Callable[[], Any]]) -> dict[str, float]:
    walls, cpus, retrieves, answered = [], [], [], 0
    for call in calls:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = call()
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
        retrieves.append(1000 * answer.seconds.retrieve)
        answered += answer.answered
    return {
        "p50": round(statistics.median(walls), 1),
        "p90": round(statistics.quantiles(walls, n=10)[8], 1),
        "p50 of processor time": round(statistics.median(cpus), 1),
        "p50 of retrieval": round(statistics.median(retrieves), 1),
        "answered": answered,
    }


def _cpu() -> tuple[float, ...]:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return tuple(usage.ru_utime + usage.ru_stime for usage in both)


def _memory() -> dict[str, int]:
    """Peak resident memory in MB, memory-mapped files included; a child's begins at what its parent had when it forked."""
    both = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"peak MB, of it or of its child": max(both)}


def _sizes(settings: Settings) -> dict[str, int]:
    """MB on disk of the parts of the index and of the vector cache."""
    sizes: dict[str, int] = {}
    for path in settings.home.rglob("*"):
        if path.is_file():
            parts = path.relative_to(settings.home).parts
            name = "cache" if parts[0] == "vectors" else parts[3] if len(parts) > 3 else "rest"
            name = path.name if name == "chroma" and path.suffix == ".sqlite3" else name
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return {name: round(size / 2**20) for name, size in sorted(sizes.items())}


PARTS: dict[str, Callable[[Settings], dict[str, Any]]] = {
    "open": _opened, "ask": _asked, "noted": _noted,
    **dict.fromkeys(("ingest", "unchanged", "add", "edit", "remove"), _ingested),
}  # fmt: skip


if __name__ == "__main__":
    main()
