"""Every kind of damage, each in processes of its own; twenty ingests: `PYTHONPATH=. python tests/benchmarks/damages.py`.

For each kind: `rag ask` and `rag doctor` on the damaged index (an answer may only come if it is right), two processes that
had the index open before the damage, `rag doctor --repair`, and `rag ask` again. Then twenty ingests of changed articles and
twenty of unchanged ones, with the size of the index folder after each. Writes damages.json.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from results import about, save

from rag.embedders.hashing import Hashing
from rag.generations.folders import Generations
from rag.ingest import ingest
from rag.settings import Settings
from tests.faults.damages import KINDS, damage
from tests.faults.zygote import Zygote

PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
HERE = Path(__file__).resolve().parent
QUESTION, ANSWER = "How long is the river of Drumlin?", "1203 km"
TOWNS = "Amberville Brodholm Castanet Drumlin Eskdale Fennmoor Galtby Hollin Ixworth Jarrow Kelso Lorient".split()
# A process that lives long: opens the index, and Chroma either before the damage or after it, and asks, as the app does.
OPEN = """
import sys
from pathlib import Path
from rag.assistant import Assistant
from rag.errors import CutawayError
from rag.settings import Settings
settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]), embedder="hashing", reader="overlap")
with Assistant.open(settings, build=False) as assistant:
    if sys.argv[4] == "before":
        assistant.warm()
        assistant.ask("What is a river?")
    print("open", flush=True)
    sys.stdin.readline()
    for act in (assistant.warm, lambda: print(assistant.ask(sys.argv[3]).text)):
        try:
            act()
        except CutawayError as error:
            print("told:", error)
print("alive")
"""


def write(folder: Path, town: int, edit: int = 0) -> None:
    name = TOWNS[town]
    text = (
        f"The river of {name} is {1200 + town} km long. Its bridge was built in {1800 + town} and mended {edit} times."
    )
    (folder / f"{name.lower()}.md").write_text(f"---\ntitle: {name}\npublished: 2026-01-01\n---\n\n{text}\n")


def begun(root: Path) -> Settings:
    (root / "articles").mkdir()
    for town in range(len(TOWNS)):
        write(root / "articles", town)
    settings = Settings(corpus=(root / "articles",), home=root / "home", embedder="hashing", reader="overlap")
    ingest(settings, Hashing())
    return settings


def one(kind: str, whole: Settings, root: Path, zygote: Zygote) -> dict[str, Any]:
    """What each process did with that kind of damage."""
    shutil.copytree(whole.corpus[0], root / "articles")
    shutil.copytree(whole.home, root / "home")
    settings = replace(whole, corpus=(root / "articles",), home=root / "home", library=Path())
    (root / "home" / "index" / whole.index.name).rename(settings.index)
    pointer = Generations(settings.index).current()
    assert pointer
    command = [sys.executable, "-c", OPEN, str(settings.corpus[0]), str(settings.home), QUESTION]
    living = [subprocess.Popen([*command, when], **PIPES) for when in ("before", "after")]
    assert [process.stdout.readline() for process in living if process.stdout] == ["open\n"] * 2
    damage(kind, settings.index / pointer.name)
    printed = [process.communicate("\n", timeout=300) for process in living]
    said = [out.splitlines() for out, _ in printed]
    asked = zygote.rag(settings, "ask", QUESTION)
    examined = zygote.rag(settings, "doctor")
    before = (settings.home / "vectors" / "hashing-1-384" / "vectors").stat().st_size
    mended = zygote.rag(settings, "doctor", "--repair")
    after = (settings.home / "vectors" / "hashing-1-384" / "vectors").stat().st_size
    again = zygote.rag(settings, "ask", QUESTION)
    told = asked.err.strip().splitlines()
    return {
        "ask": "right answer"
        if asked.code == 0 and ANSWER in asked.out
        else f"exit {asked.code}: {told[-1] if told else ''}",
        "open_process": [
            "right answer" if any(ANSWER in line for line in lines) else " ".join(lines) for lines in said
        ],
        "doctor": examined.out.strip(),
        "wrong_answer": any(done.code == 0 and ANSWER not in done.out for done in (asked, again))
        or any(
            line != "alive" and not line.startswith("told:") and ANSWER not in line for lines in said for line in lines
        ),
        "process_taken_down": any(process.returncode for process in living)
        or any(lines[-1:] != ["alive"] for lines in said)
        or min(asked.code, examined.code) < 0,
        "traceback": any(
            "Traceback" in text for text in (asked.err, examined.err, mended.err, *(err for _, err in printed))
        ),
        "found_by_the_doctor": examined.code == 1,
        "repaired": mended.code == 0 and ANSWER in again.out,
        "embedded_anew": before != after,
    }


def sizes(settings: Settings, *, edit: bool) -> list[int]:
    """The bytes in the index folder after each of twenty ingests."""
    found = []
    for number in range(20):
        if edit:
            write(settings.corpus[0], number % len(TOWNS), number + 1)
        ingest(settings, Hashing())
        found.append(sum(path.stat().st_size for path in settings.index.rglob("*") if path.is_file()))
    return found


def run(root: Path) -> dict[str, Any]:
    whole = begun(root)
    kinds = {}
    with Zygote() as zygote:
        for number, kind in enumerate(KINDS):
            place = root / str(number)
            place.mkdir()
            kinds[kind] = one(kind, whole, place, zygote)
            shutil.rmtree(place)
            print(number, kind, kinds[kind], file=sys.stderr, flush=True)
    plain, edited = sizes(whole, edit=False), sizes(whole, edit=True)
    return {
        "kinds": len(kinds),
        **{name: sum(bool(found[name]) for found in kinds.values()) for name in COUNTED},
        "index_bytes_after_20_ingests_of_the_same": [min(plain), max(plain)],
        "index_bytes_after_20_ingests_of_changes": [min(edited), max(edited)],
        "each": {
            kind: {name: found[name] for name in ("ask", "open_process", "doctor")} for kind, found in kinds.items()
        },
    }


COUNTED = ("wrong_answer", "process_taken_down", "traceback", "found_by_the_doctor", "repaired", "embedded_anew")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=HERE / "damages.json")
    given = parser.parse_args()
    told = about("PYTHONPATH=. python tests/benchmarks/damages.py")
    with tempfile.TemporaryDirectory() as place:
        found = json.loads(json.dumps(run(Path(place))).replace(f"{place}/", ""))
    print(save(given.out, found | told))


if __name__ == "__main__":
    main()
