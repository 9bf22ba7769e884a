"""Examples as tensors: rows of like length together, the losses of the reader, and what it says about examples."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.readers._pairs import Pair, Pairs
from rag.readers._span_logits import Output
from rag.training.data import Example

IGNORED = -100
LOW = -1e4
POOL = 800  # examples sorted by length together: little padding, and still another order every round


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples with their rows, in the same order."""

    examples: tuple[Example, ...]
    rows: tuple[Pair, ...]


def batches(examples: Sequence[Example], pairs: Pairs, tokens: int, rng: random.Random) -> Iterator[Batch]:
    """Batches of at most `tokens` word pieces, padding counted, in random order inside each pool."""
    for first in range(0, len(examples), POOL):
        pool = [(e, pairs.pair(e.question, e.title, e.heading, e.sentences)) for e in examples[first : first + POOL]]
        pool.sort(key=lambda item: len(item[1].ids))
        groups: list[list[tuple[Example, Pair]]] = [[]]
        for item in pool:
            if groups[-1] and (len(groups[-1]) + 1) * len(item[1].ids) > tokens:
                groups.append([])
            groups[-1].append(item)
        rng.shuffle(groups)
        yield from (Batch(tuple(e for e, _ in g), tuple(r for _, r in g)) for g in groups if g)


def losses(model: Any, batch: Batch, device: str) -> dict[str, Any]:
    """Scalar losses by name: span (start and end, [CLS] for none), answerable, evidence (a sentence, or none)."""
    import torch
    from torch.nn import functional

    logits, inside, average = _forward(model, batch.rows, device)
    ends = torch.tensor([_ends(e, r) for e, r in zip(batch.examples, batch.rows, strict=True)], device=device)
    allowed = logits[:, :, :2].masked_fill(~inside[:, :, None], LOW)
    spans = [functional.cross_entropy(allowed[:, :, i], ends[:, i], ignore_index=IGNORED) for i in (0, 1)]
    answered = torch.tensor([float(e.held is not None) for e in batch.examples], device=device)
    scores = torch.einsum("bsl,bl->bs", average, logits[:, :, 2])
    absent = average.sum(-1) == 0
    held = torch.zeros(len(batch.examples), dtype=torch.long, device=device)
    for line, example in enumerate(batch.examples):
        absent[line, list(example.unsure)] = True
        if example.held is not None:
            held[line] = example.held + 1 if not bool(absent[line, example.held]) else IGNORED
    listed = torch.cat([torch.zeros_like(scores[:, :1]), scores.masked_fill(absent, LOW)], dim=1)
    return {
        "span": torch.nan_to_num((spans[0] + spans[1]) / 2),
        "answerable": functional.binary_cross_entropy_with_logits(logits[:, 0, 3], answered),
        "evidence": torch.nan_to_num(functional.cross_entropy(listed, held, ignore_index=IGNORED)),  # no row may count
    }


def outputs(model: Any, examples: Sequence[Example], pairs: Pairs, device: str, tokens: int = 4096) -> list[Output]:
    """The model's logits for each example, in order."""
    import torch

    model.eval()
    numbered = {id(e): i for i, e in enumerate(examples)}
    found: dict[int, Output] = {}
    with torch.no_grad():
        for batch in batches(examples, pairs, tokens, random.Random(0)):
            logits = _forward(model, batch.rows, device)[0].float().cpu().numpy()
            for example, row, line in zip(batch.examples, batch.rows, logits, strict=True):
                found[numbered[id(example)]] = Output(line[: len(row.ids)], row)
    return [found[i] for i in range(len(examples))]


def _forward(model: Any, rows: Sequence[Pair], device: str) -> tuple[Any, Any, Any]:
    """Logits (rows, pieces, 4); which pieces a span may use; and for each sentence the weights that average its pieces."""
    import torch

    length = max(len(r.ids) for r in rows)
    ids, kinds, mask = (np.zeros((len(rows), length), np.int64) for _ in range(3))
    inside = np.zeros((len(rows), length), bool)
    average = np.zeros((len(rows), max(len(r.sentences) for r in rows), length), np.float32)
    for line, row in enumerate(rows):
        ids[line, : len(row.ids)] = row.ids
        kinds[line, row.passage : len(row.ids)] = 1
        mask[line, : len(row.ids)] = 1
        inside[line, 0] = True
        for number, (start, end) in enumerate(row.sentences):
            inside[line, start:end] = end > start
            average[line, number, start:end] = 1 / max(1, end - start)
    given = [torch.from_numpy(a).to(device) for a in (ids, kinds, mask, inside, average)]
    with torch.autocast(device, torch.bfloat16):
        states = model["encoder"](
            input_ids=given[0], token_type_ids=given[1], attention_mask=given[2]
        ).last_hidden_state
    return model["head"](states.float()), given[3], given[4]


def _ends(example: Example, row: Pair) -> tuple[int, int]:
    """The first and last piece of the answer; 0 ([CLS]) when there is none, ignored when it is unknown or cut off."""
    if example.held is None:
        return 0, 0
    start, end = row.sentences[example.held] if example.held < len(row.sentences) else (0, 0)
    if example.span is None:
        return IGNORED, IGNORED
    covered = [
        j for j in range(start, end) if row.offsets[j][0] < example.span[1] and example.span[0] < row.offsets[j][1]
    ]
    return (covered[0], covered[-1]) if covered else (IGNORED, IGNORED)
