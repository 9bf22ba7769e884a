"""Rows 20-22 and 25 of the catalogue of faults: what the gate lets through."""

from collections.abc import Sequence

import pytest

from rag.errors import FetchError
from rag.gate import check, is_public

PUBLIC = "93.184.215.14"

CLOSED = """
127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2 100.64.0.1 100.127.255.254
0.0.0.0 0.1.2.3 192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 168.63.129.16 ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:93.184.215.14 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b:1::1 2002:7f00:1::1 2002:a00:1:: 2001::1 2001:db8::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 100::1 5f00::1 3fff::1
""".split()
FORMS = """
http://2130706433/ http://017700000001/ http://0x7f000001/ http://127.1/ http://127.0.1/ http://0/ http://0177.0.0.1/ http://0x7f.0.0.1/
http://127.0.0.1./ http://localhost/ http://LOCALHOST/ http://a.localhost/ http://metadata/ http://router.local/ http://1.2.3/
http://１２７.0.0.1/ http://①②⑦.0.0.1/ http://127。0。0。1/ http://ⓛocalhost.example/ http://[fe80::1%25eth0]/ http://[::1/ http://]/
http://user:pass@example.com/ http://example.com@127.0.0.1/ http://127.0.0.1:80\\@example.com/ http:///127.0.0.1/ //127.0.0.1/
http://example.com./ http://.../ http://-/ http://a_b/ http://exa\x00mple.com/ http://a\u200bb.com/
""".split()
SCHEMES = """
file:///etc/passwd FILE:///etc/passwd ftp://example.com/ gopher://example.com/ data:text/html,x javascript:alert(1) unix:/run/x
dict://127.0.0.1:11211/ jar:http://example.com!/ view-source:http://example.com about:blank http:example.com https:/example.com
""".split()


def everywhere_public(host: str, port: int) -> Sequence[str]:
    return [PUBLIC]


@pytest.mark.parametrize("address", CLOSED)
def test_row_20_an_address_that_is_not_public_is_refused_before_any_connection(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(FetchError):
        check(f"http://[{address}]/" if ":" in address else f"http://{address}/", lookup=everywhere_public)
    with pytest.raises(FetchError, match="not public"):
        check("http://name.example/", lookup=lambda host, port: [address])


@pytest.mark.parametrize("url", FORMS)
def test_row_21_an_odd_form_of_a_host_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        check(url, lookup=everywhere_public)


@pytest.mark.parametrize("answers", [["10.1.2.3"], [PUBLIC, "127.0.0.1"], ["::1"], [PUBLIC, "::ffff:10.0.0.1"], []])
def test_row_22_a_name_is_refused_when_any_of_its_addresses_is_not_public(answers: list[str]) -> None:
    with pytest.raises(FetchError):
        check("http://name.example/", lookup=lambda host, port: answers)


@pytest.mark.parametrize("url", SCHEMES)
def test_row_25_only_http_and_https_are_fetched(url: str) -> None:
    with pytest.raises(FetchError):
        check(url, lookup=everywhere_public)


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080, 8501, 99999])
def test_row_25_other_ports_are_refused_unless_they_are_set(port: int) -> None:
    with pytest.raises(FetchError):
        check(f"http://example.com:{port}/", lookup=everywhere_public)
    assert check("http://example.com:8080/", (8080,), everywhere_public).port == 8080


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://example.com/", "example.com", "/"),
        ("http://example.com/a?b=c#d", "example.com", "/a?b=c"),
        ("https://exämple.com/ü", "xn--exmple-cua.com", "/%C3%BC"),
        ("https://example.com/%E2%9C%93", "example.com", "/%E2%9C%93"),
        ("https://example.com/?u=http://127.0.0.1/", "example.com", "/?u=http://127.0.0.1/"),
        ("https://127.0.0.1.example.com/", "127.0.0.1.example.com", "/"),
        (f"https://{PUBLIC}/", PUBLIC, "/"),
    ],
)
def test_a_public_page_passes_with_the_addresses_to_connect_to(url: str, host: str, path: str) -> None:
    target = check(url, lookup=everywhere_public)
    assert (target.host, target.path, target.addresses) == (host, path, (PUBLIC,))
