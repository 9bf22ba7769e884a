"""A long run of the state machine: `PYTHONPATH=. python tests/benchmarks/states.py` writes states.json."""

import argparse
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from results import about, save

from tests.faults.states import Library
from tests.faults.zygote import Done, Zygote

HERE = Path(__file__).resolve().parent


class Counting(Zygote):
    """Counts how ingests ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: Counter[str] = Counter()

    def rag(self, *arguments: object, **more: object) -> Done:
        done = super().rag(*arguments, **more)  # type: ignore[arg-type]
        self.ended["killed" if done.code < 0 else f"exit {done.code}"] += 1
        return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=15)
    parser.add_argument("--steps", type=int, default=25)
    given = parser.parse_args()
    told = about(f"PYTHONPATH=. python tests/benchmarks/states.py --examples {given.examples} --steps {given.steps}")
    long = settings(
        max_examples=given.examples,
        stateful_step_count=given.steps,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # making a failure smaller takes as many ingests again
        suppress_health_check=list(HealthCheck),
    )
    started, ended = time.perf_counter(), {}
    for copies in (False, True):
        with Counting() as zygote:
            run_state_machine_as_test(type("Long", (Library,), {"zygote": zygote, "copies": copies}), settings=long)
        ended["changed in a copy" if copies else "built anew"] = dict(zygote.ended)
    found = {
        "examples": given.examples,
        "steps_at_most": given.steps,
        "broken_invariants": 0,  # the first one ends the run with its steps
        "ingests": ended,
        "minutes": round((time.perf_counter() - started) / 60, 1),
    }
    print(save(HERE / "states.json", found | told))


if __name__ == "__main__":
    main()
