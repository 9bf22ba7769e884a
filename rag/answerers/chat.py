"""Any chat model of LangChain: it sees the passages and writes statements; what it may say is decided by code.

Whether there is an answer at all is the reader's decision, as in the extractive mode: below its threshold no model is
asked. A model given the right topic and no answer fills the gap from memory; the reader is calibrated on just that, and
nothing leaves the machine for a question that the articles do not answer. A model may also say that the passages do not
answer; then we refuse in our words. One that does neither is left to the verifier.

One form of reply, lines that end in ids, is asked of every model: structured output arrives in one piece on some servers
and not at all on others, and a line can be judged as soon as it ends. Temperature is left alone, since some refuse it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from time import monotonic, sleep

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import RunnableConfig

from rag.answerers._brief import Brief
from rag.answerers._connection import connect
from rag.answerers._faults import Fault, Server, explain
from rag.answerers._pieces import LOOK, Call, Waits, pieces
from rag.answerers._prompt import Prompt, budget, write
from rag.answerers._reply import Proposed, Reply
from rag.answerers.extractive import carries
from rag.judging import word_support
from rag.judging.locating import locate
from rag.records import Draft, DraftStatement, Notice, Passage
from rag.settings import Settings
from rag.vocabulary import Vocabulary

TRIES = 3
DECLINED = frozenset(["refusal", "content_filter", "safety", "prohibited_content", "blocklist", "spii", "recitation"])
CUT = frozenset(["length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"])
ENDS = frozenset(["finish_reason", "stop_reason", "done_reason", "status"])
INSIDE = 0.5  # share of a sentence's content words that must stand somewhere in the passages
# How far behind the reader's best sentence one may lie that a statement rests on; readers score in logits. Of sentences that
# hold a gold answer 95 in 100 lie within 4.4, of planted orders none within 7.5.
BEARING = 7.0
INSTEAD = " The articles' own sentences are shown instead."

Told = list[DraftStatement]


class Chat:
    """A chat model behind our rules."""

    def __init__(self, model: BaseChatModel, server: Server, settings: Settings, vocabulary: Vocabulary) -> None:
        self._model, self._server, self._settings, self._vocabulary = model, server, settings, vocabulary

    def draft(self, brief: Brief, config: RunnableConfig | None = None) -> Iterator[DraftStatement | Draft]:
        """The model's statements as their lines end; what failed, was removed or cut short is told in the notices.

        Asks at most three times, and again only while nothing has been told; all within `settings.chat_seconds`.
        """
        if not carries(brief.reading):
            yield Draft(statements=(), missing=brief.reading.missing)
            return
        limit = budget(self._model.profile)
        waits = self._waits()
        told: Told = []
        for tried in range(TRIES):
            prompt = write(brief, limit)
            reading = _Reading(prompt, brief, self._vocabulary)
            ending = yield from self._read(reading, told, waits, brief, config)
            fault = explain(ending, self._server, tried) if ending else None
            if fault is None or told or fault.again is None or tried + 1 == TRIES:
                break
            limit = prompt.tokens * 2 // 3 if fault.too_long else limit
            if not _pause(fault.again, waits.until, brief.stopped):
                break
        yield _whole(tuple(told), reading, fault, brief)

    def _waits(self) -> Waits:
        s = self._settings
        return Waits(first=s.chat_first_seconds, gap=s.chat_gap_seconds, until=monotonic() + s.chat_seconds)

    def _read(
        self, reading: "_Reading", told: Told, waits: Waits, brief: Brief, config: RunnableConfig | None
    ) -> Generator[DraftStatement, None, BaseException | None]:
        """One call: statements as they end, added to `told`; returns what `pieces` returns."""
        call = Call(model=self._model, messages=reading.prompt.messages, config=config, url=self._server.url)
        arriving = pieces(call, waits, brief.stopped)
        with closing(arriving):
            while not reading.reply.endless:
                try:
                    piece = next(arriving)
                except StopIteration as end:
                    ending: BaseException | None = end.value
                    if ending is None:
                        yield from reading.end(told)
                    return ending
                yield from reading.feed(piece, told)
        return None


class _Reading:
    """One reply to one prompt, and how it ended: `declined` by the model or its maker, `cut` at its longest, `ended` at all.

    outside: sentences left out because they are not made of the passages' words, or of a place in them that the reader finds
    far from the question: what an article orders a model to say is such a place, whether the model obeys or repeats it.
    """

    def __init__(self, prompt: Prompt, brief: Brief, vocabulary: Vocabulary) -> None:
        self.prompt = prompt
        self.reply = Reply(ids=frozenset(prompt.passages))
        self.declined = self.cut = self.ended = False
        self.outside = 0
        self._vocabulary = vocabulary
        # Only what the question may see can be quoted.
        self._seen = {name: replace(e.passage, sentences=e.sentences) for name, e in prompt.passages.items()}
        self._starts = {(p.article, s.start) for p in self._seen.values() for s in p.sentences}
        # What is told as not known is quoted by nobody, and what the question may not see neither.
        told_of = [(e, [s.text for s in e.sentences if not s.gap]) for e in prompt.passages.values()]
        self._given = " ".join(f"{e.title} {e.passage.heading} {' '.join(texts)}" for e, texts in told_of)
        evidence = brief.reading.evidence
        floor = evidence[0].score - BEARING
        self._bearing = {(e.passage.article, e.sentence.start) for e in evidence if e.score >= floor}

    def feed(self, piece: AIMessageChunk, told: Told) -> Iterator[DraftStatement]:
        """Take the text of a piece; tool calls and thoughts are no text."""
        ends = {str(piece.response_metadata[name]).lower() for name in ENDS & piece.response_metadata.keys()} - {"none"}
        blocks = piece.content if isinstance(piece.content, list) else []
        refused = any(isinstance(b, dict) and b.get("type") == "refusal" for b in blocks)
        self.declined = self.declined or refused or bool(ends & DECLINED or piece.additional_kwargs.get("refusal"))
        self.ended, self.cut = self.ended or bool(ends), self.cut or bool(ends & CUT)
        yield from self._rested(self.reply.feed(str(piece.text)), told)

    def end(self, told: Told) -> Iterator[DraftStatement]:
        """Take what was held back of a reply that came to its end; the last line of any other is no sentence."""
        if self.ended and not self.cut:
            yield from self._rested(self.reply.end(), told)
            self.declined = self.declined or self.reply.declined

    def _rested(self, proposals: Iterator[Proposed], told: Told) -> Iterator[DraftStatement]:
        for proposed in proposals:
            cited = [self._seen[name] for name in proposed.ids]
            # The best place comes first: one that bears must not carry a sentence that stands elsewhere.
            near = locate(proposed.text, cited, self._vocabulary)
            near = near or locate(proposed.text, list(self._seen.values()), self._vocabulary)
            beside = not near or not self._bears(near[0].article, near[0].start, near[0].end)
            if beside or proposed.text.endswith("?") or word_support(proposed.text, self._given) < INSIDE:
                self.outside += 1
            else:
                spans = locate(proposed.text, [self._borne(passage) for passage in cited], self._vocabulary)
                told.append(DraftStatement(text=proposed.text, spans=spans))
                yield told[-1]

    def _bears(self, article: str, start: int, end: int) -> bool:
        """Whether all that stands there bears on the question: of two sentences one must not carry the other."""
        inside = {(slug, at) for slug, at in self._starts if slug == article and start <= at < end}
        return bool(inside) and inside <= self._bearing

    def _borne(self, passage: Passage) -> Passage:
        """The passage with only the sentences that bear on the question: no quote holds another."""
        kept = (s for s in passage.sentences if self._bears(passage.article, s.start, s.end))
        return replace(passage, sentences=tuple(kept))


def _whole(told: tuple[DraftStatement, ...], reading: _Reading, fault: Fault | None, brief: Brief) -> Draft:
    """The Draft of what was told: a refusal when the model says so, `failed` when there is nothing for another reason."""
    reply, problem = reading.reply, _problem(reading, fault, bool(told))
    notices = []
    if reply.removed and told:
        text = "The model wrote a link, an image or other markup; it was taken out."
        notices.append(Notice(code="markup-removed", text=text))
    if reply.foreign:
        text = "The model cited a source that it was not given; that mark was taken out."
        notices.append(Notice(code="unknown-source", text=text))
    if not told and reply.refused and problem is None:
        notices.append(Notice(code="model-refused", text="The model found no answer in the passages it was given."))
        return Draft(statements=(), missing=brief.reading.missing, notices=tuple(notices))
    if not told and problem is None:
        text = (
            "Nothing the model wrote comes from the passages found for this question."
            if reading.outside
            else "The model gave no answer in words."
        )
        problem = Notice(code="model-outside" if reading.outside else "model-empty", text=text)
    if told and reading.outside:
        count = (
            "A sentence of the model was" if reading.outside == 1 else f"{reading.outside} sentences of the model were"
        )
        text = f"{count} left out: not from the passages, or beside the question."
        notices.append(Notice(code="outside-left-out", text=text))
    if problem and not told:
        problem = Notice(code=problem.code, text=problem.text + INSTEAD)
    if reading.prompt.left_out and told:
        text = f"{reading.prompt.left_out} of the passages found did not fit the model and were not read by it."
        notices.append(Notice(code="passages-left-out", text=text))
    return Draft(
        statements=told,
        short=brief.reading.short,
        notices=(problem, *notices) if problem else tuple(notices),
        complete=problem is None,
        failed=not told,
    )


def _problem(reading: _Reading, fault: Fault | None, told: bool) -> Notice | None:
    """Why the reply is not whole, if it is not."""
    if fault:
        text = f"{fault.text} What came before it is kept." if told else fault.text
        return Notice(code=fault.code, text=text)
    if reading.declined:
        return Notice(code="model-declined", text="The model declined to answer.")
    if not reading.ended and not reading.reply.endless:
        text = "The model's answer broke off." + (" What came before is kept." if told else "")
        return Notice(code="model-broke", text=text)
    if reading.reply.endless or reading.cut:
        return Notice(code="model-cut", text="The model's answer went on for too long and was cut.")
    return None


def _pause(seconds: float, until: float, stopped: Callable[[], bool]) -> bool:
    """Wait before another try; False when it would end too late or nobody waits any more."""
    end = monotonic() + seconds
    while monotonic() < end and end < until and not stopped():
        sleep(min(LOOK, max(0.0, end - monotonic())))
    return end < until and not stopped()


def CHOICE(settings: Settings) -> Chat:
    """The chat answerer for `settings.chat_model`. Raises SettingsError, and MissingExtra with the command that installs it."""
    model, server = connect(settings)
    return Chat(model, server, settings, Vocabulary.load(settings.entities))
