"""Rows 23, 24 and 26 of the catalogue of faults, against real servers on loopback that stand in for public addresses.

The gate is never loosened: names resolve to public addresses, and only the wire from there leads to the test's server.
"""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from rag.errors import FetchError
from rag.fetch import Fetcher
from rag.limits import Limits

PUBLIC = "93.184.215.14"
PAGE = b"<html><body><p>An article.</p></body></html>"
Answer = Callable[[str, socket.socket], None]


def reply(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Web:
    """A server on loopback; `answers` by path, what was connected to, and which requests came."""

    def __init__(self, answers: dict[str, bytes | Answer]) -> None:
        self.answers = answers
        self.connected: list[tuple[str, int]] = []
        self.requests: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(self._server.getsockname(), timeout)

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                wire, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(wire,), daemon=True).start()

    def _answer(self, wire: socket.socket) -> None:
        with wire:
            request = b""
            while b"\r\n\r\n" not in request and (more := wire.recv(4096)):
                request += more
            self.requests.append(request.decode("latin-1"))
            path = request.split(b" ")[1].decode("latin-1")
            answer = self.answers.get(path, reply("404 Not Found"))
            try:
                wire.sendall(answer) if isinstance(answer, bytes) else answer(path, wire)
            except OSError:
                return


@contextmanager
def fetcher(
    answers: dict[str, bytes | Answer],
    lookup: Callable[[str, int], Sequence[str]] = lambda host, port: [PUBLIC],
    limits: Limits | None = None,
) -> Iterator[tuple[Fetcher, Web]]:
    web = Web(answers)
    try:
        yield Fetcher(limits=limits or Limits(fetch_seconds=3), lookup=lookup, connect=web.connect, pause=0), web
    finally:
        web.close()


def test_a_page_comes_with_its_marks_and_the_server_hears_who_asks() -> None:
    with fetcher({"/a": reply('200 OK\r\nContent-Type: text/html\r\nETag: "x"', PAGE)}) as (fetch, web):
        page = fetch.fetch("http://site.example/a")
    assert (page.data, page.url, page.etag) == (PAGE, "http://site.example/a", '"x"')
    assert "User-Agent: Cutaway/" in web.requests[-1]
    assert "Host: site.example" in web.requests[-1]


def test_row_23_only_the_address_that_was_checked_is_connected_to() -> None:
    answers = iter([[PUBLIC], [PUBLIC], ["127.0.0.1"], ["10.0.0.1"]])
    with fetcher({"/": reply("200 OK", PAGE)}, lambda host, port: next(answers)) as (fetch, web):
        fetch.fetch("http://rebind.example/")
        with pytest.raises(FetchError, match="not public"):
            fetch.fetch("http://rebind.example/")
    assert {address for address, _ in web.connected} == {PUBLIC}


@pytest.mark.parametrize(
    "location",
    """http://127.0.0.1/ http://169.254.169.254/latest/meta-data/ //10.0.0.1/ http://internal.example/ file:///etc/passwd
    javascript:alert(1) http://site.example:8080/ http://[::1]/""".split(),
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary"])
def test_row_24_redirect_to_an_internal_address_is_refused_at_that_hop(location: str, status: str) -> None:
    def lookup(host: str, port: int) -> Sequence[str]:
        return ["10.1.2.3"] if host == "internal.example" else [PUBLIC]

    with fetcher({"/": reply(f"{status}\r\nLocation: {location}")}, lookup) as (fetch, web), pytest.raises(FetchError):
        fetch.fetch("http://site.example/")
    assert set(web.connected) == {(PUBLIC, 80)}


def test_a_redirect_to_an_address_with_letters_beyond_ascii_is_followed() -> None:
    answers: dict[str, bytes | Answer] = {
        "/": "HTTP/1.1 302 Found\r\nLocation: /café/€\r\nContent-Length: 0\r\n\r\n".encode(),
        "/caf%C3%A9/%E2%82%AC": reply("200 OK", PAGE),
    }
    with fetcher(answers) as (fetch, _):
        assert fetch.fetch("http://site.example/").data == PAGE


def test_row_24_a_redirect_loop_ends() -> None:
    with fetcher({"/": reply("302 Found\r\nLocation: /")}) as (fetch, _), pytest.raises(FetchError, match="redirects"):
        fetch.fetch("http://site.example/")


def _dribble(path: str, wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        wire.sendall(b"x")
        time.sleep(0.1)


def _slow_head(path: str, wire: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 90:
        wire.sendall(bytes([letter]))
        time.sleep(0.05)


def _endless(path: str, wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        wire.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def _silent(path: str, wire: socket.socket) -> None:
    time.sleep(10)


BOMB = gzip.compress(b" " * (64 << 20))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_dribble, "RAG_FETCH_SECONDS"),
        (_slow_head, "RAG_FETCH_SECONDS"),
        (_silent, "RAG_FETCH_SECONDS"),
        (_endless, "RAG_FILE_MB"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nxx", "RAG_FILE_MB"),
        (reply("200 OK\r\nContent-Encoding: gzip", BOMB), "RAG_FILE_MB"),
        (reply("200 OK\r\nContent-Encoding: br", b"abc"), "packed as br"),
        (reply("200 OK\r\nContent-Type: image/png", b"abc"), "image/png"),
        (reply("200 OK"), "empty page"),
        (reply("404 Not Found"), "404"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", "no HTTP"),
        (b"\x00\x01garbage\r\n\r\n", "no HTTP"),
    ],
    ids="dribble|slow head|silent|endless|10 GB|gzip bomb|brotli|image|empty|404|many headers|long header|garbage".split(
        "|"
    ),
)
def test_row_26_a_response_without_measure_is_stopped_with_a_sentence(answer: bytes | Answer, said: str) -> None:
    begun = time.monotonic()
    limits = Limits(fetch_seconds=2, file_mb=4)
    with fetcher({"/": answer}, limits=limits) as (fetch, _), pytest.raises(FetchError, match=said):
        fetch.fetch("http://site.example/")
    assert time.monotonic() - begun < 5


CUT = "the connection ended before the page was whole; try again later"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PACKED = gzip.compress(PAGE)


def chunked(body: bytes) -> bytes:
    return b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OK + b"Content-Length: 1000\r\n\r\n" + PAGE, CUT),
        (OK + b"Content-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n" + PACKED, CUT),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:-4], CUT),
        (OK + b"Content-Encoding: gzip\r\n" + chunked(PACKED[:-4]), CUT),
        (OK + chunked(PAGE)[:-12], "the answer breaks off"),
        (OK + chunked(PAGE)[:-5], "the answer breaks off"),
    ],
    ids="length|packed, length|packed|packed, chunks|within a chunk|between chunks".split("|"),
)
def test_a_page_whose_connection_ends_too_soon_is_refused(answer: bytes, said: str) -> None:
    with fetcher({"/": answer}) as (fetch, _), pytest.raises(FetchError, match=said):
        fetch.fetch("http://site.example/")


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"\r\n" + PAGE,
        OK + chunked(PAGE),
        OK + b"Content-Encoding: gzip\r\n\r\n" + PACKED,
        OK + b"Content-Encoding: gzip\r\n" + chunked(PACKED),
        reply("200 OK\r\nContent-Encoding: gzip", PACKED),
    ],
    ids="no length|chunks|packed, no length|packed, chunks|packed, length".split("|"),
)
def test_a_page_that_came_whole_is_taken_however_its_end_is_told(answer: bytes) -> None:
    with fetcher({"/": answer}) as (fetch, _):
        assert fetch.fetch("http://site.example/").data == PAGE


def test_half_a_robots_file_allows_nothing_and_an_empty_packed_one_everything() -> None:
    packed = gzip.compress(b"User-agent: *\nDisallow: /\n")
    answers: dict[str, bytes | Answer] = {"/": reply("200 OK", PAGE)}
    for half in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed[:12],
    ):
        answers["/robots.txt"] = half
        with fetcher(answers) as (fetch, _), pytest.raises(FetchError, match=r"robots\.txt: the connection ended"):
            fetch.fetch("http://site.example/")
    answers["/robots.txt"] = reply("200 OK\r\nContent-Encoding: gzip")
    with fetcher(answers) as (fetch, _):
        assert fetch.fetch("http://site.example/").data == PAGE


def test_a_certificate_that_proves_nothing_is_refused() -> None:
    with fetcher({}) as (fetch, _), pytest.raises(FetchError, match="no safe connection"):
        fetch.fetch("https://site.example/")


def test_robots_are_asked_once_and_obeyed() -> None:
    rules = b"User-agent: Cutaway\nDisallow: /private\n"
    answers: dict[str, bytes | Answer] = {
        "/robots.txt": reply("200 OK", rules),
        "/a": reply("200 OK", PAGE),
        "/b": reply("200 OK", PAGE),
    }
    with fetcher(answers) as (fetch, web):
        fetch.fetch("http://site.example/a")
        fetch.fetch("http://site.example/b")
        with pytest.raises(FetchError, match="robots"):
            fetch.fetch("http://site.example/private/c")
    assert [r.split(" ")[1] for r in web.requests] == ["/robots.txt", "/a", "/b"]


def test_a_site_whose_robots_cannot_be_had_is_left_alone() -> None:
    answers: dict[str, bytes | Answer] = {"/robots.txt": reply("503 Busy"), "/": reply("200 OK", PAGE)}
    with fetcher(answers) as (fetch, _), pytest.raises(FetchError, match="try again later"):
        fetch.fetch("http://site.example/")


def test_what_did_not_change_is_not_sent_again() -> None:
    with fetcher({"/": reply("304 Not Modified")}) as (fetch, web):
        assert fetch.fetch("http://site.example/", etag='"x"').unchanged
    assert 'If-None-Match: "x"' in web.requests[-1]
