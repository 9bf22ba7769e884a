"""The command `rag models`, and the choice of a model for `rag ask`."""

import argparse
import sys
from dataclasses import replace
from typing import Any

from rag.settings import Settings

NONE = """No chat model is at hand; none is needed: without one, answers are the articles' own sentences.
To use one: start Ollama, or set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_API_KEY, or point RAG_CHAT_URL at a server."""


def register(commands: Any) -> None:
    """Put `models` on the command line."""
    models = commands.add_parser("models", help="list the chat models at hand, and where passages would be sent")
    models.set_defaults(run=_models)


def chosen(parsed: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with the model that `--model` names. Raises SettingsError when it is none."""
    return replace(settings, answerer="chat", chat_model=parsed.model) if parsed.model else settings


def announce(destination: str | None) -> None:
    """Say on stderr where questions and passages go, before the first one goes."""
    if destination:
        print(f"rag: {destination}", file=sys.stderr)


def _models(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.discovery import at_hand
    from rag.providers import PROVIDERS, destination

    if settings.chat_url:  # every model of `rag ask --model` is asked there, so that nothing else is offered
        print(f"RAG_CHAT_URL is set. {destination(PROVIDERS['openai'], settings.chat_url)}")
        print('  rag ask --model openai:MODEL "…"')
        print("Unset it to see which other models are at hand.")
        return 0
    found = at_hand()
    if not found:
        print(NONE)
    for one in found:
        print(f"{one.provider.label}: {one.found}. {one.destination}")
        for name in one.models or ("MODEL",):
            print(f'  rag ask --model {one.provider.name}:{name} "…"')
        if not one.provider.installed:
            print(f"  needs a package first: {one.provider.install}")
    return 0
