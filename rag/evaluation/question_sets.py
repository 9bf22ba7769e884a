"""Question sets: files of JSON rows {"id", "kind", "turns", "as_of", "facts", "gold", "answerable", "split"}.

`facts` are labels of footnotes in the articles, `gold` is what has to stand in the quotes (see scores.py), `split` the half.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from rag.errors import QuestionSetError
from rag.records import last_day

Half = Literal["tuning", "reporting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """One row of a question set; `facts` in small letters, `split` None where the set is not halved."""

    id: str
    kind: str
    turns: tuple[str, ...]
    as_of: str | None
    facts: frozenset[str]
    gold: tuple[tuple[str, ...], ...]
    answerable: bool
    split: str | None

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Raises KeyError, TypeError or ValueError on data of another shape."""
        row = cls(
            id=str(data["id"]),
            kind=str(data["kind"]),
            turns=tuple(map(str, data["turns"])),
            as_of=data.get("as_of"),
            facts=frozenset(str(f).lower() for f in data["facts"]),
            gold=tuple(tuple(map(str, element)) for element in data["gold"]),
            answerable=bool(data["answerable"]),
            split=data.get("split"),
        )
        if not row.turns or (row.answerable and not (row.gold and row.facts)):
            raise ValueError("a row needs turns, and an answerable one gold and facts")
        if row.as_of:
            last_day(row.as_of)
        return row


def load_questions(path: Path, half: Half | None) -> list[QuestionRow]:
    """The rows of a file, of one half when `half` is given; rows of a set without halves belong to both.

    Raises QuestionSetError naming the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"cannot read {path}: {error}; give a file of JSON rows") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(QuestionRow.from_json(json.loads(line)))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise QuestionSetError(f"{path}:{number} is no row of a question set ({error!r}); mend it") from error
    rows = [row for row in rows if half is None or row.split in (None, half)]
    if not rows:
        raise QuestionSetError(f"{path} holds no question of the {half} half; give another file or half")
    return rows
