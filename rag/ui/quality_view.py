"""The figures of the kept run in plain words, as data for the components of the Quality page."""

from collections.abc import Sequence
from typing import Any

from rag.evaluation.published import Measure, Miss, Published
from rag.evaluation.scores import percentile
from rag.ui.dates import spell

# name in the file: what people call it, and one sentence that tells it
ANSWERS = {
    "hit@1": ("The answer comes first", "How often the first 60 quoted words hold the whole answer."),
    "hit@3": (
        "The answer is there",
        "How often the first 180 quoted words, about three quotes, hold the whole answer.",
    ),
    "hit@3 conversation": ("Follow-up questions", "The same, for questions that only make sense after the one before."),
    "hit@3 as-of": ("As of a day", "The same, for questions that may only use what was known by a given day."),
    "conflict hit": ("Both sides of a disagreement", "How often every value is shown where the sources disagree."),
    "citation recall": (
        "Proof stands under the answer",
        "How much of the answer stands in a quote whose source tells that fact.",
    ),
}
REFUSALS = {
    "right refusal": ("Says so when it does not know", "How often a question that no article answers is refused."),
    "wrong refusal": (
        "Refuses needlessly",
        "How often a question that the articles do answer is refused all the same; less is better.",
    ),
    "as-of leaks": (
        "Tells what was not yet known",
        "How often something is quoted that became known after the day asked about; none is right.",
    ),
}
LOST = {
    "not retrieved": (
        "The passage was not found",
        "The articles hold the answer, but the search did not come upon it.",
    ),
    "not read": ("The sentence was not picked", "The passage was found, but another sentence was taken from it."),
    "refused": (
        "Refused although it knew",
        "The sentence was found, but the assistant was not sure enough to show it.",
    ),
    "not quoted": ("Something else was quoted", "The right sentence was found, and others stood before it."),
    "not refused": (
        "Answered although no article does",
        "Something near the question was quoted instead of a refusal.",
    ),
    "known later": ("Known only later", "Something was quoted that became known after the day asked about."),
}


def rows(run: Published, names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """The measures of `names` that the run has, for components.measures."""
    return [_row(run.measures[name], *words) for name, words in names.items() if name in run.measures]


def _row(measure: Measure, name: str, told: str) -> dict[str, Any]:
    low, mean, high = (round(100 * getattr(measure.interval, bound), 1) for bound in ("low", "mean", "high"))
    between = f"Very likely between {low:.0f} % and {high:.0f} %, " if low < high else ""
    span = f"{between}measured on {measure.rows} questions"
    span = span[0].upper() + span[1:]
    value = f"{mean:.0f} %"
    return {"name": name, "told": told, "value": value, "span": span, "low": low, "mean": mean, "high": high}


def groups(misses: Sequence[Miss]) -> list[dict[str, Any]]:
    """The misses by where they were lost, for components.misses."""
    found = []
    for lost, (title, told) in LOST.items():
        items = [_item(miss) for miss in misses if miss.lost == lost]
        if items:
            found.append({"title": f"{title} ({len(items)})", "told": told, "items": items})
    return found


def _item(miss: Miss) -> dict[str, Any]:
    return {
        "id": miss.id,
        "question": miss.turns[-1],
        "before": " ".join(miss.turns[:-1]),
        "asked": f"As of {spell(miss.as_of)}" if miss.as_of else "",
        "wanted": "; ".join(miss.gold),
        "quotes": list(miss.quotes),
    }


def about(run: Published) -> str:
    """When, on what and with which choices the figures were measured."""
    return (
        f"{run.questions} questions with known answers, asked on {spell(run.date)}. "
        "None of them was used to set the assistant up."
    )


def time_told(seconds: Sequence[float]) -> str:
    """The picture of the times in a sentence."""
    half, most = percentile(seconds, 0.5), percentile(seconds, 0.95)
    return f"Half of the answers were there within {half:.2f} seconds, 95 of 100 within {most:.2f} seconds."


def refusals_told(right: float, wrong: float) -> str:
    """The picture of the refusals in a sentence (shares in [0, 1])."""
    return (
        f"As it ships, {100 * right:.0f} of 100 questions without an answer are refused, and {100 * wrong:.0f} of 100 "
        "questions with one. Asking for more certainty moves it along the line to the upper right: more is refused of both."
    )


def curve(run: Published) -> dict[str, Any]:
    """The line of the picture as a table: what is refused at some thresholds."""
    head = [{"text": text} for text in ("Certainty asked for", "Rightly refused", "Refused although answered")]
    points = [
        {
            "head": {"text": f"{100 * p.threshold:.0f} %"},
            "cells": [{"text": f"{100 * share:.0f} %"} for share in (p.right, p.wrong)],
        }
        for p in run.curve[::5]
    ]
    return {"label": "Refusals by the certainty asked for", "head": head, "rows": points}
