"""Readers' verdicts on answers, one JSON line each, in a file on this machine that reads as a file of questions."""

import json
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import HistoryError
from rag.records import Answer

LONGEST = 1000  # characters of a reason


def record(path: Path, answer: Answer, *, good: bool, reason: str = "") -> None:
    """Append a verdict. A good answer's row carries what it found as `gold`, so that it can be asked again as a test;
    a bad one's has no gold, the reason and the answer tell what was wrong.

    Raises HistoryError when the file cannot be written.
    """
    held = [answer.short.text] if answer.short else [c.quote for c in answer.citations[:1]]
    row = {
        "id": f"feedback-{datetime.now(UTC):%Y%m%dT%H%M%S%f}",
        "kind": "single",
        "turns": [answer.understood_as],
        "as_of": answer.as_of,
        "answerable": answer.answered if good else None,
        "gold": [held] if good and held else [],
        "good": good,
        "reason": reason.strip()[:LONGEST],
        "answer": answer.to_json(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise HistoryError(f"your verdict could not be kept in {path} ({error}); make the file writable") from error
