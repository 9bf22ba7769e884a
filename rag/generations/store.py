"""The texts of a generation in one SQLite file: articles, passages with their sentences; every row has a checksum."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from sys import intern
from threading import Lock
from typing import Any, Self
from zlib import crc32

from rag.errors import IndexDamaged
from rag.origins import Origin
from rag.records import Article, Passage, Reference, Sentence, Source
from rag.visibility import About, about

SCHEMA = """
    CREATE TABLE articles (number INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE,
                           body TEXT NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE abouts (slug TEXT PRIMARY KEY, body TEXT NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL,
                           sentences INTEGER NOT NULL, body TEXT NOT NULL, crc INTEGER NOT NULL);
    CREATE INDEX passages_of_article ON passages (article, number);
"""

ARTICLE = "SELECT number, slug, body, crc FROM articles"
PASSAGE = "SELECT number, id, article, sentences, body, crc FROM passages"
KEPT = 1000  # articles kept in memory, some 30 kB each
BATCH = 1000


class StoreWriter:
    """Writes a new store, or changes a copy of one that nobody has open.

    A passage's number is its row among the passage vectors, and it names the row of its first sentence: `passages` and
    `sentences` are the next rows. Used with `with`, whose end makes the changes last. Raises sqlite3.Error when two
    articles share a slug, two passages an id, or the disk is full.
    """

    def __init__(self, path: Path, passages: int = 0, sentences: int = 0) -> None:
        fresh = not path.exists()
        self.passages, self.sentences = passages, sentences
        self._connection = sqlite3.connect(path)
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + (SCHEMA if fresh else "")
        )
        row = self._connection.execute("SELECT coalesce(max(number) + 1, 0) FROM articles").fetchone()
        self._articles = int(row[0])

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Add an article and its passages at the end."""
        add, slug = self._connection.execute, article.slug
        body, told = _dump(asdict(article)), _dump(asdict(about(article)))
        key = (self._articles, slug)
        add("INSERT INTO articles VALUES (?, ?, ?, ?)", (*key, body, _crc(*key, body)))
        add("INSERT INTO abouts VALUES (?, ?, ?)", (slug, told, _crc(slug, told)))
        for passage in passages:
            body = _dump_passage(passage)
            row = (self.passages, passage.id, slug, self.sentences)
            add("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", (*row, body, _crc(*row, body)))
            self.passages += 1
            self.sentences += len(passage.sentences)
        self._articles += 1

    def remove(self, slug: str) -> None:
        """Take an article and its passages out; their rows stay unused."""
        for table, column in (("articles", "slug"), ("abouts", "slug"), ("passages", "article")):
            self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (slug,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.commit()
        self._connection.close()


class Store:
    """A store open for reading, safe from many threads; whatever is damaged in it raises IndexDamaged."""

    def __init__(self, path: Path, *, known: bool = False) -> None:
        """Raises IndexDamaged when `path` is no sound SQLite file; one that is `known` to be is not looked through."""
        self._path = path
        self._lock = Lock()
        self._articles: dict[str, Article] = {}
        with self._guard():
            # immutable: nobody writes a published store, so no locks and no journal, also on a read-only disk
            self._connection = sqlite3.connect(
                f"{path.as_uri()}?immutable=1&mode=ro", uri=True, check_same_thread=False
            )
            verdict = "ok" if known else self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(str(verdict).replace("\n", " "))

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        row = self._rows("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")[0]
        return int(row[0]), int(row[1])

    def articles(self) -> list[Article]:
        """All articles, by slug."""
        return [self._article(row) for row in self._rows(f"{ARTICLE} ORDER BY slug")]

    def article(self, slug: str) -> Article | None:
        """The article with text and references, or None when there is none of that slug."""
        if slug not in (known := self._articles):
            rows = self._rows(f"{ARTICLE} WHERE slug = ?", slug)
            if not rows:
                return None
            # A new mapping once it is full: other threads read this one.
            self._articles = known = known if len(known) < KEPT else {}
            known[slug] = self._article(rows[0])
        return known[slug]

    def abouts(self) -> list[About]:
        """What is told of all articles where their texts are not needed, by slug."""
        found = []
        for slug, body, crc in self._rows("SELECT slug, body, crc FROM abouts ORDER BY slug"):
            if _crc(slug, body) != crc:
                raise self._damaged(f"fails the checksum of what is told of {slug!r}")
            data = json.loads(body)
            # The same few dates and outlets stand under thousands of articles.
            several = {name: tuple(map(intern, data[name])) for name in ("topics", "outlets", "dates")}
            found.append(About(**(data | several)))
        return found

    def passages(self, ids: Sequence[str]) -> list[tuple[Passage, int]]:
        """The passages of `ids`, in that order, each with the row of its first sentence; else IndexDamaged."""
        found: dict[str, tuple[Passage, int]] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            found |= {row[1]: self._passage(row) for row in self._rows(f"{PASSAGE} WHERE id IN ({marks})", *part)}
        if absent := [name for name in wanted if name not in found]:
            raise self._damaged(f"holds no passage {absent[0]!r}")
        return [found[name] for name in ids]

    def every(self, first: int = 0) -> Iterator[tuple[Passage, int]]:
        """The passages from the row `first` on, by row, each with the row of its first sentence; some thousand are in
        memory at a time.
        """
        last = first - 1
        while rows := self._rows(f"{PASSAGE} WHERE number > ? ORDER BY number LIMIT {BATCH}", last):
            for row in rows:
                last = row[0]
                yield self._passage(row)

    def copies(self) -> list[Article]:
        """The articles that are named near copies of another, by slug."""
        return [article for told in self.abouts() if told.copy and (article := self.article(told.slug))]

    def rows(self) -> dict[str, int]:
        """The row of each passage by its id, in order of rows."""
        return dict(self._rows("SELECT id, number FROM passages ORDER BY number"))

    def passage_ids(self, article: str) -> list[str]:
        """The ids of an article's passages, in the order of its text; none for an unknown slug."""
        return [row[0] for row in self._rows("SELECT id FROM passages WHERE article = ? ORDER BY number", article)]

    def check(self) -> None:
        """Look at the checksum of every row once; raises IndexDamaged at the first that is not sound."""
        selects = {"article": ARTICLE, "passage": PASSAGE, "description of": "SELECT slug, body, crc FROM abouts"}
        with self._guard(), self._lock:
            for kind, select in selects.items():
                for *values, crc in self._connection.execute(select):
                    if _crc(*values) != crc:
                        raise self._damaged(f"fails the checksum of the {kind} {values[-2]!r}")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

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
