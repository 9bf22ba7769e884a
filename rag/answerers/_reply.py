"""A model's reply, read while it grows: lines that end in passage ids become statements with the passages they rest on."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.answerers._gate import gate, settled
from rag.lexical import fold
from rag.sentences import spans

NOT_ANSWERED = "NOT IN THE PASSAGES"
MOST_STATEMENTS = 12
SAME_AGAIN = 3  # the same sentence so often ends a reply
LONGEST = 700  # characters of a statement; what is longer is no sentence
_MARK = re.compile(r"[\[(]\s*((?:id\s*[:=]?\s*)?[\w^-]{1,12}(?:\s*[,;]\s*(?:id\s*[:=]?\s*)?[\w^-]{1,12})*)\s*[\])]")
_ID = re.compile(r"[a-z0-9]+", re.I)
_LEAD = re.compile(r"^\s*(?:[-*+•–]|\d{1,2}[.)])\s+")
_DECLINES = re.compile(
    r"^\W*(?:i(?:['’]m| am) (?:very )?(?:sorry|unable|not able)|sorry\b|i (?:can(?:no|['’])t|won['’]t|must decline)"
    r"|i apologi[sz]e)",
    re.I,
)
_PERIOD = re.compile(r"(.{1,120}?)\1{9,}\Z", re.S)
_TAIL = 1_300


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A sentence of the model, with the ids of passages it was given (`known`), and whether it named others."""

    text: str
    ids: tuple[str, ...]
    foreign: bool


@dataclass(slots=True)
class Reply:
    """What a model has written so far; `ids` are those of the passages it was given.

    removed: the gate took something out; foreign: a passage was cited that the model was not given; refused: it says that
    the passages do not answer; endless: it repeats itself or goes on and on, so that it is not worth reading further.
    """

    ids: frozenset[str]
    text: str = ""
    removed: bool = False
    foreign: bool = False
    refused: bool = False
    declined: bool = False
    endless: bool = False
    _given: int = 0
    _read: str = ""
    _seen: dict[str, int] = field(default_factory=dict)

    def feed(self, piece: str) -> Iterator[Proposed]:
        """Take a further piece; gives the statements that are complete by now and were not before."""
        if self.endless:
            return
        self.text += piece
        if len(piece) > _TAIL or len(self.text) // 400 > (len(self.text) - len(piece)) // 400:
            self.endless = self.endless or bool(_PERIOD.search(self.text[-_TAIL:]))
        whole = settled(self.text)
        if len(whole) > len(self._read) and not self.text.lstrip().startswith(("{", "[{", "```json")):
            self._read = whole
            yield from self._new(whole)

    def end(self) -> Iterator[Proposed]:
        """The reply is over: whatever was held back is read as it stands."""
        self.declined = bool(_DECLINES.match(gate(self.text).text)) and not self._given
        if not self.declined and not self.endless:
            yield from self._new(_from_json(self.text) or self.text)

    def _new(self, text: str) -> Iterator[Proposed]:
        gated = gate(text)
        self.removed = self.removed or gated.removed
        self.refused = self.refused or NOT_ANSWERED.lower() in fold(gated.text)
        found = list(self._statements(gated.text))
        for proposed in found[self._given :]:
            self._given += 1
            key = fold(proposed.text)
            self._seen[key] = self._seen.get(key, 0) + 1
            if self._seen[key] >= SAME_AGAIN or len(self._seen) > MOST_STATEMENTS:
                self.endless = True
                return
            if self._seen[key] == 1:
                self.foreign = self.foreign or proposed.foreign
                yield proposed

    def _statements(self, text: str) -> Iterator[Proposed]:
        for line in text.split("\n"):
            for words, cited in self._runs(_LEAD.sub("", line)):
                ids, foreign = self._known(cited)
                for sentence in _sentences(words):
                    if (ids or not sentence.endswith(":")) and not _says_nothing(sentence):
                        yield Proposed(text=sentence, ids=ids, foreign=foreign)

    def _runs(self, line: str) -> Iterator[tuple[str, list[str]]]:
        """The words of a line with the marks behind them: "A. [x] B. [y][z]" -> ("A.", [x]), ("B.", [y, z])."""
        words, marks, at = "", list[str](), 0
        for mark in _MARK.finditer(line):
            if mark[0][0] == "(" and not self._known([mark[1]])[0]:
                continue
            between = line[at : mark.start()]
            if marks and between.strip(" .,;"):
                yield _tidy(words), marks
                words, marks = "", []
            words, at = f"{words} {between}", mark.end()
            marks.append(mark[1])
        rest = line[at:]
        if marks and rest.strip(" .,;"):
            yield _tidy(words), marks
            words, marks = rest, []
        elif not marks or not words.rstrip().endswith((".", "!", "?")):
            words = f"{words} {rest}"
        yield _tidy(words), marks

    def _known(self, marks: Sequence[str]) -> tuple[tuple[str, ...], bool]:
        named = [token for mark in marks for token in _ID.findall(mark) if token.lower() != "id"]
        known = tuple(dict.fromkeys(token.lower() for token in named if token.lower() in self.ids))
        return known, any(token.lower() not in self.ids for token in named)


def _tidy(words: str) -> str:
    return re.sub(r"\s+([.,;!?])", r"\1", re.sub(r"\s+", " ", words)).strip(" ,;")


def _sentences(words: str) -> Iterator[str]:
    for start, end in spans(words):
        sentence = words[start:end].strip()
        yield sentence if len(sentence) <= LONGEST else sentence[:LONGEST] + "…"


def _says_nothing(sentence: str) -> bool:
    return not re.search(r"\w", sentence) or NOT_ANSWERED.lower() in fold(sentence)


def _from_json(text: str) -> str | None:
    """A reply in JSON, which nobody asked for, as the lines it should have been; None when it is none."""
    bare = re.sub(r"^\s*```\w*\s*|\s*```\s*$", "", text)
    if not bare.lstrip().startswith(("{", "[")):
        return None
    try:
        data = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    return "\n".join(_told(data))


def _told(data: object) -> Iterator[str]:
    """Each sentence of JSON data with its ids behind it: objects that hold one text, or lists of them."""
    if isinstance(data, Mapping):
        texts = [v for k, v in data.items() if isinstance(v, str) and not _is_name(k)]
        ids = [str(i) for k, v in data.items() if _is_name(k) for i in (v if isinstance(v, list) else [v])]
        yield from (f"{text} {''.join(f'[{i}]' for i in ids)}" for text in texts)
        data = [v for k, v in data.items() if not _is_name(k)]
    if isinstance(data, list):
        for item in data:
            yield from _told(item) if not isinstance(item, str) else ()


def _is_name(key: object) -> bool:
    return bool(re.search(r"id|cit|source|passage|ref", str(key), re.I))
