"""Conversations kept on this machine: one SQLite file of one owner, each turn with its whole answer.

A turn is stored as the JSON contract of its answer, so its citations stay what they were when it was given, also after
the article has changed or gone.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rag.errors import HistoryError
from rag.records import Answer

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, title TEXT NOT NULL, changed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    answer TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (conversation, ordinal)
);
"""
TITLE = 80  # characters of a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """An entry of the list: `changed` is an ISO 8601 time in UTC, `turns` the number of questions."""

    id: str
    title: str
    changed: str
    turns: int


class Conversations:
    """The file of conversations; safe from many threads and processes. Every call raises HistoryError on a bad file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, conversation: str | None, answer: Answer) -> str:
        """Append a turn; None starts a conversation named after its question. Returns the conversation's id."""
        with self._connected() as db:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            key = conversation or uuid4().hex
            title = " ".join(answer.question.split())[:TITLE]
            db.execute("INSERT OR IGNORE INTO conversations VALUES (?, ?, ?)", (key, title, now))
            db.execute("UPDATE conversations SET changed = ? WHERE id = ?", (now, key))
            words = f"{answer.question}\n{answer.text}".casefold()
            text = json.dumps(answer.to_json(), ensure_ascii=False)
            db.execute(
                "INSERT INTO turns SELECT ?, COALESCE(MAX(ordinal) + 1, 0), ?, ? FROM turns WHERE conversation = ?",
                (key, text, words, key),
            )
        return key

    def list(self, search: str = "") -> list[Conversation]:
        """The conversations, last changed first; with `search` those whose title, question or answer holds it."""
        wanted = search.casefold().strip()
        words = "COALESCE(GROUP_CONCAT(t.words, char(10)), '')" if wanted else "''"
        with self._connected() as db:
            rows = db.execute(
                f"SELECT c.id, c.title, c.changed, COUNT(t.ordinal), {words} FROM conversations c "
                "LEFT JOIN turns t ON t.conversation = c.id GROUP BY c.id ORDER BY c.changed DESC"
            ).fetchall()
        return [
            Conversation(id=key, title=title, changed=changed, turns=count)
            for key, title, changed, count, words in rows
            if wanted in words or wanted in title.casefold()
        ]

    def turns(self, conversation: str) -> tuple[Answer, ...]:
        """The answers of a conversation in their order; none for an unknown id."""
        with self._connected() as db:
            rows = db.execute(
                "SELECT answer FROM turns WHERE conversation = ? ORDER BY ordinal", (conversation,)
            ).fetchall()
        try:
            return tuple(Answer.from_json(json.loads(text)) for (text,) in rows)
        except (KeyError, TypeError, ValueError) as error:
            raise HistoryError(f"this conversation was kept by another release ({error}); delete it") from error

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation another title; blanks alone change nothing."""
        if kept := " ".join(title.split())[:TITLE]:
            with self._connected() as db:
                db.execute("UPDATE conversations SET title = ? WHERE id = ?", (kept, conversation))

    def delete(self, conversation: str) -> None:
        """Remove a conversation with all its turns from the file."""
        with self._connected() as db:
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction; the file is made on first use and readable by its owner only."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA secure_delete = ON")
                db.executescript(SCHEMA)
                yield db
        except (OSError, sqlite3.Error) as error:
            advice = "make it writable, move it away, or switch history off with RAG_HISTORY=0"
            raise HistoryError(f"the conversations in {self.path} cannot be used ({error}); {advice}") from error
