"""Ingests killed at every step and at any moment, while two processes ask: `PYTHONPATH=. python tests/benchmarks/kills.py`.

A dozen articles, each of which says how many people a town has; every round changes some numbers and ingests. An ingest
that ends well acknowledges what it held. One process asks with Chroma open, the other without; an answer is right when
it cites the town's own article with a number not older than the last one acknowledged before the question, nor newer
than the last one written. Every so often the process with Chroma open is killed too. Writes kills.json.
"""

import argparse
import json
import mmap
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack_into, unpack_from
from typing import Any

from results import about, save

from rag.assistant import Assistant
from rag.doctor import examine
from rag.embedders.hashing import Hashing
from rag.errors import CutawayError
from rag.index import Index
from rag.settings import Settings
from tests.faults.zygote import Done, Zygote

HERE = Path(__file__).resolve().parent
TOWNS = "Amberville Brodholm Castanet Drumlin Eskdale Fennmoor Galtby Hollin Ixworth Jarrow Kelso Lorient".split()
STAGES = "read embed store words chroma check sync rename pointer clean".split()
WHOLE = re.compile(r'\{"fault": .*\}')
SAID = re.compile(r"(\w+) has (\d+) people")


class Numbers:
    """Each town's last written and last acknowledged number, in a file that all processes map."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(16 * len(TOWNS)))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 16 * len(TOWNS))

    def written(self, town: int) -> int:
        return int(unpack_from("<q", self._memory, 16 * town)[0])

    def acknowledged(self, town: int) -> int:
        return int(unpack_from("<q", self._memory, 16 * town + 8)[0])

    def write(self, town: int, number: int) -> None:
        pack_into("<q", self._memory, 16 * town, number)

    def acknowledge(self) -> None:
        for town in range(len(TOWNS)):
            pack_into("<q", self._memory, 16 * town + 8, self.written(town))


def article(town: int, number: int) -> str:
    name = TOWNS[town]
    return (
        f"---\ntitle: {name}\nslug: {name.lower()}\npublished: 2026-01-01\n---\n\n## People\n\n{name} has {number} people.\n"
        f"\n## Place\n\n{name} lies on river number {town}. The mill of {name} is {town + 20} metres high.\n"
    )


def change(folder: Path, numbers: Numbers, town: int) -> None:
    number = numbers.written(town) + 1 if numbers.written(town) else 10_000 * (town + 1)
    fresh = folder / ".fresh"
    fresh.write_text(article(town, number), encoding="utf-8")
    numbers.write(town, number)
    fresh.replace(folder / f"{TOWNS[town].lower()}.md")


def ask(settings: Settings, folder: Path, *, warm: bool) -> None:
    """Ask until a file named `end` appears; a line of JSON for each question on standard output."""
    numbers, rng = Numbers(folder / "numbers"), random.Random(os.getpid())
    with Assistant.open(settings, build=False) as assistant:
        while not (folder / "end").exists():
            town = rng.randrange(len(TOWNS))
            least = numbers.acknowledged(town)
            fault, generation = None, None
            try:
                if warm and rng.random() < 0.05:
                    assistant.close()
                if warm:
                    assistant.warm()
                answer = assistant.ask(f"How many people does {TOWNS[town]} have?")
                generation = answer.generation
                said = [m for c in answer.citations for m in SAID.findall(c.quote)]
                own = [int(n) for name, n in said if name == TOWNS[town]]
                most = numbers.written(town)
                if not own or not all(least <= n <= most for n in own):
                    fault = f"{TOWNS[town]}: {own} is not from {least} to {most}: {answer.text[:200]}"
            except CutawayError as error:
                fault = f"{type(error).__name__}: {error}"
            print(json.dumps({"fault": fault, "generation": generation}), flush=True)
            time.sleep(0.1)


@dataclass
class Tally:
    """What was seen."""

    kills: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    ended_before: int = 0
    finished: int = 0
    readers_killed: int = 0
    unusable: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


class Run:
    """Rounds of change, kill, look, and now and then an ingest that is left alone."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.rng, self.tally = root, random.Random(seed), Tally()
        self.folder = root / "articles"
        self.folder.mkdir(parents=True)
        self.settings = Settings(corpus=(self.folder,), home=root / "home", embedder="hashing", reader="overlap")
        self.numbers = Numbers(root / "numbers")
        self.askers: list[subprocess.Popen[bytes]] = []

    def begin(self, zygote: Zygote) -> int:
        """The first index; returns how many events an ingest has."""
        for town in range(len(TOWNS)):
            change(self.folder, self.numbers, town)
        self.finish(zygote)
        change(self.folder, self.numbers, 0)
        events = self.finish(zygote).events
        for warm in (True, False):
            self.start_asking(warm=warm)
        return events

    def start_asking(self, *, warm: bool) -> None:
        log = (self.root / f"{'warm' if warm else 'cold'}.jsonl").open("ab")
        command = [
            sys.executable,
            str(Path(__file__).resolve()),
            "--ask",
            str(self.root),
            *(["--warm"] if warm else []),
        ]
        self.askers.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))

    def kill(self, zygote: Zygote, **how: Any) -> None:
        """Change one to three articles, kill the ingest, and look at what is there."""
        for town in self.rng.sample(range(len(TOWNS)), self.rng.randint(1, 3)):
            change(self.folder, self.numbers, town)
        done = zygote.rag(self.settings, "ingest", **how)
        if done.code == -signal.SIGKILL:
            self.tally.kills[done.stage] += 1
            self.tally.events[done.event] += 1
        elif done.code == 0:
            self.tally.ended_before += 1
            self.numbers.acknowledge()
        else:
            self.tally.failed.append(f"{how}: {done.code} {done.err[-300:]}")
        self.look()

    def look(self) -> None:
        """What the index holds must be usable, and not older than what was acknowledged."""
        try:
            index = Index.open(self.settings, Hashing())
            held = {a.title: int(SAID.findall(a.text)[0][1]) for a in index.articles()}
            index.close()
        except CutawayError as error:
            self.tally.unusable.append(str(error))
            return
        for town, name in enumerate(TOWNS):
            if not self.numbers.acknowledged(town) <= held.get(name, 0) <= self.numbers.written(town):
                self.tally.lost.append(f"{name}: {held.get(name)}, acknowledged {self.numbers.acknowledged(town)}")

    def finish(self, zygote: Zygote) -> Done:
        done = zygote.rag(self.settings, "ingest")
        if done.code == 0:
            self.tally.finished += 1
            self.numbers.acknowledge()
        else:
            self.tally.failed.append(f"undisturbed: {done.code} {done.err[-300:]}")
        self.look()
        self.tally.sizes.append(sum(p.stat().st_size for p in self.settings.index.rglob("*") if p.is_file()))
        return done

    def kill_reader(self) -> None:
        warm = self.askers.pop(0)
        warm.kill()
        warm.wait()
        self.tally.readers_killed += 1
        self.start_asking(warm=True)
        self.askers.insert(0, self.askers.pop())


def run(root: Path, kills: int, seed: int) -> dict[str, Any]:
    this, started = Run(root, seed), time.perf_counter()
    with Zygote() as zygote:
        events = this.begin(zygote)
        ways: list[dict[str, Any]] = [{"stage": stage} for stage in STAGES]
        ways += [{"event": n} for n in range(1, events + 1)]
        rest = max(0, kills - len(ways))
        ways += [{"seconds": this.rng.uniform(0.0, 6.0), "group": bool(n % 2)} for n in range(rest)]
        this.rng.shuffle(ways)
        number = 0
        while this.tally.kills.total() < kills:
            way = (
                ways[number]
                if number < len(ways)
                else {"seconds": this.rng.uniform(0.0, 3.0), "group": bool(number % 2)}
            )
            this.kill(zygote, **way)
            number += 1
            if this.rng.random() < 0.3:
                this.finish(zygote)
            if number % 10 == 0:
                this.kill_reader()
                print(
                    number,
                    dict(this.tally.kills),
                    f"{time.perf_counter() - started:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )
        this.finish(zygote)
        this.finish(zygote)
    (root / "end").touch()
    codes = [asker.wait(60) for asker in this.askers]
    return report(this, events, codes)


def report(this: Run, events: int, codes: list[int]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for name in ("warm", "cold"):
        lines = (this.root / f"{name}.jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines if WHOLE.fullmatch(line)]
        odd = [line for line in lines if not WHOLE.fullmatch(line)]  # a reader killed while it wrote leaves half a line
        faults = [row["fault"] for row in rows if row["fault"]]
        asked[name] = {
            "questions": len(rows),
            "generations_seen": len({row["generation"] for row in rows}),
            "wrong_or_empty": len(faults),
            "examples": faults[:5] + odd[:5],
        }
    tally = this.tally
    return {
        "kills": tally.kills.total(),
        "kills_by_stage": dict(tally.kills),
        "kinds_of_step_killed_at": len(tally.events),
        "steps_of_an_ingest": events,
        "ended_before_the_kill": tally.ended_before,
        "undisturbed_ingests": tally.finished,
        "readers_killed": tally.readers_killed,
        "acknowledged_articles_lost": len(tally.lost),
        "unusable_indexes": len(tally.unusable),
        "failed_ingests": len(tally.failed),
        "examples": tally.lost[:3] + tally.unusable[:3] + tally.failed[:3],
        "asked": asked,
        "readers_ended_with": codes,
        "index_bytes_least_and_most_after_an_ingest": [min(tally.sizes), max(tally.sizes)],
        "index_bytes_at_the_end": tally.sizes[-1],
        "findings_of_the_doctor_at_the_end": [f.text for f in examine(this.settings, Hashing())],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ask", type=Path)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "kills.json")
    given = parser.parse_args()
    if given.ask:
        home = given.ask / "home"
        ask(
            Settings(corpus=(given.ask / "articles",), home=home, embedder="hashing", reader="overlap"),
            given.ask,
            warm=given.warm,
        )
        return
    told = about(f"PYTHONPATH=. python tests/benchmarks/kills.py --kills {given.kills} --seed {given.seed}")
    with tempfile.TemporaryDirectory() as place:
        found = run(Path(place), given.kills, given.seed)
    print(save(given.out, found | told))


if __name__ == "__main__":
    main()
