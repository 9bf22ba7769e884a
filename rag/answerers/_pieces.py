"""The pieces of one model call as they arrive, with a limit on every wait; leaving early closes the connection at once.

The call runs on an event loop of its own in a thread of its own: a blocking read could be neither timed nor ended from
outside. One loop serves the process, since clients keep their connections bound to the loop they were made on.
"""

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig

LOOK = 0.1  # seconds between two looks at `stopped` and at the clock
SILENCE = 7.0  # seconds without a first piece after which the server is asked whether it lives
ALIVE = 2.0  # seconds it has to say so
MOST_BYTES = 200_000  # of a reply, thoughts included; nobody reads more


class Silence(Exception):
    """A wait was too long; its text is the setting that limits it, or "dead" when nothing answers at all."""


class Stopped(Exception):
    """Whoever asked has given up waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Limits in seconds: to the first piece, between two; `until` is the `monotonic` time at which everything ends."""

    first: float
    gap: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A model, what it is sent, and the base URL of its server."""

    model: BaseChatModel
    messages: Sequence[BaseMessage]
    config: RunnableConfig | None
    url: str


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="cutaway-models", daemon=True).start()
    return loop


def pieces(
    call: Call, waits: Waits, stopped: Callable[[], bool]
) -> Generator[AIMessageChunk, None, BaseException | None]:
    """Each piece of the reply; returns None when it is complete, else Silence, Stopped or what the client raised.

    A provider's client may raise anything, and a broken server makes it: what it raised is a value here, not an accident.
    """
    arrived: SimpleQueue[AIMessageChunk | None] = SimpleQueue()

    async def read() -> None:
        size = 0
        async for piece in call.model.astream(list(call.messages), call.config):
            arrived.put(piece if isinstance(piece, AIMessageChunk) else AIMessageChunk(piece.content))
            size += len(str(piece.content))
            if size > MOST_BYTES:
                break

    running = asyncio.run_coroutine_threadsafe(read(), _loop())
    running.add_done_callback(lambda _: arrived.put(None))
    probe, began, last = _Probe(call.url), monotonic(), None
    try:
        while True:
            try:
                piece = arrived.get(timeout=LOOK)
            except Empty:
                if ending := _given_up(waits, stopped, began, last, probe):
                    return ending
                continue
            if piece is None:
                return running.exception()
            last = monotonic()
            yield piece
            if ending := _given_up(waits, stopped, began, last, probe):
                return ending
    finally:
        running.cancel()


def _given_up(
    waits: Waits, stopped: Callable[[], bool], began: float, last: float | None, probe: "_Probe"
) -> Exception | None:
    now = monotonic()
    if stopped():
        return Stopped()
    if now >= waits.until:
        return Silence("RAG_CHAT_SECONDS")
    if last is not None:
        return Silence("RAG_CHAT_GAP_SECONDS") if now - last >= waits.gap else None
    if now - began >= waits.first:
        return Silence("RAG_CHAT_FIRST_SECONDS")
    return Silence("dead") if probe.dead(now - began) else None


class _Probe:
    """Asks a silent server, once, whether it answers anything at all: a model may take its time, a dead server must not."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asked: Future[bool] | None = None

    def dead(self, silent: float) -> bool:
        """Whether it has been asked and has not answered."""
        if self._asked is None and silent >= SILENCE:
            self._asked = asyncio.run_coroutine_threadsafe(_answers(self._url), _loop())
        return self._asked is not None and self._asked.done() and not self._asked.result()


async def _answers(url: str) -> bool:
    """Whether the server of `url` sends a first byte in answer to a plain request within `ALIVE` seconds.

    Behind a proxy nobody can tell; then it counts as alive, and the other limits hold.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return True
    request = f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii", "replace")
    try:
        async with asyncio.timeout(ALIVE):
            reader, writer = await asyncio.open_connection(host, parts.port or (443 if secure else 80), ssl=secure)
            try:
                writer.write(request)
                await writer.drain()
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
