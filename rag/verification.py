"""Hold a saved answer against the corpus folders, not the index: `rag verify`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.citations import Judge, prove
from rag.corpus import read_corpus
from rag.errors import AnswerFileError
from rag.records import Answer, Article
from rag.settings import Settings
from rag.support import TokenSupport
from rag.vocabulary import Vocabulary

# Types of all fields, checked before the proof: a number in quotes must end in a sentence, not in a TypeError.
_SHAPE = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was held against the articles: citations proven of all, and a sentence for each fault."""

    proven: int
    citations: int
    faults: tuple[str, ...]


def verify(data: object, settings: Settings) -> Proof:
    """Prove one answer, or the answers of a batch row, as `rag ask --json` printed them.

    A row that says why it has no answers, as `rag ask --batch` writes it, is a fault. Raises AnswerFileError when the data is
    no answer of this contract, CorpusError when an article folder is missing.
    """
    if isinstance(data, dict) and "error" in data and "answers" not in data:
        return Proof(proven=0, citations=0, faults=(f"row {data.get('id')!r} holds no answer: {data['error']}",))
    answers = _answers(data)
    judge = Judge(Vocabulary.load(settings.entities), TokenSupport(settings.home))
    wanted = {c.article for a in answers for c in a.citations}
    articles = _articles(settings, wanted)
    found = [prove(a, articles.get, judge) for a in answers]
    total = sum(len(a.citations) for a in answers)
    broken = sum(len({fault.split("]")[0] for fault in faults if fault.startswith("[")}) for faults in found)
    return Proof(
        proven=total - min(total, broken), citations=total, faults=tuple(f for faults in found for f in faults)
    )


def _answers(data: object) -> list[Answer]:
    rows: list[Any] = data["answers"] if isinstance(data, dict) and "answers" in data else [data]
    try:
        answers = [Answer.from_json(row) for row in rows]
        for row in rows:
            _SHAPE.validate_json(json.dumps(row), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise AnswerFileError(
            f"this is not an answer of `rag ask --json` ({problem}); give a file that holds one"
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnswerFileError(
            f"this is not an answer of `rag ask --json` ({error!r}); give a file that holds one"
        ) from error
    return answers


def _articles(settings: Settings, wanted: set[str]) -> Mapping[str, Article]:
    """The wanted articles as they stand in the folders now; files that ingest would refuse prove nothing."""
    return {r.article.slug: r.article for r in read_corpus(settings) if r.article and r.article.slug in wanted}
