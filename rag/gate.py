"""Which URLs may be fetched at all: http(s), the usual ports, and hosts whose every address is public.

One reading of a URL: what two parsers could read in two ways (backslashes, user names, odd hosts) is refused, not mended.
The caller connects to the addresses returned here, so nothing can be resolved a second time (DNS rebinding).
Sources: RFC 6890 and the IANA special-purpose registries; WHATWG URL, section 4.4, for the forms of IPv4 addresses.
"""

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from rag.errors import FetchError

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = (80, 443)
_LONGEST = 2_000
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_V4_CLOSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
        "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32"  # the last: Azure's own service address
    ).split()
)
# Only global unicast is open; inside it, Teredo and other protocol blocks, documentation, 6to4 and SRv6 are not.
_V6_OPEN = ipaddress.ip_network("2000::/3")
_V6_CLOSED = tuple(
    ipaddress.ip_network(net)
    for net in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a checked URL leads: `addresses` are public and are the only ones to connect to; `path` has the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver; raises OSError."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)]


def check(url: str, ports: Sequence[int] = PORTS, lookup: Resolve = resolve) -> Target:
    """Where `url` leads; raises FetchError, before any connection, when it may not be fetched."""
    shown = "".join(c if c.isprintable() else "�" for c in url[:120])
    if not url or len(url) > _LONGEST:
        raise FetchError(f"{shown!r}: a URL has 1 to {_LONGEST} characters; copy it from the browser's address bar")
    if re.search(r"[\x00-\x20\x7f-\xa0\\<>\"{}|^`]", url) or any(ord(c) > 0xFF and not c.isprintable() for c in url):
        raise FetchError(f"{shown!r}: blanks, backslashes or control characters are no part of a URL; copy it again")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{shown}: not a URL ({error}); copy it from the browser's address bar") from error
    if parts.scheme not in ("http", "https") or not url.lower().startswith(f"{parts.scheme}://"):
        raise FetchError(f"{shown}: only http:// and https:// are fetched; save the file and add it instead")
    if "@" in parts.netloc:
        raise FetchError(f"{shown}: a URL with a user name is not fetched; leave out what stands before the @")
    port = {"http": 80, "https": 443}[parts.scheme] if port is None and not parts.netloc.endswith(":") else port
    if port is None or port not in ports:
        raise FetchError(f"{shown}: port {port} is not one of {', '.join(map(str, ports))} (RAG_FETCH_PORTS)")
    host = _host(parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc, shown)
    addresses = _addresses(host, port, shown, lookup)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._[]')}" if parts.query else ""
    )
    return Target(
        url=parts._replace(fragment="").geturl(),
        scheme=parts.scheme,
        host=host,
        port=port,
        path=path,
        addresses=addresses,
    )


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, whatever it may be embedded in."""
    try:
        found: _Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not any(found in net for net in _V4_CLOSED)
    return found.scope_id is None and found in _V6_OPEN and not any(found in net for net in _V6_CLOSED)


def _host(netloc: str, shown: str) -> str:
    """The one ASCII form of a host name or address; raises FetchError for what only some parsers take for one."""
    refusal = FetchError(f"{shown}: the host is not a plain name or address; copy the URL from the browser again")
    if netloc.startswith("["):
        try:
            return ipaddress.IPv6Address(netloc.strip("[]")).compressed if netloc.endswith("]") else ""
        except ValueError as error:
            raise refusal from error
    # Full-width digits and other look-alikes of ASCII fold into an address later, in somebody else's parser.
    if not netloc.isascii() and unicodedata.normalize("NFKC", netloc) != unicodedata.normalize("NFC", netloc):
        raise refusal
    try:
        host = netloc.lower() if netloc.isascii() else netloc.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise refusal from error
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refusal
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise refusal from error
    if labels[-1] in ("localhost", "local", "internal", "localdomain", "home", "lan", "intranet"):
        raise FetchError(f"{shown}: {host} is a name of a local network; only public pages are fetched")
    return host


def _addresses(host: str, port: int, shown: str, lookup: Resolve) -> tuple[str, ...]:
    try:
        ipaddress.ip_address(host)
        found: Sequence[str] = [host]
    except ValueError:
        try:
            found = list(dict.fromkeys(lookup(host, port)))
        except (OSError, UnicodeError) as error:
            raise FetchError(f"{shown}: the name {host} cannot be resolved ({error}); check it") from error
    if not found:
        raise FetchError(f"{shown}: the name {host} has no address; check it")
    if closed := [address for address in found if not is_public(address)]:
        raise FetchError(f"{shown}: {host} leads to {closed[0]}, which is not public; only public pages are fetched")
    return tuple(found)
