"""URL -> bytes, behind the gate: each hop is checked and connected to the address that was checked.

No cookies, no passwords, no proxies, no scripts; robots.txt is asked first, under a name of our own (RFC 9309).
"""

import http.client
import io
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from rag.errors import FetchError
from rag.gate import PORTS, Resolve, Target, check, resolve
from rag.limits import DEFAULT, MB, Limits

AGENT = "Cutaway/0.1"
Connect = Callable[[tuple[str, int], float], socket.socket]

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_HOPS = 5
_ROBOTS_BYTES = 500_000  # RFC 9309, section 2.5
_CHUNK = 65_536
_PAUSE = 1.0  # seconds between two requests to one host
_ARTICLES = re.compile(
    r"text/(?:html|plain|markdown|x-markdown|xml)|application/(?:xhtml\+xml|xml|rss\+xml|atom\+xml|rdf\+xml|pdf|x-pdf|octet-stream|"
    r"vnd\.openxmlformats-officedocument\.wordprocessingml\.document)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a URL gave: the bytes, unpacked; the URL after redirects; the marks by which to ask for changes only.

    `unchanged` is True when the server says that nothing changed since those marks; then there are no bytes.
    """

    data: bytes
    url: str
    etag: str | None = None
    modified: str | None = None
    unchanged: bool = False


def connect(address: tuple[str, int], timeout: float) -> socket.socket:
    """A TCP connection to an address (never a name)."""
    return socket.create_connection(address, timeout)


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """Fetches pages one after the other, politely: robots.txt of each host once, a second between two requests to it.

    `lookup` and `connect` are the only ways to the network: give others to test against a server of your own.
    """

    limits: Limits = DEFAULT
    ports: Sequence[int] = PORTS
    lookup: Resolve = resolve
    connect: Connect = connect
    pause: float = _PAUSE
    _robots: dict[str, RobotFileParser | None] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def fetch(self, url: str, etag: str | None = None, modified: str | None = None) -> Page:
        """The article, page or feed at `url`, at most `limits.fetch_seconds` and `limits.file_mb` from now.

        Raises FetchError when the gate or robots.txt forbids it, or what comes is no article.
        """
        deadline = time.monotonic() + self.limits.fetch_seconds
        marks = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in marks.items() if value}
        target = check(url, self.ports, self.lookup)
        for _ in range(_MOST_HOPS + 1):
            self._ask_robots(target, deadline)
            with _Exchange(self, target, deadline, headers) as exchange:
                if exchange.response.status in _REDIRECTS:
                    target = self._next(target, exchange.response)
                    continue
                return exchange.page()
        raise FetchError(f"{url}: more than {_MOST_HOPS} redirects; open it in a browser and copy the last address")

    def _next(self, target: Target, response: http.client.HTTPResponse) -> Target:
        # Bytes beyond ASCII, which servers send as they are, arrive as one letter each.
        given = response.headers.get("Location", "")
        location = re.sub(r"[^\x00-\x7f]", lambda letter: f"%{ord(letter[0]):02X}", given)
        following = check(urljoin(target.url, location), self.ports, self.lookup)
        if target.scheme == "https" and following.scheme == "http":
            raise FetchError(f"{target.url}: sends from https to http; add the http address itself if you trust it")
        return following

    def _ask_robots(self, target: Target, deadline: float) -> None:
        site = f"{target.scheme}://{target.host}:{target.port}"
        if site not in self._robots:
            self._robots[site] = self._rules(target, deadline)
        rules = self._robots[site]
        if rules is None:
            raise FetchError(f"{target.url}: the site's robots.txt cannot be had now, which means no; try again later")
        if not rules.can_fetch(AGENT.partition("/")[0], target.path):
            raise FetchError(
                f"{target.url}: the site's robots.txt asks programs to stay away; save the page and add the file"
            )

    def _rules(self, target: Target, deadline: float) -> RobotFileParser | None:
        """The rules of a site; None when its server fails, all allowed when it has none (RFC 9309, section 2.3.1)."""
        rules = RobotFileParser()
        at = check(urljoin(target.url, "/robots.txt"), self.ports, self.lookup)
        for _ in range(_MOST_HOPS + 1):
            with _Exchange(self, at, deadline, {}) as exchange:
                status = exchange.response.status
                if status in _REDIRECTS:
                    at = self._next(at, exchange.response)
                    continue
                if status >= 500:
                    return None
                text = exchange.body(_ROBOTS_BYTES, cut=True).decode("utf-8", "replace") if status == 200 else ""
                rules.parse(text.splitlines())
                return rules
        rules.parse([])
        return rules

    def open(self, target: Target, deadline: float) -> socket.socket:
        """A connection to the first of the checked addresses that answers; for _Exchange."""
        if (wait := self._last.get(target.host, 0.0) + self.pause - time.monotonic()) > 0:
            time.sleep(min(wait, max(0.0, deadline - time.monotonic())))
        self._last[target.host] = time.monotonic()
        problem: OSError | None = None
        for address in target.addresses[:4]:
            try:
                plain = self.connect((address, target.port), _left(target, deadline, self.limits))
            except OSError as error:
                problem = error
                continue
            if target.scheme == "http":
                return plain
            try:
                plain.settimeout(_left(target, deadline, self.limits))
                return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
            except OSError as error:
                plain.close()
                raise FetchError(f"{target.url}: no safe connection ({error}); check the address") from error
        raise FetchError(f"{target.url}: {target.host} does not answer ({problem}); try again later")


class _Exchange:
    """One request and its response, on a connection of its own that is closed at the end."""

    def __init__(self, fetcher: Fetcher, target: Target, deadline: float, headers: dict[str, str]) -> None:
        self._target, self._deadline, self._limits = target, deadline, fetcher.limits
        self._headers = {
            "User-Agent": f"{AGENT} (reads articles for one person; obeys robots.txt as Cutaway)",
            "Accept": "text/html, application/xhtml+xml, application/pdf, application/rss+xml, text/plain;q=0.9, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        } | headers
        self._connection = http.client.HTTPConnection(target.host, target.port)
        self._socket = fetcher.open(target, deadline)
        self._connection.sock = _TimedSocket(self._socket, self._remaining)

    def __enter__(self) -> "_Exchange":
        try:
            self._connection.request("GET", self._target.path, headers=self._headers)
            self.response = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self._socket.close()
            raise self._failed(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._socket.close()

    def page(self) -> Page:
        """What came, if it is an article by its head."""
        response, url = self.response, self._target.url
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        if response.status == 304:
            return Page(data=b"", url=url, etag=etag, modified=modified, unchanged=True)
        if response.status != 200:
            raise FetchError(f"{url}: the server answers {response.status} {response.reason[:60]}; check the address")
        kind = response.headers.get_content_type()
        if response.headers.get("Content-Type") and not _ARTICLES.fullmatch(kind):
            raise FetchError(f"{url}: this is {kind[:60]}, not an article; add a page, a PDF, a text or a feed")
        data = self.body(self._limits.file_mb * MB)
        if not data.strip():
            raise FetchError(f"{url}: the server sends an empty page; open it in a browser, save it and add the file")
        return Page(data=data, url=url, etag=etag, modified=modified)

    def body(self, most: int, *, cut: bool = False) -> bytes:
        """The unpacked body, whole; beyond `most` bytes it is cut, or FetchError is raised."""
        packed = self.response.headers.get("Content-Encoding", "").strip().lower()
        if packed not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(
                f"{self._target.url}: packed as {packed[:20]}, which was not asked for; save it and add the file"
            )
        if not cut and (self.response.length or 0) > most:
            raise self._too_long(most)
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in packed else None
        held, came = bytearray(), 0
        try:
            while chunk := self.response.read1(_CHUNK):
                came += len(chunk)
                held += unpack.decompress(chunk, most + 1 - len(held)) if unpack else chunk
                if len(held) > most:
                    if cut:
                        break
                    raise self._too_long(most)
            else:
                # http.client raises at an early end within a chunk only; without a length, the end is where it comes.
                if self.response.length or (unpack and came and not unpack.eof):
                    raise FetchError(
                        f"{self._target.url}: the connection ended before the page was whole; try again later"
                    )
        except (OSError, http.client.HTTPException, zlib.error) as error:
            raise self._failed(error) from error
        return bytes(held[:most])

    def _remaining(self) -> float:
        return _left(self._target, self._deadline, self._limits)

    def _too_long(self, most: int) -> FetchError:
        return FetchError(f"{self._target.url}: more than the {most // MB} MB of RAG_FILE_MB; add a smaller page")

    def _failed(self, error: Exception) -> FetchError:
        if isinstance(error, TimeoutError):
            return _late(self._target, self._limits)
        problem = " ".join(str(error).split())[:100] or type(error).__name__
        return FetchError(f"{self._target.url}: the answer breaks off or is no HTTP ({problem}); try again later")


class _TimedSocket:
    """What http.client needs of a socket, each step under what is left of the whole time, headers included."""

    def __init__(self, plain: socket.socket, remaining: Callable[[], float]) -> None:
        self._plain, self._remaining = plain, remaining

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(self._remaining())
        self._plain.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_TimedStream(self._plain, self._remaining))

    def close(self) -> None:
        """The exchange closes the socket; http.client may ask for it while a response is still read."""


class _TimedStream(io.RawIOBase):
    def __init__(self, plain: socket.socket, remaining: Callable[[], float]) -> None:
        self._plain, self._remaining = plain, remaining

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._plain.settimeout(self._remaining())
        return self._plain.recv_into(buffer)


def _left(target: Target, deadline: float, limits: Limits) -> float:
    if (left := deadline - time.monotonic()) <= 0:
        raise _late(target, limits)
    return left


def _late(target: Target, limits: Limits) -> FetchError:
    return FetchError(
        f"{target.url}: not there within the {limits.fetch_seconds} s of RAG_FETCH_SECONDS; try again later"
    )
