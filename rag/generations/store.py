"""The texts of a generation in one SQLite file: articles, passages with their sentences; every row has a checksum."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

from rag.errors import IndexDamaged
from rag.origins import Origin
from rag.records import Article, Passage, Reference, Sentence, Source

SCHEMA = """
    CREATE TABLE articles (number INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE,
                           body TEXT NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL,
                           sentences INTEGER NOT NULL, body TEXT NOT NULL, crc INTEGER NOT NULL);
    CREATE INDEX passages_of_article ON passages (article, number);
"""

ARTICLE = "SELECT number, slug, body, crc FROM articles"
PASSAGE = "SELECT {0}, number, id, article, sentences, body, crc FROM passages WHERE {0} IN ({1})"


def write(path: Path, articles: Iterable[tuple[Article, Sequence[Passage]]]) -> None:
    """Write a new store at `path`, articles and their passages numbered in the order given.

    Raises sqlite3.Error when two articles share a slug, two passages an id, or the disk is full.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        passage_number = sentence_number = 0
        for number, (article, passages) in enumerate(articles):
            body = _dump(asdict(article))
            values = (number, article.slug, body, _crc(number, article.slug, body))
            connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", values)
            for passage in passages:
                body = _dump_passage(passage)
                key = (passage_number, passage.id, article.slug, sentence_number)
                connection.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", (*key, body, _crc(*key, body)))
                passage_number += 1
                sentence_number += len(passage.sentences)
        connection.commit()
    finally:
        connection.close()


class Store:
    """A store open for reading, safe from many threads; whatever is damaged in it raises IndexDamaged."""

    def __init__(self, path: Path) -> None:
        """Raises IndexDamaged when `path` is no sound SQLite file."""
        self._path = path
        self._lock = Lock()
        self._articles: dict[str, Article] = {}
        with self._guard():
            # immutable: nobody writes a published store, so no locks and no journal, also on a read-only disk
            self._connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True, check_same_thread=False)
            if (verdict := self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(str(verdict).replace("\n", " "))

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        row = self._rows("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")[0]
        return int(row[0]), int(row[1])

    def articles(self) -> list[Article]:
        """All articles, in the order of writing."""
        return [
            self._article(row) for row in self._rows("SELECT number, slug, body, crc FROM articles ORDER BY number")
        ]

    def article(self, slug: str) -> Article | None:
        """The article with text and references, or None when there is none of that slug."""
        if slug not in self._articles:
            rows = self._rows(f"{ARTICLE} WHERE slug = ?", slug)
            if not rows:
                return None
            self._articles[slug] = self._article(rows[0])
        return self._articles[slug]

    def copies(self) -> list[Article]:
        """The articles that are named near copies of another, in the order of writing."""
        # Quotes inside a text are escaped in JSON, so only the field itself begins like this.
        rows = self._rows(f"{ARTICLE} WHERE instr(body, ?) ORDER BY number", '"copy_of":"')
        return [article for row in rows if (article := self._article(row)).origin.copy_of]

    def passages(self, ids: Sequence[str]) -> list[tuple[Passage, int]]:
        """The passages of `ids`, in that order, each with the row of its first sentence; else IndexDamaged."""
        return self._ordered("id", ids)

    def numbered(self, numbers: Sequence[int]) -> list[tuple[Passage, int]]:
        """As `passages`, by row number."""
        return self._ordered("number", numbers)

    def ids(self) -> list[str]:
        """The ids of all passages, by row number."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY number")]

    def passage_ids(self, article: str) -> list[str]:
        """The ids of an article's passages, in the order of its text; none for an unknown slug."""
        return [row[0] for row in self._rows("SELECT id FROM passages WHERE article = ? ORDER BY number", article)]

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def _ordered(self, column: str, keys: Sequence[Any]) -> list[tuple[Passage, int]]:
        found: dict[Any, tuple[Passage, int]] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            select = (
                f"SELECT {column}, number, id, article, sentences, body, crc FROM passages WHERE {column} IN ({marks})"
            )
            found |= {row[0]: self._passage(row[1:]) for row in self._rows(select, *part)}
        if absent := [key for key in wanted if key not in found]:
            raise self._damaged(f"holds no passage {absent[0]!r}")
        return [found[key] for key in keys]

    def _rows(self, select: str, *values: str | int) -> list[Any]:
        with self._guard(), self._lock:
            return self._connection.execute(select, values).fetchall()

    def _article(self, row: tuple[int, str, str, int]) -> Article:
        number, slug, body, crc = row
        if _crc(number, slug, body) != crc:
            raise self._damaged(f"fails the checksum of the article {slug!r}")
        data = json.loads(body)
        references = tuple(
            Reference(**(entry | {"sources": tuple(Source(**source) for source in entry["sources"])}))
            for entry in data["references"]
        )
        several = {name: tuple(data[name]) for name in ("authors", "topics", "entities")}
        origin = Origin.from_json(data["origin"])
        return Article(**(data | several | {"references": references, "origin": origin}))

    def _passage(self, row: tuple[int, str, str, int, str, int]) -> tuple[Passage, int]:
        number, name, article, first, body, crc = row
        if _crc(number, name, article, first, body) != crc:
            raise self._damaged(f"fails the checksum of the passage {name!r}")
        return _load_passage(name, article, body), first

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._damaged(f"cannot be read ({error})") from error

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(f"{self._path} {what}; run `rag doctor --repair`")


def _dump(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _crc(*values: object) -> int:
    return crc32(repr(values).encode())


def _dump_passage(passage: Passage) -> str:
    # A sentence too long for one passage reaches beyond it: only then is its text kept apart.
    sentences = [
        [s.start, s.end, s.known_since, s.gap, s.text if s.end > passage.end else None] for s in passage.sentences
    ]
    return _dump([passage.heading, passage.start, passage.end, passage.text, passage.ordinal, sentences])


def _load_passage(name: str, article: str, body: str) -> Passage:
    heading, begin, end, text, ordinal, rows = json.loads(body)
    sentences = tuple(
        Sentence(start=s, end=e, text=whole or text[s - begin : e - begin], known_since=since, gap=gap)
        for s, e, since, gap, whole in rows
    )
    return Passage(
        id=name, article=article, heading=heading, start=begin, end=end, text=text, ordinal=ordinal, sentences=sentences
    )
