"""An Answer as the plain data the answer component shows: strings and numbers only, no offsets, no markup."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rag.citations import reporters
from rag.manner import manner
from rag.records import Answer, Citation, Refusal, Statement
from rag.ui.dates import spell
from rag.ui.job import STOPPED

VERDICTS = {"supported": "", "partly": "Only partly supported", "unsupported": "Not supported by the articles"}

HEADINGS = {"disagreement": "The sources do not agree", "comparison": "Side by side"}  # by group of a statement

CUT = "The answer breaks off here; it is not complete."
REASONS = {
    "not in the articles": "The articles do not answer this question.",
    "little": "There is little to search yet, and it does not answer this question.",
}


def cue(citation: Citation) -> str:
    """Who reported the quoted words and when: from the primary sources under them, else from the article."""
    article = f"article of {spell(citation.published)}" if citation.published else "undated article"
    named: dict[str, None] = {}
    for source in reporters(citation):
        named.setdefault(f"{source.publisher}, {spell(source.published)}" if source.published else source.publisher)
    if named:
        rest = f" and {len(named) - 2} more" if len(named) > 2 else ""
        return f"reported by {'; '.join(list(named)[:2])}{rest} · {article}"
    return f"{citation.publisher}, {article}" if citation.publisher else article


def show(answer: Answer, titles: Mapping[str, str]) -> dict[str, Any]:
    """The answer for the component; `titles` maps article slugs to titles for the nearest passages of a refusal."""
    cues = {c.number: cue(c) for c in answer.citations}
    return {
        "question": answer.question,
        "understood": answer.understood_as[:1].upper() + answer.understood_as[1:] if _differs(answer) else None,
        "short": {"text": answer.short.text, "chip": answer.short.citation} if answer.short else None,
        "blocks": [_block(key, list(members), cues) for key, members in groupby(answer.statements, _group)],
        "citations": [
            {"number": c.number, "title": c.title, "cue": cues[c.number], "quote": c.quote} for c in answer.citations
        ],
        "refusal": _refusal(answer.refusal) if answer.refusal else None,
        "nearest": [{"quote": n.quote, "title": titles.get(n.article, n.article)} for n in answer.nearest],
        "notices": [spell(n.text) for n in answer.notices],
        "cut": None if answer.complete else CUT,
        "foot": _foot(answer),
        "announce": _announcement(answer),
    }


def partial(question: str, statements: list[Statement], problem: str | None, writer: str | None) -> dict[str, Any]:
    """A turn without an answer: waiting for `writer`, with the statements so far, or ended by a problem."""
    return {
        "question": question,
        "pending": problem is None,
        "waiting": f"{writer} is being asked; each sentence is checked before it is shown." if writer else None,
        "error": sentence(problem) if problem else None,
        "stopped": problem == STOPPED,
        "blocks": [_block(key, list(members), {}) for key, members in groupby(statements, _group)],
    }


def sentence(message: str) -> str:
    """An error's message, which begins like a clause, as a sentence of its own; a name at its head keeps its letters."""
    begun = message[:1].upper() + message[1:] if message.partition(" ")[0].isalpha() else message
    return begun + ("" if message.endswith((".", "?", "!")) else ".")


def plain(answer: Answer) -> str:
    """The answer as plain text for the clipboard: statements with their numbers, then a line a citation."""
    lines = [f"{s.text}{''.join(f' [{n}]' for n in s.citations)}{_doubt(s)}" for s in answer.statements]
    lines = lines or [answer.text]
    sources = [f"[{c.number}] “{c.quote}” {c.title}, {cue(c)}" for c in answer.citations]
    return "\n\n".join(filter(None, [answer.question, "\n".join(lines), "\n".join(sources)])) + "\n"


def _doubt(statement: Statement) -> str:
    label = VERDICTS[statement.verdict]
    return f" ({'; '.join([label, *statement.reasons])})" if label else ""


def _differs(answer: Answer) -> bool:
    return answer.understood_as.split() != answer.question.split()


def _group(statement: Statement) -> str | None:
    return statement.group


def _block(key: str | None, members: list[Statement], cues: Mapping[int, str]) -> dict[str, Any]:
    """Neighbouring statements of one group; a group of two and more stands side by side."""
    heading = HEADINGS.get(key or "") if len(members) > 1 else None
    return {
        "heading": heading,
        "items": [
            {
                "text": s.text,
                "chips": list(s.citations),
                "verdict": s.verdict,
                "label": VERDICTS[s.verdict],
                "reasons": list(s.reasons),
                "cue": cues.get(s.citations[0]) if heading and s.citations else None,
            }
            for s in members
        ],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    count = f"{refusal.searched} article{'' if refusal.searched == 1 else 's'}"
    newest = f", the newest of {spell(refusal.newest)}" if refusal.newest else ""
    reason = REASONS.get(refusal.reason, refusal.reason)
    return {"reason": reason, "searched": f"Searched: {count}{newest}.", "missing": list(refusal.missing)}


def _foot(answer: Answer) -> str:
    """How the answer was made, and how long that took."""
    parts = [manner(answer), f"{answer.seconds.total:.1f} s"]
    return " · ".join([f"As of {spell(answer.as_of)}", *parts] if answer.as_of else parts)


def _announcement(answer: Answer) -> str:
    """The sentence a screen reader speaks when the answer is there."""
    if not answer.answered:
        return "No answer was found in the articles. The nearest passages are listed."
    statements, sources = len(answer.statements), len(answer.citations)
    return f"The answer is ready: {_count(statements, 'statement')}, {_count(sources, 'citation')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
