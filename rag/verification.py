"""Hold a saved answer against the corpus folders, not the index: `rag verify`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.citations import Judge, prove
from rag.errors import AnswerFileError, SourceError
from rag.menus import load
from rag.records import Answer, Article
from rag.settings import Settings
from rag.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was held against the articles: citations proven of all, and a sentence for each fault."""

    proven: int
    citations: int
    faults: tuple[str, ...]


def verify(data: object, settings: Settings) -> Proof:
    """Prove one answer, or the answers of a batch row, as `rag ask --json` printed them.

    Raises AnswerFileError when the data is no answer of this contract.
    """
    answers = _answers(data)
    judge = Judge(Vocabulary.load(settings.entities))
    wanted = {c.article for a in answers for c in a.citations}
    articles = _articles(settings, wanted)
    faults = [fault for a in answers for fault in prove(a, articles.get, judge)]
    total = sum(len(a.citations) for a in answers)
    broken = {fault.split("]")[0] for fault in faults if fault.startswith("[")}
    return Proof(proven=total - min(total, len(broken)), citations=total, faults=tuple(faults))


def _answers(data: object) -> list[Answer]:
    rows: list[Any] = data["answers"] if isinstance(data, dict) and "answers" in data else [data]
    try:
        return [Answer.from_json(row) for row in rows]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnswerFileError(
            f"this is not an answer of `rag ask --json` ({error!r}); give a file that holds one"
        ) from error


def _articles(settings: Settings, wanted: set[str]) -> Mapping[str, Article]:
    """The wanted articles as they stand in the folders now; unreadable files are passed over: they prove nothing."""
    found: dict[str, Article] = {}
    read = load("sources", "markdown")
    for folder in settings.folders:
        for path in sorted(Path(folder).rglob("*.md")):
            try:
                article = read(path.read_bytes(), path.name)
            except (OSError, SourceError):
                continue
            if article.slug in wanted:
                found.setdefault(article.slug, article)
    return found
