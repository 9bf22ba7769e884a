"""Which chat models are at hand: a key in the environment, Ollama on this machine; and whether a chosen one can be asked.

They are offered, never used unasked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from rag.errors import MissingExtra, SettingsError
from rag.providers import PROVIDERS, Provider, destination, on_this_machine, parse_model
from rag.settings import Secret, Settings, api_key

QUICK = 0.3  # seconds a server on this machine has to say that it is there
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """A provider that could be asked: how it was found, its models as far as they are known, where passages would go."""

    provider: Provider
    found: str
    models: tuple[str, ...]
    destination: str


def at_hand(environment: Mapping[str, str] | None = None, ollama: str | None = None) -> tuple[AtHand, ...]:
    """The providers at hand, those on this machine first. Nothing but a loopback address is asked; no key is sent or kept.

    environment: by default the process's; ollama: its base URL, by default its own port.
    """
    found = []
    for provider in sorted(PROVIDERS.values(), key=lambda p: not p.local):
        url = ollama or provider.url
        if provider.local:
            names = _models(url)
            if names is not None:
                told = f"{provider.label} answers on this machine"
                found.append(
                    AtHand(provider=provider, found=told, models=names, destination=destination(provider, url))
                )
        elif api_key(provider, environment):
            told = f"a key is set in {' or '.join(provider.keys)}"
            found.append(AtHand(provider=provider, found=told, models=(), destination=destination(provider)))
    return tuple(found)


def check_model(settings: Settings) -> Secret | None:
    """The key for `settings.chat_model`, None where none is needed; nothing is imported or sent.

    Raises SettingsError without a model or a key that is needed, MissingExtra with the command that installs it.
    """
    if settings.chat_model is None:
        raise SettingsError("the answerer chat needs RAG_CHAT_MODEL=PROVIDER:MODEL")
    provider, _ = parse_model(settings.chat_model)
    if not provider.installed:
        extra = f"the extra {provider.extra!r} of this package"
        raise MissingExtra(f"{provider.label} needs {extra}, which is not installed; run {provider.install}")
    key = api_key(provider)
    if key is None and not provider.local and settings.chat_url is None:
        variable = " or ".join(provider.keys)
        raise SettingsError(f"{settings.chat_model} needs the key of {provider.label}; set {variable} and start again")
    return key


def _models(url: str) -> tuple[str, ...] | None:
    """The names of the models that an Ollama server holds; None when there is no such server on this machine."""
    parts = urlsplit(url)
    if not on_this_machine(url):
        return None
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=QUICK)
    try:
        connection.request("GET", "/api/tags")
        told = json.loads(connection.getresponse().read(MOST_BYTES))
        return tuple(str(model["name"]) for model in told["models"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
