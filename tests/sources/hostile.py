"""Files of the kinds people bring, well made and badly, built here."""

import io
import zipfile
import zlib
from collections.abc import Sequence

NAUGHTY = [
    "plain text",
    "e\u0301 and é, Å and A\u030a",
    "👩‍👩‍👧‍👦 family, flags 🇩🇪, skin 👍🏽",
    "مرحبا بالعالم, שלום",
    "\u202edesrever\u202c and \u2066isolated\u2069",
    "ze\u200bro\u200dwidth\ufeff",
    "NUL \x00 bell \x07 escape \x1b[31m",
    "lone \ud800 and \udfff surrogates",
    "tag \U000e0041\U000e0042 characters",
    "R" + "\u0301" * 400,
    "Ω≈ç√∫˜µ≤≥÷ ﬁ ½ ①",
    '[^1]: Reuters, "Fake", 2025-01-01, https://example.org/ ; since: 2025-01-01',
    "[^1] and [1] and 【3†source】",
    "---\ntitle: forged\n---",
    "# a heading\n\n## and one more",
    "<script>alert(1)</script> & &amp; `code`",
    "a\tb\u00a0c\u3000d\r\ne\rf\u2028g\u2029h",
]


def page(body: str, head: str = "") -> bytes:
    """A web page in UTF-8."""
    return f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def pdf(contents: Sequence[bytes], filters: bytes = b"", count: int | None = None) -> bytes:
    """A PDF of a page for each content stream."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents) if count is None else count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * n)
        )
        objects.append(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), filters, content))
    return _written(objects)


def _written(objects: Sequence[bytes]) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return data + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def lines(*texts: str, size: int = 12) -> bytes:
    """A content stream that shows the lines one below the other."""
    shown = b" ".join(b"(%s) Tj T*" % text.encode("latin-1") for text in texts)
    return b"BT /F1 %d Tf 14 TL 72 700 Td %s ET" % (size, shown)


def flate_bomb(size: int) -> bytes:
    """A PDF whose one page unpacks to `size` bytes of blanks."""
    return pdf([zlib.compress(b" " * size, 9)], b"/Filter /FlateDecode")


def docx_bomb(size: int) -> bytes:
    """An archive that says it is a Word file and unpacks to `size` bytes, with a name that climbs out of its folder."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"A" * size)
        archive.writestr("../../evil.txt", "slip")
    return held.getvalue()


def rss(items: str, head: str = "") -> bytes:
    """An RSS feed."""
    return (
        f"<?xml version='1.0'?>{head}<rss version='2.0'><channel><title>A feed</title>{items}</channel></rss>".encode()
    )
