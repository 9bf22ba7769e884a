"""A change of the library, or a check of the index, in a thread of its own: what became of each thing, and how far it is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

from rag.errors import CutawayError

log = logging.getLogger(__name__)
UNEXPECTED = "Something went wrong. What is marked as added is kept; the details are in the log of the app."


@dataclass(slots=True, kw_only=True)
class Row:
    """A line of the ledger; `outcome`: waiting, reading, or what became of it; `slug` of the article it became or is."""

    given: str
    outcome: str = "waiting"
    slug: str | None = None
    reason: str | None = None
    words: int | None = None


class Work:
    """Runs `task`, which fills `rows` and notes its `stage`; read them, `problem` and `ended` at any time."""

    def __init__(self, given: list[str], task: "Task") -> None:
        self.rows = [Row(given=name) for name in given]
        self.stage: tuple[str, int, int] = ("", 0, 0)
        self.problem: str | None = None
        self.ended = False
        self._task = task
        self._thread = Thread(target=self._run, name="cutaway-library", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`; whether the work has ended."""
        self._thread.join(seconds)
        return self.ended

    def note(self, stage: str, done: int, total: int) -> None:
        """Take down how far the work is; a progress callback."""
        self.stage = (stage, done, total)

    def _run(self) -> None:
        try:
            self._task(self)
        except CutawayError as error:
            self.problem = str(error)
        except Exception:  # outer border: the page shows a sentence, the log has the rest
            log.exception("the library could not be changed")
            self.problem = UNEXPECTED
        self.ended = True


Task = Callable[[Work], None]
