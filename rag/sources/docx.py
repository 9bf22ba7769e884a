"""Word files by python-docx: paragraphs, headings, lists and tables in their order; nothing is unpacked to disk."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.errors import SourceError
from rag.limits import DEFAULT, MB, Limits
from rag.records import Article
from rag.sources import _dates
from rag.sources._building import Facts, build

if TYPE_CHECKING:
    from docx.document import Document

_PARTS = 2_000
_RATIO = 200  # unpacked to packed; office files stay below 50
_HEADING = re.compile(r"heading (\d)", re.I)


def read(data: bytes, origin: str, limits: Limits = DEFAULT) -> Article:
    """The article of a .docx. Raises SourceError when it is damaged, a bomb, without text, or beyond a limit."""
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    _check_archive(data, origin, limits)
    try:
        document = Document(io.BytesIO(data))
        return build(list(_blocks(document)), _facts(document), origin, limits)
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, TypeError, zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{origin}: the Word file is damaged ({type(error).__name__}); save it anew") from error


def _check_archive(data: bytes, origin: str, limits: Limits) -> None:
    """Refuse what would unpack to more than the limit. zipfile reads no more of a part than the size it declares."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise SourceError(f"{origin}: the archive is damaged ({error}); get the file again") from error
    # Pictures are never unpacked, so only the XML counts.
    size = sum(part.file_size for part in parts if not part.filename.startswith("word/media/"))
    packed = max(1, len(data))
    if len(parts) > _PARTS or size > limits.file_mb * MB * 5 or (size > 10 * MB and size / packed > _RATIO):
        raise SourceError(
            f"{origin}: unpacks to {size / MB:.0f} MB in {len(parts)} parts, more than RAG_FILE_MB={limits.file_mb} "
            "allows; save it anew without what is embedded"
        )
    if any(part.filename.startswith(("/", "\\")) or ".." in part.filename.split("/") for part in parts):
        raise SourceError(f"{origin}: a part of the archive points outside of it; save the file anew in Word")


def _blocks(document: "Document") -> Iterator[str]:
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                # A merged cell comes once for each column that it spans.
                cells = list(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))
                yield " | ".join(cell for cell in cells if cell)
        elif text := _visible(item).strip():
            style = (item.style.name or "") if item.style is not None else ""
            if heading := _HEADING.match(style):
                yield "#" * min(6, int(heading[1]) + 1) + " " + " ".join(text.split())
            elif style.lower().startswith("list"):
                yield f"- {text}"
            else:
                yield text


def _visible(paragraph: Any) -> str:
    """The text of a paragraph without runs that Word hides."""
    if not any(run.font.hidden for run in paragraph.runs):
        return str(paragraph.text)
    return "".join(run.text for run in paragraph.runs if not run.font.hidden)


def _facts(document: "Document") -> Facts:
    """Title, author and language of the file's own record; its dates are those of the file: `updated` at most."""
    held = document.core_properties
    stamp = held.modified or held.created
    return Facts(
        title=held.title.strip() or None,
        authors=tuple(part.strip() for part in held.author.split(";") if part.strip() not in ("", "python-docx")),
        updated=_dates.machine(stamp.date().isoformat()) if stamp else None,
        language=held.language or None,
    )


# An article folder holds plain Markdown; `rag add` turns this format into it, in a child process under limits.
SUFFIXES: tuple[str, ...] = ()
CHOICE = read
