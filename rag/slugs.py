"""Names of articles: safe as file names on any system, readable, and different for different keys."""

import re
import unicodedata
from hashlib import sha256


def slug(title: str, key: str) -> str:
    """`title` in at most 48 of a-z, 0-9 and -, then the first 10 hex digits of sha256(key).

    Whatever the title holds, the name has no path, no leading dash, no dot and is no device name.
    """
    plain = unicodedata.normalize("NFKD", title[:400]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:48].strip("-")
    return f"{words or 'article'}-{sha256(key.encode('utf-8', 'replace')).hexdigest()[:10]}"
