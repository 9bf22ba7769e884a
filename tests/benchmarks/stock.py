"""Cold `rag ask` beside the stock chain, and the warm answer: `PYTHONPATH=. python tests/benchmarks/stock.py` writes stock.json.

Whole processes on the same question, weights, passages and vectors (the stock chain opens a copy of our collection), in
turn A B A B, after one run of each that is not counted. Wall seconds depend on what else the machine does; CPU seconds
hardly.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from results import about, save

from rag.assistant import Assistant
from rag.embedders.minilm import weights_folder
from rag.evaluation.question_sets import load_questions
from rag.generations.folders import Generations
from rag.settings import Settings, shipped_corpus

HERE = Path(__file__).resolve().parent
QUESTION = "How long can a Gen-4 clip be?"


def cold(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """(wall, CPU) seconds of a process that answers; it must end well and print something."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.strip()
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turn(commands: dict[str, list[str]], environment: dict[str, str], runs: int) -> dict[str, Any]:
    """Medians and all values of each command, run one after the other, `runs` times."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            seconds = cold(command, environment)
            if number:
                taken[name].append(seconds)
    return {
        name: {
            "wall_median": median([wall for wall, _ in seconds]),
            "cpu_median": median([cpu for _, cpu in seconds]),
            "wall": [round(wall, 3) for wall, _ in seconds],
        }
        for name, seconds in taken.items()
    }


def warm(settings: Settings, count: int) -> dict[str, Any]:
    """p50 and p95 of an answer in an open assistant, over questions of one turn."""
    rows = load_questions(shipped_corpus() / "questions.jsonl", "reporting")
    questions = [row.turns[0] for row in rows if len(row.turns) == 1][:count]
    with Assistant.open(settings, build=False) as assistant:
        assistant.ask(QUESTION)
        taken = []
        for question in questions:
            started, used = time.perf_counter(), time.process_time()
            assistant.ask(question)
            taken.append((time.perf_counter() - started, time.process_time() - used))
    wall, cpu = [wall for wall, _ in taken], [cpu for _, cpu in taken]
    return {
        "questions": len(questions),
        "mode": assistant.mode,
        "wall_p50": median(wall),
        "wall_p95": round(statistics.quantiles(wall, n=20)[18], 3),
        "cpu_p50": median(cpu),
    }


def median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    """Build our index if there is none, run both, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a folder that holds an index, or will; by default a new one")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE / "stock.json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(home=given.home or Path(temporary) / "home")
        Assistant.open(settings).close()
        held = Generations(settings.index).hold()
        shutil.copytree(held.folder / "chroma", Path(temporary) / "chroma")
        held.lock.release()
        # Neither may look anything up: the network's time would count for the stock chain.
        environment = os.environ | {
            "RAG_HOME": str(settings.home),
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(HERE.parents[1]),
        }
        stock = [str(HERE / "stock_chain.py"), f"{temporary}/chroma", str(weights_folder()), QUESTION]
        told = about("PYTHONPATH=. python tests/benchmarks/stock.py")
        ask = ["-m", "rag", "ask", QUESTION]
        commands = {"rag": [sys.executable, *ask], "stock": [sys.executable, *stock]}
        found = in_turn(commands, environment, given.runs)
        found["ratio"] = {
            name: round(found["stock"][name] / found["rag"][name], 2) for name in ("wall_median", "cpu_median")
        }
        found["warm"] = warm(settings, 50)
    print(save(given.out, found | told))


if __name__ == "__main__":
    main()
