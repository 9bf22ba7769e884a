"""The vocabulary of names: which entities a text mentions, by `corpus/entities.json` or, for unknown names, by pattern."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rag.errors import CorpusError
from rag.lexical import STOPWORDS, fold

_PATTERN = re.compile(
    r"(?<![\w-])(?:[A-Z][a-z]*(?:[A-Z][a-z]*)*|[A-Z]{2,})(?:[- ]?\d+(?:\.\d+)*)?(?:[ -](?:[A-Z][\w]*"
    r"|\d+(?:\.\d+)*)){0,3}(?![\w-])"
)
CALENDAR = frozenset(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A name people use; `maker` and `version_of` are names of other entities or None."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "unknown"
    maker: str | None = None
    version_of: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name met in a text at `[start, end)`; `entity` is the canonical name."""

    start: int
    end: int
    entity: str


class Vocabulary:
    """Entities by every spelling; the longest spelling wins, so "Gen-4 Turbo" is never a mention of "Gen-4"."""

    def __init__(self, entities: tuple[Entity, ...] = ()) -> None:
        self.entities = {e.name: e for e in entities}
        self._spelled: dict[tuple[str, ...], list[tuple[Entity, str]]] = {}
        for entity in entities:
            for spelling in (entity.name, *entity.aliases):
                key = tuple(t for t, _, _ in _tokens(spelling))
                if key:
                    self._spelled.setdefault(key, []).append((entity, spelling))
        self._longest = max((len(k) for k in self._spelled), default=0)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a vocabulary file; a missing one gives an empty vocabulary. Raises CorpusError when it cannot be read."""
        if not path.is_file():
            return cls()
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(Entity(**(row | {"aliases": tuple(row.get("aliases", ()))})) for row in rows))
        except (ValueError, TypeError, AttributeError) as error:
            raise CorpusError(f"{path}: not a vocabulary ({error}); mend the file or restore it") from error

    def mentions(self, text: str) -> list[Mention]:
        """Known names in `text`, left to right, none inside another."""
        return list(self._scan(text))

    def named(self, text: str) -> frozenset[str]:
        """Canonical names of the entities `text` mentions."""
        return frozenset(m.entity for m in self.mentions(text))

    def patterned(self, text: str) -> list[Mention]:
        """Names no vocabulary knows: capitalised words and product + version, outside the known mentions."""
        known = self.mentions(text)
        found = []
        for match in _PATTERN.finditer(text):
            words = match.group().split()
            start = match.start()
            while words and fold(words[0]) in STOPWORDS:
                start += len(words[0]) + 1
                words = words[1:]
            at_begin = not text[:start].strip(" \"'“‘(") or text[:start].rstrip()[-1:] in ".!?:\n"
            plain = len(words) == 1 and at_begin and not re.search(r"\d|[a-z][A-Z]|^[A-Z]{2,}", words[0])
            dated = all(fold(w) in CALENDAR or w.isdecimal() for w in words)
            if dated or plain or any(m.start < match.end() and start < m.end for m in known):
                continue
            found.append(Mention(start, match.end(), " ".join(words)))
        return found

    def maker(self, name: str) -> str | None:
        """The maker of an entity, or None."""
        entity = self.entities.get(name)
        return entity.maker if entity else None

    def family(self, name: str) -> frozenset[str]:
        """The entity and all it is a version of, up the chain."""
        found: list[str] = []
        current: str | None = name
        while current and current not in found:
            found.append(current)
            entity = self.entities.get(current)
            current = entity.version_of if entity else None
        return frozenset(found)

    def siblings(self, name: str) -> frozenset[str]:
        """Other entities that share a family with `name`: its versions, variants and bases."""
        root = self._root(name)
        return frozenset(e for e in self.entities if e != name and self._root(e) == root)

    def _root(self, name: str) -> str:
        current, seen = name, {name}
        while (entity := self.entities.get(current)) and entity.version_of and entity.version_of not in seen:
            current = entity.version_of
            seen.add(current)
        return current

    def _scan(self, text: str) -> Iterator[Mention]:
        tokens = list(_tokens(text))
        at = 0
        while at < len(tokens):
            for size in range(min(self._longest, len(tokens) - at), 0, -1):
                key = tuple(t for t, _, _ in tokens[at : at + size])
                start, end = tokens[at][1], tokens[at + size - 1][2]
                entity = self._match(key, text[start:end])
                if entity:
                    yield Mention(start, end, entity.name)
                    at += size
                    break
            else:
                at += 1

    def _match(self, key: tuple[str, ...], written: str) -> Entity | None:
        for entity, spelling in self._spelled.get(key, ()):
            if not entity.ambiguous or written == spelling:
                return entity
        return None


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Folded tokens with offsets; letters and digits part ways, so "gen4" and "Gen-4" are both ("gen", "4")."""
    for match in re.finditer(r"\d+(?:\.\d+)*|[^\W\d_]+", text):
        yield fold(match.group()), match.start(), match.end()
