"""The article folders: which files they hold, and what each reads as. The first file, in order of path, keeps a slug."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from rag.errors import CorpusError, SourceError
from rag.menus import choices
from rag.records import Article
from rag.settings import Settings

LARGEST = 20 * 2**20
# What the readers of the menu rest on: another version may read the same file otherwise.
LIBRARIES = ("PyYAML", "trafilatura", "readability-lxml", "lxml", "pypdf", "python-docx", "feedparser")

Read = Callable[[bytes, str], Article]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a file that was read before gave: the slug of its article and the sha256 of its text."""

    slug: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one file: an article, or what was known of it, or the reason why there is none.

    `source` is the sha256 of the file's name and bytes.
    """

    path: Path
    article: Article | None = None
    known: Known | None = None
    source: str = ""
    refused: str | None = None


def read_corpus(settings: Settings, known: Mapping[str, Known] = MappingProxyType({})) -> Iterator[Reading]:
    """Every file of the article folders, in order of path, the library last.

    A file whose `source` is in `known` is not read again: its reading says what is known. A slug or a text that came
    before is refused, naming the file that has it. Raises CorpusError when a folder is missing or may not be entered.
    """
    readers = source_readers()
    slugs: dict[str, Path] = {}
    texts: dict[str, Path] = {}
    for folder in settings.folders:
        if not _is_folder(folder):
            if folder == settings.library:
                continue
            raise CorpusError(f"the article folder {folder} is missing; make it, or mend RAG_CORPUS")
        for path in _files(folder):
            reading = _read(path, folder, readers, known)
            if held := reading.article or reading.known:
                if twin := texts.get(held.digest):
                    reading = Reading(
                        path=path, refused=f"the same text as {twin.name}, which is kept; delete one of them"
                    )
                elif twin := slugs.get(held.slug):
                    why = f"the slug {held.slug!r} belongs to {twin.name}; give this file a `slug:` of its own"
                    reading = Reading(path=path, refused=why)
                else:
                    texts[held.digest] = slugs[held.slug] = path
            yield reading


def reading_fingerprint() -> str:
    """Names the code that reads files: with another one, a file that did not change may give another article."""
    digest = sha256("".join(f"{name} {version(name)}\n" for name in LIBRARIES).encode())
    package = Path(__file__).parent
    parts = [package / f"{name}.py" for name in ("sentences", "records", "origins")]
    for path in sorted([*(package / "sources").rglob("*.py"), *parts]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def source_readers() -> dict[str, Read]:
    """The reader for each suffix, from the menu of sources."""
    modules = [import_module(f"rag.sources.{name}") for name in choices("sources")]
    return {suffix: module.CHOICE for module in modules for suffix in module.SUFFIXES}


def _is_folder(place: Path) -> bool:
    try:
        return stat.S_ISDIR(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:  # not in silence: articles may lie there
        raise CorpusError(
            f"the article folder {place} cannot be read ({error}); mend its rights or its name"
        ) from error


def _files(folder: Path) -> Iterator[Path]:
    """Files and links below `folder` in order of path, hidden ones left out; linked folders are not entered."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in sorted([*files, *links]) if not name.startswith("."))


def _read(path: Path, folder: Path, readers: dict[str, Read], known: Mapping[str, Known]) -> Reading:
    # A name that is no valid UTF-8 is shown with marks in place of the odd bytes.
    origin = os.fsencode(path.name).decode("utf-8", "replace")
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            return Reading(path=path, refused="a link that leads out of the article folder; copy the file instead")
        if path.is_dir():
            return Reading(path=path, refused="a link to a folder; links to folders are not followed")
        if (read := readers.get(path.suffix.lower())) is None:
            return Reading(path=path, refused=f"no reader for {path.suffix or 'a file without suffix'}")
        data = _bytes(path)
        source = sha256(origin.encode() + b"\0" + data).hexdigest()
        if held := known.get(source):
            return Reading(path=path, known=held, source=source)
        article = read(data, origin)
    except OSError as error:
        return Reading(path=path, refused=f"cannot be read: {error.strerror}")
    except SourceError as error:
        return Reading(path=path, refused=str(error).removeprefix(f"{origin}: "))
    return Reading(path=path, article=article, source=source)


def _bytes(path: Path) -> bytes:
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise SourceError("not a plain file; an article is one")
    if about.st_size > LARGEST:
        raise SourceError(f"{about.st_size} bytes, more than {LARGEST}; split it")
    return path.read_bytes()
