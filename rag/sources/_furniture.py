"""What stands around an article on its page: recognised line by line, dropped, and counted in words.

A line goes only when the whole of it is furniture and it is short; printed word counts and reading times are cut out of
their line, because the rest of that line may be a note of the editors.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.lengths import words
from rag.sentences import HEADING

_LONGEST = 30
_THING = r"(?:article|story|post|page|news)"
_WHOLE = re.compile(
    "(?:"
    + "|".join(
        (
            rf"share(?: (?:this|the))?(?: {_THING})?(?: (?:on|via|with|to) .{{1,40}})?",
            r"(?:tweet|share|pin|email|print|facebook|twitter|x|linkedin|whatsapp|reddit|telegram|copy link|link copied)"
            r"(?: (?:this|it|tweet|share|pin|email|print|facebook|twitter|linkedin|whatsapp|reddit|telegram|copy link|[|/·,]))*",
            r"stay (?:updated|informed|in the loop|connected)(?: with .{1,40})?",
            r"(?:sign up|subscribe|register)(?: now)?(?: (?:for|to) .{1,120})?",
            r"(?:subscribe|sign up) (?:now )?(?:to|for) (?:our|the|my) .{1,160}",
            r"(?:get|receive) .{1,120} (?:delivered )?(?:to|in) your (?:inbox|email)\b.{0,60}",
            r"(?:join|follow) (?:us|our .{1,60}) on .{1,60}|follow us",
            r"(?:enter )?your (?:e-?mail|email)(?: address)?|no spam.{0,60}|unsubscribe(?: at)? any ?time",
            r".{0,80}\bdownload (?:the|our) .{1,60} apps?\b.{0,60}",
            r"(?:we|this (?:web ?)?site|our (?:web ?)?site) uses? cookies.{0,160}",
            r"(?:accept|reject|manage)(?: all)? cookies?(?: settings| preferences)?|cookie (?:settings|policy|preferences)",
            r"by (?:continuing|using) .{0,60}\bcookies\b.{0,80}",
            rf"(?:browse|view|see|read) (?:all|more)(?: {_THING}s?| articles| stories| posts| news)?",
            rf"(?:next|previous|prev)(?: {_THING})",
            r"(?:related|recommended|popular|trending|latest|similar) (?:articles?|stories|posts?|news|reading|content|topics?)",
            r"you (?:may|might)(?: also)? (?:like|enjoy)|more (?:from|on|in) .{1,50}",
            r"most (?:read|popular|viewed)|recommended for you",
            r"(?:see also|read (?:more|next|also)|keep reading|continue reading|up next|don't miss)",
            rf"ai tools for this {_THING}",
            r"(?:home|menu|search|close|open menu|skip to (?:main )?content|log ?in|log ?out|sign ?in|back to top|top)",
            r"(?:advertisement|advertising|sponsored(?: content)?|promoted|story continues below(?: advertisement)?)",
            r"(?:load|show)(?: more)?(?: comments)?|(?:\d{1,5} )?comments?(?: \(\d{1,5}\))?",
            r"leave a (?:comment|reply)|join the conversation",
            r"(?:terms of (?:use|service)|privacy policy|all rights reserved)(?: [|·] .{1,60})?|[©(]c?\)? ?(?:19|20)\d\d .{1,80}",
        )
    )
    + ")",
    re.I,
)
_COUNTS = re.compile(
    r"\bword count:? {0,3}[\d,.]{1,9}|(?<![a-z])reading time:? {0,3}\d{1,4} {0,3}(?:minutes?|mins?|m)(?-i:(?![a-z]))"
    r"|\b\d{1,3}[ -](?:minutes?|min) read(?:ing time)?\b|\b[\d,.]{1,9} words?(?= ?[|·•]| ?$)(?<=words)",
    re.I,
)
_NOTE = re.compile(
    r"\b(?:generated|written|produced|created|drafted) (?:with|by|using) (?:the (?:help|assistance) of )?"
    r"(?:AI\b|artificial intell)"
    r"|\bAI[- ](?:assistance|assisted|generated)\b.{0,80}\b(?:article|story|post|analysis|content)"
    r"|^(?:last )?(?:updated|modified|revised|reviewed)\b|^last fact-?check|\bfact-?check(?:ed|ing) (?:by|protocols|:)"
    r"|^(?:correction|clarification|editor(?:'|’)?s(?:'|’)? note|update|disclosure)\b.{0,4}[:(]"
    r"|^this (?:analysis|article|story|report) (?:is|was) ",
    re.I,
)
_BIBLIOGRAPHY = re.compile(
    r"#{0,6} ?(?:\d{1,2}\.? )?(?:references(?: cited)?|bibliography|works cited|literature cited|literaturverzeichnis|"
    r"bibliographie|einzelnachweise|external links|further reading):?",
    re.I,
)
_STRIP = " \t:.!»«›‹→←>|·•…*_-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """Paragraphs that are the article, and the number of words in those that are not."""

    blocks: tuple[str, ...]
    dropped: int


def clean(blocks: Iterable[str]) -> Cleaned:
    """`blocks` (paragraphs, list items, `#` headings) without furniture, printed counts and a closing bibliography."""
    kept: list[str] = []
    dropped = 0
    for block in _without_bibliography(list(blocks)):
        left = _COUNTS.sub("\n", block) if len(block) < 400 else block
        for line in left.split("\n") if left != block else [block]:
            if line.strip(_STRIP) and not is_furniture(line):
                kept.append(line.strip())
            else:
                dropped += words(line)
        dropped += words(block) - words(left)
    # A heading with nothing under it announced what is gone.
    while kept and HEADING.match(kept[-1]) and not all(HEADING.match(block) for block in kept):
        dropped += words(kept.pop())
    return Cleaned(blocks=tuple(kept), dropped=dropped)


def is_furniture(line: str) -> bool:
    """Whether all of a short line is navigation, sharing, a newsletter, a cookie notice or a pointer to other articles."""
    bare = line.lstrip("#").strip(_STRIP)
    # Emoji and arrows before the words are decoration.
    bare = re.sub(r"^[^\w(©]{1,8}", "", bare)
    return len(bare) <= 240 and words(bare) <= _LONGEST and bool(_WHOLE.fullmatch(bare.rstrip("!.…")))


def notes(blocks: Iterable[str]) -> tuple[str, ...]:
    """Notes of the editors among `blocks`: AI assistance, fact-check, correction, last updated; word for word."""
    return tuple(b for b in blocks if len(b) <= 600 and not HEADING.match(b) and _NOTE.search(b))


def _without_bibliography(blocks: list[str]) -> list[str]:
    """Without the last bibliography when it stands in the second half: from its heading to the next one of its level."""
    for at in range(len(blocks) - 1, len(blocks) // 2 - 1, -1):
        if len(blocks[at]) < 60 and _BIBLIOGRAPHY.fullmatch(blocks[at].strip()):
            level = len(blocks[at]) - len(blocks[at].lstrip("#"))
            for end in range(at + 1, len(blocks)):
                depth = len(blocks[end]) - len(blocks[end].lstrip("#"))
                if (0 < depth <= level) or re.match(r"(?:#+ )?(?:appendix|annex)\b", blocks[end], re.I):
                    return blocks[:at] + blocks[end:]
            return blocks[:at]
    return blocks
