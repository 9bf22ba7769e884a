"""An assistant whose answers a scripted model writes; every key in the environment is the canary."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.records import Answer, Statement
from rag.settings import Settings
from tests.providers import Providers

CANARY = "sk-canary-7f3e9a1b5d"
COST = "How many credits per second does Gen-4 cost?"
SAYS = "12 credits per second"
PROVIDERS = ["openai", "anthropic", "google_genai", "ollama"]


@dataclass(frozen=True)
class Asked:
    """An answer, what was streamed before it, and the seconds it took."""

    answer: Answer
    streamed: tuple[Statement, ...]
    seconds: float

    @property
    def texts(self) -> str:
        """All that is shown: statements, notices, the running text."""
        return "\n".join(
            [s.text for s in self.answer.statements] + [n.text for n in self.answer.notices] + [self.answer.text]
        )

    @property
    def notices(self) -> list[str]:
        """The codes of the notices."""
        return [n.code for n in self.answer.notices]

    @property
    def quotes(self) -> bool:
        """Whether it is the extractive answer, and a whole one."""
        return self.answer.mode.startswith("extractive ") and self.answer.complete and SAYS in self.answer.text


Ask = Callable[..., Asked]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, f"  {CANARY}\n")
    for name in ("GEMINI_API_KEY", "LANGSMITH_TRACING", "LANGSMITH_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def chatting(asked: Assistant, providers: Providers) -> Callable[..., Settings]:
    """Settings for a model of the scripted server, on the small corpus, which is indexed."""

    def settings(model: str, provider: str = "openai", **more: Any) -> Settings:
        chat = {"answerer": "chat", "chat_model": f"{provider}:{model}", "chat_url": providers.base(provider)}
        return replace(asked.settings, reader="overlap", **(chat | more))

    return settings


@pytest.fixture
def ask(chatting: Callable[..., Settings]) -> Ask:
    """Ask the model that plays a scene; further arguments are settings."""

    def ask(model: str, provider: str = "openai", *, question: str = COST, **more: Any) -> Asked:
        with Assistant.open(chatting(model, provider, **more)) as assistant:
            began = monotonic()
            *statements, answer = assistant.stream(question)
            assert isinstance(answer, Answer)
            streamed = tuple(s for s in statements if isinstance(s, Statement))
            assert streamed == answer.statements, "what was streamed is what is answered"
            for c in answer.citations:
                assert assistant.article(c.article).text[c.start : c.end] == c.quote
            assert {n for s in answer.statements for n in s.citations} == {c.number for c in answer.citations}
            return Asked(answer, streamed, monotonic() - began)

    return ask
