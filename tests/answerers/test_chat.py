"""Every provider's path from construction to verified answer, against a server that speaks its language."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from rag.assistant import Assistant
from rag.errors import MissingExtra, SettingsError
from rag.providers import PROVIDERS as TABLE
from rag.records import Answer, Statement
from rag.settings import Settings
from rag.verification import verify
from tests.answerers.conftest import CANARY, COST, PROVIDERS, SAYS, Ask
from tests.providers import Providers

Chatting = Callable[..., Settings]
# (provider, model, wire format): OpenAI has two, LangChain takes the second for models that have no other.
PATHS = [(p, "well", {"google_genai": "google"}.get(p, p)) for p in PROVIDERS] + [("openai", "gpt-5-pro", "responses")]


@pytest.mark.parametrize(("provider", "model", "wire"), PATHS)
def test_a_model_of_every_provider_writes_an_answer_that_is_proven(
    ask: Ask, chatting: Chatting, providers: Providers, provider: str, model: str, wire: str
) -> None:
    asked = ask(model, provider)
    answer = asked.answer
    assert answer.mode == f"chat {provider}:{model} · overlap · hashing"
    assert (answer.answered, answer.complete, answer.notices) == (True, True, ())
    assert SAYS in answer.statements[0].text
    assert all(s.verdict == "supported" and s.citations for s in answer.statements)
    assert providers.heard[-1].wire == wire
    assert verify(answer.to_json(), chatting(model, provider)).faults == ()


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google_genai"])
def test_the_key_of_the_environment_is_sent_to_its_provider_without_blanks(
    ask: Ask, providers: Providers, provider: str
) -> None:
    ask("well", provider)
    sent = providers.heard[-1].headers
    assert CANARY in (
        sent.get("authorization", "").removeprefix("Bearer "),
        sent.get("x-api-key"),
        sent.get("x-goog-api-key"),
    )


def test_a_server_of_ones_own_needs_no_key(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert ask("well").answer.mode.startswith("chat openai:well")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google_genai"])
def test_a_providers_own_service_without_its_key_is_refused_by_the_name_of_the_variable(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    for name in TABLE[provider].keys:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match=TABLE[provider].keys[0]):
        Assistant.open(chatting("well", provider, chat_url=None))


def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = replace(TABLE["openai"], requirement="langchain-nowhere>=1,<2")
    monkeypatch.setitem(TABLE, "openai", without)
    with pytest.raises(MissingExtra, match=r"-m pip install 'langchain-nowhere>=1,<2'"):
        Assistant.open(chatting("well"))


def test_statements_come_while_the_model_still_writes(chatting: Chatting) -> None:
    with Assistant.open(chatting("slow")) as assistant:
        began = monotonic()
        arrived = [(type(event), monotonic() - began) for event in assistant.stream(COST)]
    assert [kind for kind, _ in arrived] == [Statement, Statement, Answer]
    assert arrived[0][1] < arrived[-1][1] - 0.7


def test_closing_the_stream_ends_the_models_stream(chatting: Chatting, providers: Providers) -> None:
    before = providers.hung_up
    with Assistant.open(chatting("endless-slow")) as assistant:
        events = assistant.stream(COST)
        assert isinstance(next(events), Statement)
        events.close()  # type: ignore[attr-defined]
    assert _soon(lambda: providers.hung_up > before)


@pytest.mark.parametrize("model", ["stall-before", "stall-middle"])
def test_stop_from_another_thread_ends_a_model_that_is_silent(
    chatting: Chatting, providers: Providers, model: str
) -> None:
    before, heard, stop = providers.hung_up, len(providers.heard), Event()
    Thread(target=lambda: (_soon(lambda: len(providers.heard) > heard), sleep(0.3), stop.set()), daemon=True).start()
    with Assistant.open(chatting(model)) as assistant:
        *_, answer = assistant.stream(COST, stop=stop)
    assert isinstance(answer, Answer)
    assert "stopped" in [n.code for n in answer.notices]
    assert _soon(lambda: providers.hung_up > before)


def test_the_async_stream_gives_the_same_and_cancelling_it_ends_the_model(
    chatting: Chatting, providers: Providers
) -> None:
    async def both() -> None:
        with Assistant.open(chatting("well")) as assistant:
            events = [event async for event in assistant.chain.astream(COST)]
            assert [e.text for e in events[:-1]] == [s.text for s in assistant.ask(COST).statements]
        before = providers.hung_up
        with Assistant.open(chatting("stall-before")) as assistant:
            heard = len(providers.heard)
            task = asyncio.create_task(assistant.chain.ainvoke(COST))
            assert await asyncio.to_thread(_soon, lambda: len(providers.heard) > heard)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(_soon, lambda: providers.hung_up > before)

    asyncio.run(both())


def _soon(true: Callable[[], bool]) -> bool:
    end = monotonic() + 20
    while monotonic() < end and not true():
        sleep(0.05)
    return true()


def test_a_tracer_sees_retriever_model_and_verifier_below_one_question(chatting: Chatting) -> None:
    class Seen(BaseCallbackHandler):
        def __init__(self) -> None:
            self.runs: dict[Any, tuple[str, Any]] = {}
            self.told = ""

        def _note(self, kind: str, kwargs: dict[str, Any]) -> None:
            name = kind if kind == "model" else f"{kind}:{kwargs.get('name')}"
            self.runs[kwargs["run_id"]] = (name, kwargs.get("parent_run_id"))
            self.told += repr(kwargs)

        def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
            self._note("chain", kwargs)

        def on_retriever_start(self, serialized: Any, query: str, **kwargs: Any) -> None:
            self._note("retriever", kwargs)

        def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
            self.told += repr(serialized)
            self._note("model", kwargs)

    seen = Seen()
    with Assistant.open(chatting("well")) as assistant:
        list(assistant.chain.stream(COST, {"callbacks": [seen]}))
    names = {run: name for run, (name, _) in seen.runs.items()}
    parents = {name: names.get(parent) for name, parent in seen.runs.values()}
    assert parents["retriever:PassageRetriever"] == "chain:retrieve"
    assert parents["model"] == "chain:answer"
    assert parents["chain:answer"] == parents["chain:verify"] == "chain:AnswerChain"
    assert [name for name, parent in parents.items() if parent is None] == ["chain:AnswerChain"]
    assert CANARY not in seen.told


def test_only_what_the_dates_leave_is_sent_to_the_model(ask: Ask, providers: Providers, chatting: Chatting) -> None:
    with Assistant.open(chatting("well")) as assistant:
        assistant.ask("How long is a Gen-4 clip?", as_of="2025-06")
    sent = providers.heard[-1].prompt
    assert "5 or 10 seconds" in sent
    assert "between 2 and 10 seconds" not in sent


def test_a_follow_up_is_sent_alone_with_what_was_said(providers: Providers, chatting: Chatting) -> None:
    with Assistant.open(chatting("well")) as assistant:
        first = assistant.ask("How long can a Gen-4 clip be?")
        assistant.ask("How many credits per second does it cost?", history=[first])
    heard = providers.heard[-1]
    assert heard.question == COST
    assert "Said before, from the articles:\n- " + first.statements[0].text in heard.prompt


def test_no_model_is_asked_what_the_articles_do_not_answer(ask: Ask, providers: Providers) -> None:
    before = len(providers.heard)
    asked = ask("well", question="Who won the 1998 World Cup?")
    assert not asked.answer.answered
    assert asked.answer.refusal
    assert len(providers.heard) == before


def test_a_model_that_finds_no_answer_makes_a_refusal_in_our_words(ask: Ask) -> None:
    asked = ask("no-answer")
    assert asked.answer.refusal
    assert asked.answer.nearest
    assert asked.notices == ["model-refused"]
    assert asked.answer.text.startswith("The articles do not answer this")


def test_unsupported_statements_are_marked_or_dropped_as_the_settings_say(ask: Ask) -> None:
    marked = ask("half-wrong").answer
    assert [s.verdict for s in marked.statements] == ["unsupported", "supported"]
    assert any("12 credits" in reason for reason in marked.statements[0].reasons)
    dropped = ask("half-wrong", drop_unsupported=True).answer
    assert [s.verdict for s in dropped.statements] == ["supported"]
    assert [c.number for c in dropped.citations] == [1]


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("model", ["wrong-figure", "wrong-passage", "no-ids", "only-unknown-ids"])
def test_when_nothing_stands_the_articles_answer_and_a_notice_says_so(ask: Ask, model: str, drop: bool) -> None:
    asked = ask(model, drop_unsupported=drop)
    assert asked.quotes
    assert {"not-supported", "model-outside"} & set(asked.notices)


def test_a_model_that_chats_and_numbers_is_read_all_the_same(ask: Ask) -> None:
    asked = ask("chatty")
    assert asked.streamed[0].text.endswith("help page says.")
    assert all(s.verdict == "supported" for s in asked.streamed)


def test_the_answer_as_json_keeps_its_shape(ask: Ask) -> None:
    quoted, told = ask("empty").answer.to_json(), ask("well").answer.to_json()
    assert told.keys() == quoted.keys()
    assert Answer.from_json(json.loads(json.dumps(told))).to_json() == told


def test_where_passages_go_is_told_before_the_first_question(chatting: Chatting, asked: Assistant) -> None:
    with Assistant.open(chatting("well")) as local:
        assert local.destination
        assert "stay on this machine" in local.destination
    with Assistant.open(chatting("well", chat_url=None)) as far:
        assert far.destination
        assert "will be sent to OpenAI (api.openai.com)" in far.destination
    assert asked.destination is None
