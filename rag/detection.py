"""What bytes are, by what they hold (a name only decides between Markdown and plain text), and the text in them."""

import codecs
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from rag.errors import SourceError

Kind = Literal["markdown", "html", "pdf", "docx", "text", "feed"]

_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a sound, video or image file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (save it as .docx)"),
    (b"{\\rtf", "an RTF file (save it as .docx)"),
    (b"SQLite format 3", "a database"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset\s{0,5}=\s{0,5}["']?|encoding\s{0,5}=\s{0,5}["'])([A-Za-z0-9._:-]{2,40})""")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p|h1|meta|title|table|span|main)\b", re.I)
_CLOSED = re.compile(r"</?[a-z][a-z0-9]{0,10}[\s>/]", re.I)
_FEED = re.compile(r"<(?:rss|feed|rdf:rdf|channel)[\s>]", re.I)
_FRONT = re.compile(r"---[ \t]*\r?\n(?:[\w-]{1,40}:|---)")
# Charsets no page may ask for: they hide markup (utf-7) or are made for names and source code.
_REFUSED_CHARSETS = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "idna", "punycode", "unicode_escape", "undefined"})
_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text, the charset it was read by, and the share of characters that could not be read, in [0, 1]."""

    text: str
    charset: str
    lost: float


def kind(data: bytes, origin: str) -> Kind:
    """What `data` is. Raises SourceError, naming `origin`, for what is no article in any format on the menu."""
    if not data.strip(b"\0\t\r\n "):
        raise SourceError(f"{origin}: the file is empty; there is nothing to add")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        return _archive(data, origin)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise SourceError(f"{origin}: this is {what}, not an article; unpack or convert it first")
    if data[4:8] == b"ftyp":
        raise SourceError(f"{origin}: this is a video or image file, not an article; add its page instead")
    return _text_kind(decode(data, origin).text.lstrip("\ufeff \t\r\n"), origin)


def decode(data: bytes, origin: str) -> Decoded:
    """The text of `data`: by its byte-order mark, as UTF-8, as declared in it, else by guess; never fails on odd bytes.

    Raises SourceError when it is no text in any charset.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :] if charset == "utf-8" else data, charset)
    if wide := _wide(data):
        return _decoded(data, wide)
    controls = sum(data.count(byte) for byte in (*range(9), *range(14, 27), *range(28, 32)))
    if controls * 10 > len(data) > 8:
        raise SourceError(f"{origin}: the bytes are not text in any charset; convert the file to UTF-8 text first")
    try:
        return Decoded(text=data.decode("utf-8"), charset="utf-8", lost=0.0)
    except UnicodeDecodeError:
        pass
    as_utf8 = _decoded(data, "utf-8")
    if as_utf8.lost < 0.001:
        return as_utf8
    declared = _DECLARED.search(data[:_HEAD])
    named = _usable(declared[1].decode("ascii")) if declared else None
    if named and named != "utf-8":
        return _decoded(data, named)
    return _guessed(data)


def _archive(data: bytes, origin: str) -> Kind:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise SourceError(f"{origin}: the archive is damaged ({error}); get the file again") from error
    if "word/document.xml" in names:
        return "docx"
    raise SourceError(f"{origin}: this is an archive or Office file, not a .docx; unpack or convert it first")


def _text_kind(text: str, origin: str) -> Kind:
    head = text[:_HEAD]
    if _FRONT.match(head):
        return "markdown"
    if PurePath(origin).suffix.lower() in (".md", ".markdown") and not head.lower().startswith(("<!doctype", "<html")):
        return "markdown"
    if head.startswith("<"):
        opening = _HTML.search(head)
        if (feed := _FEED.search(head)) and (opening is None or feed.start() < opening.start()):
            return "feed"
        if opening or len(_CLOSED.findall(head)) > 5:
            return "html"
        if head.startswith("<?xml"):
            raise SourceError(f"{origin}: this XML is neither a feed nor a page; add the page or the feed instead")
    return "html" if len(_HTML.findall(head)) > 5 else "text"


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of the beginning is mostly NUL."""
    head = data[:_HEAD]
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0) * 2 / len(head), head[1::2].count(0) * 2 / len(head)
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _guessed(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 2**18]).best()
    return _decoded(data, best.encoding if best and _usable(best.encoding) else "cp1252")


def _usable(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
        b"".decode(name)  # LookupError for codecs such as rot13, which are no charsets
    except (LookupError, ValueError):
        return None
    if found.name in _REFUSED_CHARSETS or name.lower() in _REFUSED_CHARSETS:
        return None
    # Browsers read these two as their Windows superset (WHATWG Encoding, section 4.2).
    return "cp1252" if found.name in ("iso8859-1", "ascii") else found.name


def _decoded(data: bytes, charset: str) -> Decoded:
    text = data.decode(charset, errors="replace")
    return Decoded(text=text, charset=charset, lost=text.count("\ufffd") / max(1, len(text)))
