"""What each part of the training data is worth: `PYTHONPATH=. python tests/benchmarks/ablations.py --data DIR --runs DIR`.

The runs are one round of 10,000 examples each, made by

    python -m rag.training --data DIR --out RUNS/full --rounds 1 --limit 10000
    python -m rag.training --data DIR --out RUNS/PART --rounds 1 --limit 10000 --without PART

for PART in domain, unanswerables (SQuAD 2.0's) and negatives (near passages and swapped questions). The weights of each are
held against SQuAD 2.0 dev articles 13-15 (never trained or tuned on) and the facts of the corpus that are kept aside.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

from results import about, save

from rag.readers._pairs import Pairs
from rag.settings import shipped_corpus
from rag.training.batches import outputs
from rag.training.data import Domain, Example
from rag.training.public import squad
from rag.training.runs import PARTS, reader_model
from rag.training.tuning import figures

RESULTS = Path(__file__).with_name("ablations.json")
MOST = 600  # questions of each set


def main() -> None:
    """Measure every run that is there and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    chosen = parser.parse_args()
    aside = [example for example, _ in Domain(shipped_corpus()).questions(tuning=True)]
    public = squad(chosen.data / "squad2_half" / "dev-v2.0.json", 13, 15)
    sets = {
        name: random.Random(0).sample(examples, min(MOST, len(examples)))
        for name, examples in (("domain", aside), ("squad", public))
    }
    results: dict[str, Any] = about("PYTHONPATH=. python tests/benchmarks/ablations.py --data DIR --runs DIR") | {
        "runs": {
            name: measured(chosen.runs / name, sets)
            for name in ("full", *PARTS)
            if (chosen.runs / name / "reader.pt").is_file()
        },
    }
    print(save(RESULTS, results))


def measured(run: Path, sets: dict[str, list[Example]]) -> dict[str, Any]:
    """The figures of one run on each set."""
    import torch

    model = reader_model()
    model.load_state_dict(torch.load(run / "reader.pt", weights_only=True))
    last = json.loads((run / "log.jsonl").read_text("utf-8").splitlines()[-1])
    found = {name: figures(examples, outputs(model, examples, Pairs(), "cpu")) for name, examples in sets.items()}
    return {"seen": last["seen"], "seconds": last["seconds"]} | found


if __name__ == "__main__":
    main()
