"""Quality against latency of the choices: `PYTHONPATH=. python tests/benchmarks/choices.py [--limit N]`.

Asks the single-turn questions of the tuning half through the whole chain with each choice of retriever and reader, and with
more or fewer passages for the network, and writes choices.json beside it and docs/choices.svg. The chance of an answer is
compared by its area under the ROC curve, since every choice would need a threshold of its own.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from results import about, save

from rag import Assistant, Settings
from rag.evaluation.question_sets import QuestionRow, load_questions
from rag.evaluation.scores import first_words, holds
from rag.readers import joint
from rag.records import Answer
from rag.settings import shipped_corpus
from rag.training.tuning import auroc

HERE = Path(__file__).resolve().parent
PLOT = HERE.parent.parent / "docs" / "choices.svg"
SHIPPED = "hybrid, joint, 6 passages"
CHOICES: dict[str, tuple[str, str, int]] = {
    "dense, overlap": ("dense", "overlap", 0),
    "keyword, overlap": ("keyword", "overlap", 0),
    "hybrid, overlap": ("hybrid", "overlap", 0),
    "hybrid, span": ("hybrid", "span", 0),
    "hybrid, joint, 2 passages": ("hybrid", "joint", 2),
    "hybrid, joint, 4 passages": ("hybrid", "joint", 4),
    SHIPPED: ("hybrid", "joint", 6),
    "hybrid, joint, 12 passages": ("hybrid", "joint", 12),
}
WIDTH, HEIGHT, MARGIN = 760, 420, 70


def measure(rows: list[QuestionRow], retriever: str, reader: str, passages: int) -> dict[str, Any]:
    """Hit rates of the answerable rows (a refusal is no hit), AUROC of the chance, and the seconds of the stages."""
    shipped = joint.PASSAGES
    joint.PASSAGES = passages or shipped
    try:
        with Assistant.open(
            Settings(home=Settings.from_environment().home, retriever=retriever, reader=reader)
        ) as assistant:
            assistant.ask("What is Runway?")
            chances: list[float] = []
            answers = [asked(assistant, row, chances) for row in rows]
    finally:
        joint.PASSAGES = shipped
    answerable = np.array([row.answerable for row in rows])
    hits = {
        name: float(np.mean([hit(a, r, words) for a, r in zip(answers, rows, strict=True) if r.answerable]))
        for name, words in (("hit@1", 60), ("hit@3", 180))
    }
    stages = {
        stage: float(np.median([getattr(a.seconds, stage) for a in answers]))
        for stage in ("retrieve", "read", "answer", "total")
    }
    return {**hits, "AUROC": auroc(np.array(chances), answerable), "median seconds": stages}


def asked(assistant: Assistant, row: QuestionRow, chances: list[float]) -> Answer:
    """The answer, and in `chances` how likely the reading held the question to be answerable."""
    parts = assistant._current()
    read = parts.reader.read

    def noted(question: Any, retrieved: Any) -> Any:
        reading = read(question, retrieved)
        told.append(reading.answerable)
        return reading

    told: list[float] = []
    parts.reader.read = noted  # type: ignore[method-assign]
    try:
        return assistant.ask(row.turns[-1], as_of=row.as_of)
    finally:
        parts.reader.read = read  # type: ignore[method-assign]
        chances.append(told[0] if told else 1.0)  # the newest release is told without the reader


def hit(answer: Answer, row: QuestionRow, words: int) -> bool:
    """Whether the first `words` quoted words hold every gold element."""
    quoted = first_words([c.quote for c in answer.citations], words)
    return bool(answer.citations) and all(holds(quoted, element) for element in row.gold)


def plot(found: dict[str, dict[str, Any]]) -> str:
    """Hit@3 over the median time of an answer, a dot a choice."""
    times = [f["median seconds"]["total"] * 1000 for f in found.values()]
    right, low = max(times) * 1.15, min(f["hit@3"] for f in found.values()) - 0.03
    high = max(f["hit@3"] for f in found.values()) + 0.02

    def place(time: float, value: float) -> tuple[float, float]:
        return (
            MARGIN + (WIDTH - 3.2 * MARGIN) * time / right,
            HEIGHT - MARGIN - (HEIGHT - 1.6 * MARGIN) * (value - low) / (high - low),
        )

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for share in np.arange(np.ceil(low * 20) / 20, high, 0.05):
        x, y = place(0, float(share))
        lines.append(f'<path d="M{x:.0f} {y:.0f}H{WIDTH - 20}" stroke="#ddd"/>')
        lines.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end" fill="#555">{share:.2f}</text>')
    for name, values in found.items():
        x, y = place(values["median seconds"]["total"] * 1000, values["hit@3"])
        colour = "#0b6e4f" if name == SHIPPED else "#777"
        lines.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{colour}"/>')
        lines.append(f'<text x="{x + 9:.0f}" y="{y + 4:.0f}" fill="{colour}">{name}</text>')
    for time in range(0, int(right), 100):
        x, _ = place(time, low)
        lines.append(f'<text x="{x:.0f}" y="{HEIGHT - MARGIN + 22}" text-anchor="middle" fill="#555">{time}</text>')
    label = "median milliseconds of an answer →   (up: the answer stands in the first three quotes, hit@3)"
    lines.append(f'<text x="{MARGIN}" y="{HEIGHT - 18}" fill="#333">{label}</text></svg>')
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure every choice, write the figures and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="questions at most, evenly taken; 0: all")
    limit = parser.parse_args().limit
    rows = [r for r in load_questions(shipped_corpus() / "questions.jsonl", "tuning") if len(r.turns) == 1]
    rows = rows[:: max(1, -(-len(rows) // limit))] if limit else rows
    told = about(f"PYTHONPATH=. python tests/benchmarks/choices.py{f' --limit {limit}' if limit else ''}")
    found = {name: measure(rows, *choice) for name, choice in CHOICES.items()}
    for name, values in found.items():
        print(name, {k: v if isinstance(v, dict) else round(v, 3) for k, v in values.items()})
    counts = {"questions": len(rows), "answerable": sum(r.answerable for r in rows)}
    save(HERE / "choices.json", counts | told | {"choices": found})
    PLOT.write_text(plot(found), "utf-8")


if __name__ == "__main__":
    main()
