"""How the span reader is trained: `python -m rag.training --data DIR --out DIR` (extra `train`), on a CPU or a GPU.

A round is one pass over the project's own questions with fresh negatives, SelQA dev, half of SQuAD 2.0 articles 0-9, and a
slice of SQuADShifts that shrinks from round to round. Started again with the same folders, a run goes on where it stopped.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.embedders.minilm import weights_folder
from rag.readers._pairs import Pairs
from rag.settings import shipped_corpus
from rag.training.batches import Batch, batches, losses, outputs
from rag.training.data import Domain, Example, cropped, domain_round
from rag.training.public import Shifts, selqa, squad
from rag.training.tuning import figures

SHIFTS_A_ROUND = (3000, 2400, 1800, 900)
HEAD_FACTOR = 5.0  # the head starts from nought and may learn faster than the encoder
CROPPED = 0.8  # of the rows are windows of a passage, which read twice as fast
LONGEST = 180  # word pieces; longer public rows cost much time and teach little more
CHANNELS = 4
# What an ablation leaves out (tests/benchmarks/ablations.json): a part of the examples, by its name.
PARTS = ("domain", "unanswerables", "negatives")


@dataclass(slots=True)
class State:
    """Where a run stands; `seconds` of training so far, over all starts."""

    round: int = 0
    batch: int = 0
    seen: int = 0
    seconds: float = 0.0
    expected: int = field(default=0)


class Run:
    """One training run in the folder `out`: checkpoint.pt, reader.pt (the weights of the last round), log.jsonl."""

    def __init__(self, options: argparse.Namespace) -> None:
        import torch

        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.pairs = Pairs()
        self.domain = Domain(options.corpus)
        self.shifts = Shifts(options.data / "squadshifts")
        self.squad = options.data / "squad2_half" / "dev-v2.0.json"
        self.selqa = selqa(options.data / "selqa" / "ass" / "selqa-ass-dev.json")
        self.model = reader_model().to(self.device)
        if options.start:
            self.model.load_state_dict(torch.load(options.start, weights_only=True))
        groups = [
            {"params": [p for p in self.model[part].parameters() if p.requires_grad], "factor": factor}
            for part, factor in (("encoder", 1.0), ("head", HEAD_FACTOR))
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01)
        self.state = State()
        options.out.mkdir(parents=True, exist_ok=True)
        self._checkpoint = options.out / "checkpoint.pt"
        if self._checkpoint.is_file():
            saved = torch.load(self._checkpoint, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.state = State(**saved["state"])

    def train(self) -> None:
        """All rounds that are still to do; each ends with figures on the tuning split."""
        while self.state.round < self.options.rounds and self.progress() < 1:
            self._round()
            self.state.round, self.state.batch = self.state.round + 1, 0
            self.save()
            self.report()

    def progress(self) -> float:
        """The share of the run that is done, in [0, 1], by examples or by minutes, whichever is further."""
        by_time = self.state.seconds / (60 * self.options.minutes) if self.options.minutes else 0.0
        return min(1.0, max(by_time, self.state.seen / max(1, self.state.expected)))

    def save(self) -> None:
        """Write the checkpoint and the weights, each whole or not at all."""
        import torch

        saved = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": asdict(self.state),
        }
        for name, content in (("checkpoint.pt", saved), ("reader.pt", saved["model"])):
            fresh = self.options.out / (name + ".new")
            torch.save(content, fresh)
            fresh.replace(self.options.out / name)

    def report(self) -> None:
        """Log figures on the questions kept aside: facts of the domain, and SQuAD articles 10-12."""
        aside = [e for e, _ in self.domain.questions(tuning=True)]
        aside = random.Random(1).sample(aside, min(200, len(aside)))
        public = random.Random(1).sample(squad(self.squad, 10, 12), 200)
        for name, examples in (("domain", aside), ("squad", public)):
            self.log(tuning=name, **figures(examples, outputs(self.model, examples, self.pairs, self.device)))

    def log(self, **values: Any) -> None:
        """Append a line to log.jsonl."""
        line = {"round": self.state.round, "seen": self.state.seen, "seconds": round(self.state.seconds), **values}
        with (self.options.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _round(self) -> None:
        rng = random.Random(f"{self.options.seed}-{self.state.round}")
        todo = list(batches(self._examples(rng), self.pairs, self.options.tokens, rng))
        size = sum(len(b.examples) for b in todo)
        if not self.state.round and not self.state.batch:
            public = sum(self._slice(n) - self._slice(0) for n in range(self.options.rounds))
            self.state.expected = size * self.options.rounds + int(1.24 * public)
        self.log(examples=size, batches=len(todo), expected=self.state.expected)
        self._steps(todo[self.state.batch :])

    def _examples(self, rng: random.Random) -> list[Example]:
        half = squad(self.squad, 0, 9)[self.state.round % 2 :: 2]
        own = [] if self.options.without == "domain" else list(domain_round(self.domain, rng))
        own = [e for e in own if rng.random() < self.options.own]
        whole = [*own, *self.shifts.sample(self._slice(self.state.round), rng), *self.selqa]
        found = [cropped(e, rng) if rng.random() < CROPPED else e for e in whole]
        found += [e for e in half if self._length(e) <= LONGEST]
        found = [e for e in found if not _left_out(e, self.options.without)]
        rng.shuffle(found)
        return found[: self.options.limit] if self.options.limit else found

    def _slice(self, number: int) -> int:
        return self.options.shifts or SHIFTS_A_ROUND[min(number, len(SHIFTS_A_ROUND) - 1)]

    def _length(self, example: Example) -> int:
        return len(self.pairs.pair(example.question, example.title, example.heading, example.sentences).ids)

    def _steps(self, todo: Sequence[Batch]) -> None:
        sums: dict[str, float] = {}
        saved = started = time.monotonic()
        for number, batch in enumerate(todo, 1):
            begin = time.monotonic()
            for name, value in self._step(batch).items():
                sums[name] = sums.get(name, 0.0) + value
            self.state.seconds += time.monotonic() - begin
            self.state.batch += 1
            self.state.seen += len(batch.examples)
            if number % 25 == 0:
                means = {name: round(value / 25, 4) for name, value in sums.items()}
                self.log(**means, rate=self._rate(), elapsed=round(time.monotonic() - started))
                sums = {}
            if time.monotonic() - saved > 240:
                self.save()
                saved = time.monotonic()
            if self.progress() >= 1:
                return

    def _step(self, batch: Batch) -> dict[str, float]:
        import torch

        for group in self.optimizer.param_groups:
            group["lr"] = self._rate() * group["factor"]
        self.model.train()
        parts = losses(self.model, batch, self.device)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return {name: float(value.detach()) for name, value in parts.items()}

    def _rate(self) -> float:
        """Up over the first twentieth of the run, then down to nought."""
        done = self.progress()
        return float(self.options.rate * min(done / 0.05 + 0.02, (1 - done) / 0.95 + 1e-3, 1.0))


def _left_out(example: Example, part: str | None) -> bool:
    if part == "unanswerables":
        return example.source == "squad2" and example.held is None
    return part == "negatives" and example.source in ("near", "swap")


def reader_model() -> Any:
    """MiniLM with a linear head of four numbers a word piece: start, end, evidence, answerable (read at [CLS]).

    The embeddings stay as they came with pip, so that the shipped file need not hold them.
    """
    import torch
    from transformers import BertModel

    # Plain attention without dropout takes two thirds of the time of the fused one on a CPU; two or three passes over
    # questions that change from round to round do well without.
    encoder = BertModel.from_pretrained(
        str(weights_folder()), add_pooling_layer=False, attn_implementation="eager",
        attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0,
    )  # fmt: skip
    encoder.embeddings.requires_grad_(False)
    encoder.encoder.layer[0].requires_grad_(False)  # a tenth faster, and no worse
    return torch.nn.ModuleDict({"encoder": encoder, "head": torch.nn.Linear(encoder.config.hidden_size, CHANNELS)})


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m rag.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with squadshifts/, squad2_half/ and selqa/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint, weights, log")
    parser.add_argument("--corpus", type=Path, default=shipped_corpus())
    parser.add_argument("--start", type=Path, help="a reader.pt to go on from, with the rate at its top again")
    parser.add_argument("--without", choices=PARTS, help="an ablation")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument(
        "--minutes", type=float, default=0, help="end (with the rate at nought) after so long; 0: no limit"
    )
    parser.add_argument("--own", type=float, default=1.0, help="share of the project's own questions in a round")
    parser.add_argument(
        "--shifts", type=int, default=0, help="SQuADShifts questions a round; 0: fewer from round to round"
    )
    parser.add_argument("--limit", type=int, default=0, help="examples a round at most; 0: all")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--tokens", type=int, default=3072, help="word pieces a batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)
