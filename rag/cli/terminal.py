"""An answer on the terminal: statements, numbered sources with outlet and date, each quote marked in its passage."""

import re
from collections.abc import Callable, Iterator

from rag.citations import reporters
from rag.manner import manner
from rag.records import Answer, Article, Citation

BOLD, MARK, DIM, PLAIN = "\x1b[1m", "\x1b[7m", "\x1b[2m", "\x1b[0m"
AROUND = 160


def render(answer: Answer, article: Callable[[str], Article], *, marked: bool) -> str:
    """The answer as text; `marked` uses terminal escapes, else quotes stand between » and «."""
    return "\n".join(_lines(answer, article, marked))


def _lines(answer: Answer, article: Callable[[str], Article], marked: bool) -> Iterator[str]:
    bold, dim, plain = (BOLD, DIM, PLAIN) if marked else ("", "", "")
    if answer.understood_as != answer.question:
        yield f"{dim}understood as: {_safe(answer.understood_as)}{plain}\n"
    if answer.short:
        yield f"{bold}{_safe(answer.short.text)}{plain} [{answer.short.citation}]\n"
    if answer.answered:
        for s in answer.statements:
            note = "" if s.verdict == "supported" else f"  ({s.verdict}: {_safe('; '.join(s.reasons))})"
            yield _safe(s.text) + "".join(f" [{n}]" for n in s.citations) + note
        yield "\nSources"
        for c in answer.citations:
            yield f"[{c.number}] {_safe(c.title)} — {_safe(origin(c))}"
            yield f"    {_passage(c, article(c.article), marked)}"
    else:
        yield _safe(answer.text)
        if answer.nearest:
            yield "\nNearest in the articles"
            for n in answer.nearest:
                yield f"  - {_safe(n.quote)}  ({_safe(n.article)})"
    for notice in answer.notices:
        yield f"\n{_safe(notice.text)}"
    dated = f"As of {answer.as_of} · " if answer.as_of else ""
    yield f"\n{dim}{dated}{_safe(manner(answer))} · {answer.seconds.total:.1f} s{plain}"


def origin(citation: Citation) -> str:
    """Outlet and date of a quote: of its references, else of its article."""
    named = reporters(citation)
    article = f"article of {citation.published}" if citation.published else "undated article"
    if not named:
        return f"{citation.publisher}, {article}" if citation.publisher else article
    first = named[0]
    others = len({s.publisher for s in named}) - 1
    return (
        f"reported by {first.publisher}"
        + (f", {first.published}" if first.published else "")
        + (f" and {others} more" if others else "")
        + f" · {article}"
    )


def _passage(citation: Citation, article: Article, marked: bool) -> str:
    """The quote, marked, with what stands around it in its paragraph."""
    text, start, end = article.text, citation.start, citation.end
    left = max(text.rfind("\n", 0, start) + 1, start - AROUND)
    right = text.find("\n", end)
    right = min(len(text) if right < 0 else right, end + AROUND)
    before, after = text[left:start], text[end:right]
    opened, closed = (MARK, PLAIN) if marked else ("»", "«")
    cut_left = "…" if left > 0 and text[left - 1] != "\n" else ""
    cut_right = "…" if right < len(text) and text[right] != "\n" else ""
    return f"{cut_left}{_safe(before)}{opened}{_safe(citation.quote)}{closed}{_safe(after)}{cut_right}"


def _safe(text: str) -> str:
    """No control or escape characters reach the terminal, whatever an article holds."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text).replace("\n", " ")
