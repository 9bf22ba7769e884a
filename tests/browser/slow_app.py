"""The real app on a slow day: it pauses before every statement and before the end of an answer."""

import runpy
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.records import Answer, Statement

PAUSE = 4.0  # seconds: longer than a click takes on a busy machine
stream = getattr(Assistant, "at_once", Assistant.stream)


def unhurried(assistant: Assistant, question: str, **asked: Any) -> Iterator[Statement | Answer]:
    for event in stream(assistant, question, **asked):
        time.sleep(PAUSE)
        yield event


Assistant.at_once = stream
Assistant.stream = unhurried
runpy.run_path(str(Path(__file__).parents[2] / "app.py"))
