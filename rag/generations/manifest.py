"""What a generation says of itself: how it was made, of which articles, and the sha256 of its files."""

import json
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Self

from rag.embedders import Embedder
from rag.errors import IndexDamaged, IndexMismatch
from rag.generations.folders import MANIFEST
from rag.lexical import TOKENIZER
from rag.origins import Origin
from rag.passages import SPLITTER
from rag.records import Article, Passage, Reference, Sentence, Source
from rag.sentences import NORMALISER

FORMAT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How passages and vectors are made; two generations of different making cannot be compared or mixed."""

    format: int
    records: str
    embedder: str
    dimension: int
    splitter: str
    normaliser: str
    terms: str

    @classmethod
    def now(cls, embedder: Embedder) -> Self:
        """How this release makes a generation with `embedder`."""
        return cls(
            format=FORMAT,
            records=_fields_of_records(),
            embedder=embedder.fingerprint,
            dimension=embedder.dimension,
            splitter=SPLITTER,
            normaliser=NORMALISER,
            terms=TOKENIZER,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article: `source` is the sha256 of its file's name and bytes, `article` that of the record read from it."""

    source: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`articles` by slug; how many passages there are; `rows` of the vector files of passages and sentences, those that
    are no longer used included; `files` the sha256 by path of those files that have no checksums of their own; `chroma`
    those of what its SQLite file holds (rag.generations.soundness).
    """

    making: Making
    articles: dict[str, Entry]
    passages: int
    rows: dict[str, int]
    files: dict[str, str]
    chroma: dict[str, str]
    versions: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder of its generation."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, digest: str) -> Self:
        """The manifest in `folder`. Raises IndexDamaged unless it has that sha256,
        IndexMismatch when another release wrote it.
        """
        try:
            data = (folder / MANIFEST).read_bytes()
        except OSError as error:
            raise IndexDamaged(f"{folder / MANIFEST} cannot be read ({error}); run `rag doctor --repair`") from error
        if sha256(data).hexdigest() != digest:
            raise IndexDamaged(f"{folder / MANIFEST} fails its checksum; run `rag doctor --repair`")
        try:
            plain = json.loads(data)
            if plain["making"]["format"] == FORMAT:
                return cls._from_json(plain)
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # the checksum holds, so it is no damage: another release called other things by these names
        raise IndexMismatch(f"{folder} was built by another release of Cutaway; run `rag ingest` to build it anew")

    @classmethod
    def _from_json(cls, plain: dict[str, Any]) -> Self:
        articles = {slug: Entry(**entry) for slug, entry in plain["articles"].items()}
        return cls(**(plain | {"making": Making(**plain["making"]), "articles": articles}))

    def require(self, embedder: Embedder) -> None:
        """Raises IndexMismatch, naming what differs, unless `embedder` and this release make such a generation."""
        now = Making.now(embedder)
        for field in fields(Making):
            was, wanted = getattr(self.making, field.name), getattr(now, field.name)
            if was != wanted:
                raise IndexMismatch(
                    f"the index was built with {field.name} {was!r}, now it is {wanted!r}; run `rag ingest` to build it anew"
                )


def _fields_of_records() -> str:
    """A name for the fields of the records that a store holds: with a field more or less, it is another release's."""
    records = (Article, Origin, Reference, Source, Passage, Sentence)
    names = {record.__name__: [f.name for f in fields(record)] for record in records}
    return sha256(json.dumps(names).encode()).hexdigest()[:12]


def content(making: Making, articles: dict[str, Entry]) -> str:
    """The sha256 of what a generation is made of; equal content needs no new generation."""
    parts = [asdict(making), {slug: entry.article for slug, entry in sorted(articles.items())}]
    return sha256(json.dumps(parts).encode()).hexdigest()


def digest_of(article: Article) -> str:
    """The sha256 of an article's record: its text, its references and all other fields."""
    return sha256(json.dumps(asdict(article), sort_keys=True).encode()).hexdigest()


def digests(folder: Path, paths: list[Path]) -> dict[str, str]:
    """The sha256 of files, by their path in `folder`."""
    found = {}
    for path in sorted(paths):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = file_digest(file, "sha256").hexdigest()
    return found
