"""A question being answered in a thread of its own, so that the page can draw, scroll and open passages meanwhile."""

import logging
from collections.abc import Callable, Iterator
from threading import Event, Thread, Timer

from rag.errors import CutawayError
from rag.records import Answer, Statement

log = logging.getLogger(__name__)
UNEXPECTED = "Something went wrong while answering. Ask again; the details are in the log of the app."
STOPPED = "You stopped this answer; ask again to get it."
PATIENCE = 2.0  # seconds a stopped job has to bring the answer made of what there is


class Job:
    """Runs `events`, which yields statements and at the end the Answer; read `statements`, `answer`, `problem`.

    `stopping` is set when the job is stopped, so that whatever `events` waits for can be given up.
    """

    def __init__(self, events: Callable[[], Iterator[Statement | Answer]], stopping: Event | None = None) -> None:
        self.statements: list[Statement] = []
        self.answer: Answer | None = None
        self.problem: str | None = None
        self._events = events
        self._stopping = stopping or Event()
        self._thread = Thread(target=self._run, name="cutaway-answer", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`; whether the job has ended."""
        self._thread.join(seconds)
        return self.ended

    @property
    def ended(self) -> bool:
        """Whether there is an answer or a problem."""
        return self.answer is not None or self.problem is not None

    def stop(self) -> None:
        """End the job: with the answer made of what there is, if it comes soon, else without one."""
        if not self._stopping.is_set():
            self._stopping.set()
            timer = Timer(PATIENCE, self._give_up)
            timer.daemon = True
            timer.start()

    def _give_up(self) -> None:
        if not self.ended:
            self.problem = STOPPED

    def _run(self) -> None:
        try:
            for event in self._events():
                if self.problem:
                    return
                if isinstance(event, Answer):
                    self.answer = event
                elif not self._stopping.is_set():
                    self.statements.append(event)
        except CutawayError as error:
            self.problem = self.problem or str(error)
        except Exception:  # outer border: the page shows a sentence, the log has the rest
            log.exception("answering failed")
            self.problem = self.problem or UNEXPECTED
        if not self.ended:
            log.error("the answer stream ended without an answer")
            self.problem = UNEXPECTED
