"""Other people's bytes are parsed in a child process under limits, `python -m rag.library.parsing`, with JSON on pipes.

Whatever a file does to its parser (a crash, a hang, all the memory), the parent lives and says so in a sentence.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.detection import Kind, kind
from rag.errors import SourceError
from rag.limits import DEFAULT, MB, Limits
from rag.origins import Origin
from rag.records import Article, Reference, Source

_MANY_LOST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What was in a file: one article, or those of a feed; `warnings` are sentences."""

    kind: Kind
    articles: tuple[Article, ...]
    warnings: tuple[str, ...] = ()


def parse(data: bytes, origin: str, limits: Limits = DEFAULT, url: str | None = None) -> Parsed:
    """What `data` holds, by its content; `origin` is its name, `url` where it came from.

    Raises SourceError, naming `origin`, when it is no article, passes a limit, or brings its parser down.
    """
    if len(data) > limits.file_mb * MB:
        raise SourceError(
            f"{origin}: {len(data) / MB:.1f} MB, more than the {limits.file_mb} MB of RAG_FILE_MB; split it"
        )
    head = json.dumps({"origin": origin, "url": url, "limits": asdict(limits)}).encode() + b"\n"
    try:
        done = subprocess.run(
            # Run where the package is: the user's folder, where anybody may have put a json.py, is on no path then.
            [sys.executable, "-m", "rag.library.parsing"],
            cwd=Path(__file__).resolve().parent.parent.parent,
            input=head + data,
            capture_output=True,
            timeout=limits.parse_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{origin}: not read within the {limits.parse_seconds} s of RAG_PARSE_SECONDS; add a smaller file"
        ) from error
    return _understood(done, origin, limits)


def _understood(done: "subprocess.CompletedProcess[bytes]", origin: str, limits: Limits) -> Parsed:
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        if b"MemoryError" in done.stderr[-2000:]:
            raise _out_of_memory(origin, limits) from error
        raise SourceError(
            f"{origin}: its parser ended without an answer (exit code {done.returncode}); add another copy"
        ) from error
    if "memory" in answer:
        raise _out_of_memory(origin, limits)
    if "refused" in answer:
        raise SourceError(str(answer["refused"]))
    articles = tuple(_article(one) for one in answer["articles"])
    return Parsed(kind=answer["kind"], articles=articles, warnings=tuple(answer["warnings"]))


def _out_of_memory(origin: str, limits: Limits) -> SourceError:
    return SourceError(
        f"{origin}: its parser needs more than the {limits.parse_mb} MB of RAG_PARSE_MB; add a smaller file"
    )


def _article(data: dict[str, Any]) -> Article:
    several = {name: tuple(data[name]) for name in ("authors", "topics", "entities")}
    references = tuple(
        Reference(**(entry | {"sources": tuple(Source(**source) for source in entry["sources"])}))
        for entry in data["references"]
    )
    return Article(**(data | several | {"references": references, "origin": Origin.from_json(data["origin"])}))


def child() -> int:
    """Read one file on standard input, write what it holds on standard output; the exit code of the process."""
    head = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**head["limits"])
    _restrict(limits)
    try:
        answer = _read(sys.stdin.buffer.read(), head["origin"], limits, head["url"])
        written = json.dumps(answer)
    except SourceError as error:
        written = json.dumps({"refused": str(error)})
    except MemoryError:
        written = json.dumps({"memory": True})
    except RecursionError:
        written = json.dumps({"refused": f"{head['origin']}: nested too deeply to be read; add a plainer file"})
    except Exception as error:  # noqa: BLE001  (the border: whatever a library raises ends here, as a sentence)
        problem = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        written = json.dumps({"refused": f"{head['origin']}: cannot be read ({problem}); add another copy"})
    sys.stdout.write(written)
    sys.stdout.flush()
    return 0


def _read(data: bytes, origin: str, limits: Limits, url: str | None) -> Mapping[str, object]:
    found = kind(data, origin)
    read = import_module(f"rag.sources.{found}").CHOICE
    if found == "html":
        got = read(data, origin, limits, url)
    else:
        got = read(data, origin) if found == "markdown" else read(data, origin, limits)
    articles = got if isinstance(got, tuple) else (got,)
    warnings = []
    for article in articles:
        lost = article.text.count("\ufffd") / max(1, len(article.text))
        if lost > _MANY_LOST:
            warnings.append(f"{article.title}: {lost:.0%} of the characters could not be read: a wrong charset?")
    return {"kind": found, "articles": [asdict(article) for article in articles], "warnings": warnings}


def _restrict(limits: Limits) -> None:
    """Limit memory and processor time of this process; where the system cannot (Windows), only the time limit holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.parse_mb * MB, limits.parse_mb * MB))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.parse_seconds + 1, limits.parse_seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(child())
