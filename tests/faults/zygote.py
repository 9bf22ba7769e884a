"""`rag` commands in processes of their own that can be killed at a chosen point; the product knows nothing of it.

`python -m tests.faults.zygote` imports everything once and forks a child for each order, a line of JSON on its standard
input; a child may count what Python's audit hooks report below its home folder and die at the n-th, at a stage, or be
killed from outside after some time.
"""

import ctypes
import json
import mmap
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Self

from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TOUCHING = frozenset(
    "open os.rename os.remove os.rmdir os.mkdir shutil.rmtree sqlite3.connect subprocess.Popen".split()
)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command, and what befalls it. `event` and `stage` end it there, `seconds` after that time, `group` together with
    the children it started; with `obey` the modes of files hold for it even if it is root's; `fsize` is the largest
    file it may write, in bytes; `signal` what it is ended with. With `copies`, an ingest changes a copy of the generation
    before as if it were a large one.
    """

    arguments: list[str]
    environment: dict[str, str]
    event: int | None = None
    stage: str | None = None
    seconds: float | None = None
    group: bool = False
    obey: bool = False
    copies: bool = False
    fsize: int | None = None
    signal: int = signal.SIGKILL


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended: exit code (negative: the signal), what it printed, the last stage and audited event it came
    to, how many there were, and how long it ran after the signal.
    """

    code: int
    out: str = ""
    err: str = ""
    stage: str = ""
    events: int = 0
    event: str = ""
    seconds: float = field(default=0.0)


class Zygote:
    """Runs orders, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def rag(self, settings: Settings, *arguments: str, environment: dict[str, str] | None = None, **more: Any) -> Done:
        """Run `rag` with these arguments and settings."""
        given = {
            "RAG_CORPUS": os.pathsep.join(map(str, settings.corpus)),
            "RAG_HOME": str(settings.home),
            "RAG_LIBRARY": str(settings.library),
            "RAG_EMBEDDER": settings.embedder,
            "RAG_READER": settings.reader,
        }
        order = Order(arguments=list(arguments), environment=given | (environment or {}), **more)
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        return Done(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


class Trace:
    """What a child tells its parent, in memory that both see, so that SIGKILL cannot lose it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1024)

    def write(self, stage: str, events: int, event: str) -> None:
        self._memory[:] = json.dumps([stage, events, event])[:1024].ljust(1024).encode("ascii")

    def read(self) -> tuple[str, int, str]:
        text = bytes(self._memory).decode("ascii").strip("\0 ")
        stage, events, event = json.loads(text) if text else ("", 0, "")
        return stage, events, event


def fork(order: Order, out: IO[bytes], err: IO[bytes], trace: Trace) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        code = child(order, trace)
    finally:
        if sys.exc_info()[0]:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def child(order: Order, trace: Trace) -> int:
    import rag.cli
    import rag.generations.building
    import rag.ingest

    for name in [name for name in os.environ if name.startswith("RAG_")]:
        del os.environ[name]
    os.environ |= order.environment
    limit(order)
    seen = {"stage": "start", "events": 0, "event": ""}
    home = order.environment["RAG_HOME"]

    def die() -> None:
        if order.group:
            os.killpg(0, order.signal)
        else:
            os.kill(os.getpid(), order.signal)

    def step(stage: str, done: int, total: int) -> None:
        entered = stage != seen["stage"]
        seen["stage"] = stage
        trace.write(stage, seen["events"], seen["event"])
        if entered and stage == order.stage:
            die()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in TOUCHING and home in repr(arguments):
            seen["events"] += 1
            seen["event"] = f"{event} {Path(str(arguments[0])).name if event != 'subprocess.Popen' else ''}".strip()
            trace.write(seen["stage"], seen["events"], seen["event"])
            if seen["events"] == order.event:
                die()

    if order.copies:
        assert rag.ingest.ingest.__kwdefaults__
        rag.ingest.ingest.__kwdefaults__["copied_from"] = 1
        rag.generations.building.CHANGED = rag.generations.building.UNUSED = 3.0
    rag.cli.show_progress = lambda: step  # the stages, as the command is told of them
    if order.event is not None or order.stage is None:
        sys.addaudithook(hook)
    return rag.cli.main(order.arguments)


def limit(order: Order) -> None:
    """What this process may do."""
    if order.fsize is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.fsize, order.fsize))
    if order.obey:
        obey_modes()


def obey_modes() -> None:
    """Give up what lets root read and write any file (capabilities(7): CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH)."""
    library = ctypes.CDLL(None, use_errno=True)
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert library.capget(header, data) == 0
    for capability in (1, 2):
        library.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP, for the children
        for place in (0, 1):
            data[place] &= ~(1 << capability)
    assert library.capset(header, data) == 0


def serve(orders: IO[str], replies: Callable[[str], None]) -> None:
    for line in orders:
        order = Order(**json.loads(line))
        trace = Trace()
        with TemporaryFile() as out, TemporaryFile() as err:
            pid = fork(order, out, err, trace)
            struck = time.monotonic()
            if order.seconds is not None:
                while time.monotonic() < struck + order.seconds and os.waitid(os.P_PID, pid, EXITED) is None:
                    time.sleep(0.002)
                struck = time.monotonic()
                if os.waitid(os.P_PID, pid, EXITED) is None:
                    (os.killpg if order.group else os.kill)(pid, order.signal)
            _, status = os.waitpid(pid, 0)
            took = time.monotonic() - struck
            printed = []
            for file in (out, err):
                file.seek(0)
                printed.append(file.read().decode("utf-8", "replace"))
        stage, events, event = trace.read()
        done = Done(
            code=os.waitstatus_to_exitcode(status),
            out=printed[0],
            err=printed[1],
            stage=stage,
            events=events,
            event=event,
            seconds=round(took, 3),
        )
        replies(json.dumps(asdict(done)))


EXITED = os.WEXITED | os.WNOHANG | os.WNOWAIT


def main() -> None:
    import bm25s  # noqa: F401
    import chromadb.api.client  # noqa: F401  (imported here, so that no child spends its time on it)

    import rag.assistant
    import rag.cli
    import rag.doctor
    import rag.ingest  # noqa: F401

    serve(sys.stdin, lambda reply: print(reply, flush=True))


if __name__ == "__main__":
    main()
