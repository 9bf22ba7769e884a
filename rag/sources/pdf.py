"""PDF files by pypdf: text page by page, so that a quote can name its page; headers, footers and page numbers out."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import SourceError
from rag.limits import DEFAULT, MB, Limits
from rag.records import Article
from rag.sentences import normalise
from rag.sources import _dates
from rag.sources._building import Facts, build, paged
from rag.sources._ink import Ink
from rag.sources.text import is_wrapped

if TYPE_CHECKING:
    from pypdf import PdfReader

_NUMBER = re.compile(r"(?:page |p\. ?)?[\divxlc]{1,6}(?: ?(?:/|of) ?\d{1,5})?", re.I)
_MARGIN = 2  # lines at the top and at the foot of a page where a running line may stand
_TITLE_IS_FILE = re.compile(r"(?:microsoft word|untitled|document\d*$|.*\.(?:docx?|pdf|tex|indd|qxd|dvi)$)", re.I)
_ENDED = (".", "!", "?", ":", ";", "”", '"', "»", "…", ")")


def read(data: bytes, origin: str, limits: Limits = DEFAULT) -> Article:
    """The article of a PDF. Raises SourceError when it is locked, damaged, without text, or beyond a limit."""
    from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

    try:
        reader = _open(data, origin, limits)
        pages = _without_running_lines(list(_pages(reader, limits, origin)))
        facts = _facts(reader)
    except SourceError:
        raise
    except LimitReachedError as error:
        raise SourceError(
            f"{origin}: unpacks to more than its size allows; print it to a new PDF and add that"
        ) from error
    except DependencyError as error:
        raise SourceError(f"{origin}: the PDF is locked in a way that cannot be read; save a copy without") from error
    # What pypdf meets in a damaged file comes out of it as almost any exception.
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, ArithmeticError) as error:
        raise SourceError(f"{origin}: the PDF is damaged ({type(error).__name__}); get it again") from error
    except (RecursionError, AssertionError, NotImplementedError, LookupError) as error:
        raise SourceError(f"{origin}: the PDF cannot be read ({type(error).__name__}); save it anew") from error
    if not any(line for page in pages for line in page):
        raise SourceError(f"{origin}: {len(pages)} pages and no text: scanned? Run OCR over it, then add it again")
    return _assembled(pages, facts, origin, limits)


def _open(data: bytes, origin: str, limits: Limits) -> "PdfReader":
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise SourceError(f"{origin}: the PDF is locked with a password; save a copy without one")
    if (count := len(reader.pages)) > limits.pdf_pages:
        raise SourceError(f"{origin}: {count} pages, more than the {limits.pdf_pages} of RAG_PDF_PAGES; split it")
    if count == 0:
        raise SourceError(f"{origin}: the PDF has no pages; get it again")
    return reader


def _pages(reader: "PdfReader", limits: Limits, origin: str) -> Iterator[list[str]]:
    """The lines of each page, text that cannot be seen left out."""
    size = 0
    for page in reader.pages:
        ink = Ink()
        text = page.extract_text(visitor_operand_after=ink.operator, visitor_text=ink.text) or ""
        for unseen in ink.unseen:
            text = text.replace(unseen, "", 1)
        if (size := size + len(text)) > limits.text_mb * MB:
            raise SourceError(f"{origin}: more text than the {limits.text_mb} MB of RAG_TEXT_MB; split it")
        yield [line for line in normalise(text).split("\n") if line]


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """Without page numbers, and without lines that head or foot at least half of three or more pages."""
    edges = Counter(key for page in pages for key in {_key(line) for line in _edge(page)})
    running = {key for key, count in edges.items() if len(pages) > 2 and count * 2 >= len(pages)}
    kept = []
    for page in pages:
        places = range(len(page))
        margin = {*places[:_MARGIN], *places[-_MARGIN:]}
        kept.append(
            [
                line
                for n, line in enumerate(page)
                if n not in margin or not (_key(line) in running or (len(page) > 1 and _NUMBER.fullmatch(line)))
            ]
        )
    return kept


def _edge(page: Sequence[str]) -> Sequence[str]:
    return [*page[:_MARGIN], *page[-_MARGIN:]]


def _key(line: str) -> str:
    return re.sub(r"\d+", "#", line).casefold()


def _assembled(pages: list[list[str]], facts: Facts, origin: str, limits: Limits) -> Article:
    """One text of all pages; a paragraph that runs over the end of a page stays one, a page begins where its words do."""
    blocks: list[str] = []
    begins: list[tuple[int, str]] = []
    for page in pages:
        paragraphs = _paragraphs(page)
        begins.append((len(blocks), ""))
        if blocks and paragraphs and not blocks[-1].endswith(_ENDED) and paragraphs[0][:1].islower():
            begins[-1] = (len(blocks) - 1, paragraphs[0])
            blocks[-1] = _joined([blocks[-1], paragraphs.pop(0)])
        blocks.extend(paragraphs)
    article = build(blocks, facts, origin, limits)
    return paged(article, _offsets(article.text, blocks, begins))


def _offsets(text: str, blocks: list[str], begins: list[tuple[int, str]]) -> tuple[int, ...]:
    """Where each page begins in the text; a page of which nothing is left begins where the next one does."""
    offsets: list[int] = []
    at = 0
    for block, within in begins:
        for candidate in blocks[block : block + 30]:
            found = text.find(within or normalise(candidate).split("\n")[0], at)
            if found >= 0:
                at = found
                break
        offsets.append(at)
    return tuple(offsets[:1] and [0, *offsets[1:]])


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines of a page -> paragraphs: a line that ends short, or before a heading or a list mark, ends its paragraph."""
    found: list[list[str]] = []
    width = sorted(map(len, lines))[len(lines) * 3 // 4] if lines else 0
    for n, line in enumerate(lines):
        before = lines[n - 1] if n else ""
        ends = before.endswith(_ENDED) or not is_wrapped([before, line])
        short = len(before) < width * 0.75 and not (line[:1].islower() or before.endswith("-"))
        listed = bool(re.match(r"(?:[•▪–*-]|\d{1,2}[.)]) ", line))
        if not found or listed or (short and ends):
            found.append([line])
        else:
            found[-1].append(line)
    return [_joined(group) for group in found]


def _joined(lines: list[str]) -> str:
    """Lines as one; a word divided at a line's end is whole again."""
    text = lines[0]
    for line in lines[1:]:
        divided = len(text) > 2 and text.endswith("-") and text[-2].islower() and line[:1].islower()
        text = text[:-1] + line if divided else f"{text} {line}"
    return text


def _facts(reader: "PdfReader") -> Facts:
    """Title and author of the file's own record. Its dates are those of the file, so they count as `updated` at most."""
    held = reader.metadata
    if held is None:
        return Facts()
    title = normalise(str(held.get("/Title") or "")).strip()
    author = normalise(str(held.get("/Author") or "")).strip()
    stamp = str(held.get("/ModDate") or held.get("/CreationDate") or "")
    day = re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", stamp)
    return Facts(
        title=title if 2 < len(title) < 300 and not _TITLE_IS_FILE.match(title) else None,
        authors=tuple(part.strip() for part in re.split(r";| and ", author) if part.strip())[:20],
        updated=_dates.machine("-".join(day.groups())) if day else None,
        language=_language(reader),
    )


def _language(reader: "PdfReader") -> str | None:
    value = str(reader.root_object.get("/Lang") or "")
    return value if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", value) else None


# An article folder holds plain Markdown; `rag add` turns this format into it, in a child process under limits.
SUFFIXES: tuple[str, ...] = ()
CHOICE = read
