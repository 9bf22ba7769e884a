"""What went wrong between us and a model's server, as one sentence for people, and whether to try again.

No text of a server or a client gets into the sentence: some of them repeat the key.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from rag.answerers._pieces import Silence, Stopped
from rag.providers import Provider
from rag.settings import Secret

log = logging.getLogger(__name__)
AGAIN = frozenset([408, 429, 500, 502, 503, 504, 529])
BACKOFF = 0.8  # seconds before the first further try, twice as long before the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The model's server as people and settings name it."""

    provider: Provider
    model: str
    url: str
    key: Secret | None = None

    @property
    def name(self) -> str:
        """The provider's own service by its label, any other by its host and port."""
        own = self.url == self.provider.url and not self.provider.local
        return self.provider.label if own else f"the model's server at {urlsplit(self.url).netloc}"

    @property
    def address(self) -> str:
        """The setting to look at when the address seems wrong."""
        return "RAG_CHAT_URL" if self.url != self.provider.url else "RAG_CHAT_MODEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`text` says what failed and which setting to mend; `again`: seconds to wait before another try, None for no try.

    too_long: the server found the prompt too long, so that less may work.
    """

    code: str
    text: str
    again: float | None = None
    too_long: bool = False


def explain(error: BaseException, server: Server, tried: int) -> Fault:
    """The fault behind what `pieces` returned on try number `tried`, counted from 0; the log gets the error without keys."""
    if isinstance(error, Stopped):
        return Fault(code="stopped", text="You stopped this answer.")
    status = next((s for e in _chain(error) if (s := _status(e))), None)
    message = " <- ".join(f"{type(e).__name__}: {str(e)[:300]}" for e in _chain(error))
    log.warning("%s gave status %s: %s", server.name, status, server.key.redact(message) if server.key else message)
    if isinstance(error, Silence):
        return _silence(str(error), server)
    if status in (401, 403):
        hint = " or ".join(server.provider.keys) or server.address
        return Fault(code="model-key", text=f"{_named(server)} refused the key ({status}); check {hint}.")
    if status == 404:
        also = " and RAG_CHAT_URL" if server.address == "RAG_CHAT_URL" else ""
        text = f"{_named(server)} does not know the model {server.model!r} (404); check RAG_CHAT_MODEL{also}."
        return Fault(code="model-unknown", text=text)
    if status in (400, 413, 422) and any(w in message.lower() for w in ("context", "too long", "too large", "token")):
        text = f"The passages are too long for the model {server.model!r} ({status}); choose one that takes more text."
        return Fault(code="model-context", text=text, again=0.0, too_long=True)
    if status in AGAIN:
        why = "has too many requests" if status in (429, 529) else "failed"
        wait = next((w for e in _chain(error) if (w := _retry_after(e)) is not None), BACKOFF * 2**tried)
        return Fault(code="model-busy", text=f"{_named(server)} {why} ({status}); try again later.", again=wait)
    if status:
        return Fault(
            code="model-failed", text=f"{_named(server)} refused the request ({status}); check {server.address}."
        )
    if any(isinstance(e, OSError) or "connect" in type(e).__name__.lower() for e in _chain(error)):
        text = f"{_named(server)} cannot be reached; check that it runs, and {_setting(server)}."
        return Fault(code="model-unreachable", text=text)
    return Fault(code="model-broke", text=f"{_named(server)} broke off or sent what cannot be read.")


def _silence(what: str, server: Server) -> Fault:
    if what == "dead":
        return Fault(
            code="model-unreachable",
            text=f"{_named(server)} does not answer; check that it runs, and {_setting(server)}.",
        )
    waited = {"RAG_CHAT_FIRST_SECONDS": "did not begin to answer", "RAG_CHAT_GAP_SECONDS": "fell silent"}
    return Fault(code="model-slow", text=f"{_named(server)} {waited.get(what, 'took too long')} (limit: {what}).")


def _setting(server: Server) -> str:
    """What to look at where a server is silent: its address by the name of the setting, or the model."""
    return "its address (RAG_CHAT_URL)" if server.address == "RAG_CHAT_URL" else server.address


def _named(server: Server) -> str:
    return server.name[:1].upper() + server.name[1:]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status a client's error carries, under whichever name."""
    values = (getattr(error, name, None) for name in ("status_code", "code", "status"))
    return next((v for v in values if isinstance(v, int) and 400 <= v <= 599), None)


def _retry_after(error: BaseException) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date), when the error carries the response."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (then - datetime.now(then.tzinfo or UTC)).total_seconds()) if then.tzinfo else None
