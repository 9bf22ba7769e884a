"""From the settings to a chat model: `init_chat_model`, with every address and key given, none looked up behind our back."""

from typing import Any

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from rag.answerers._faults import Server
from rag.answerers._prompt import ANSWER, UNKNOWN_MODEL
from rag.discovery import check_model
from rag.providers import parse_model
from rag.settings import Settings

NO_KEY = "not-needed"  # clients want some key even where a server of one's own wants none


def connect(settings: Settings) -> tuple[BaseChatModel, Server]:
    """The model and its server; nothing is sent yet. Raises SettingsError without a model or a key, MissingExtra."""
    key = check_model(settings)
    provider, name = parse_model(str(settings.chat_model))
    server = Server(provider=provider, model=name, url=settings.chat_url or provider.url, key=key)
    return _model(server, settings.chat_seconds), server


def _model(server: Server, seconds: int) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    key = SecretStr(server.key.reveal() if server.key else NO_KEY)
    of_provider: dict[str, dict[str, Any]] = {
        "openai": {"api_key": key, "timeout": seconds, "max_retries": 0},
        "anthropic": {"api_key": key, "timeout": seconds, "max_retries": 0},
        # Google's client counts attempts, not retries.
        "google_genai": {"api_key": key, "timeout": seconds, "max_retries": 1},
        # Ollama cuts what goes beyond its window without a word, and its window is small unless told.
        "ollama": {"num_ctx": UNKNOWN_MODEL + ANSWER, "client_kwargs": {"timeout": seconds}},
    }
    made: BaseChatModel = init_chat_model(
        server.model, model_provider=server.provider.name, base_url=server.url, **of_provider[server.provider.name]
    )
    return made
