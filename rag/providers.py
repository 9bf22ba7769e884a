"""Who runs a chat model: the name before the colon of RAG_CHAT_MODEL, the packages and keys it needs, where passages go."""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from rag.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A maker of chat models as LangChain's `init_chat_model` knows it.

    label: for people; extra: of this package, which installs `requirement`, imported as `package`; keys: environment
    variables, the first that is set counts; url: where its own service is; local: whether it runs on the user's machine and
    needs no key.
    """

    name: str
    label: str
    extra: str
    requirement: str
    keys: tuple[str, ...]
    url: str
    local: bool = False

    @property
    def package(self) -> str:
        """The module that `requirement` brings."""
        return self.requirement.partition(">")[0].replace("-", "_")

    @property
    def installed(self) -> bool:
        """Whether the extra's package is there; it is not imported."""
        return find_spec(self.package) is not None

    @property
    def install(self) -> str:
        """The command that installs the extra's package beside this program."""
        return f"{sys.executable} -m pip install '{self.requirement}'"


PROVIDERS = {
    p.name: p
    for p in (
        Provider(
            name="openai",
            label="OpenAI",
            extra="openai",
            requirement="langchain-openai>=1,<2",
            keys=("OPENAI_API_KEY",),
            url="https://api.openai.com/v1",
        ),
        Provider(
            name="anthropic",
            label="Anthropic",
            extra="anthropic",
            requirement="langchain-anthropic>=1,<2",
            keys=("ANTHROPIC_API_KEY",),
            url="https://api.anthropic.com",
        ),
        Provider(
            name="google_genai",
            label="Google",
            extra="google",
            requirement="langchain-google-genai>=4,<5",
            keys=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
            url="https://generativelanguage.googleapis.com",
        ),
        Provider(
            name="ollama",
            label="Ollama",
            extra="ollama",
            requirement="langchain-ollama>=1,<2",
            keys=(),
            url="http://127.0.0.1:11434",
            local=True,
        ),
    )
}


def parse_model(text: str) -> tuple[Provider, str]:
    """ "openai:gpt-5" -> its provider and the model's own name, which may hold colons. Raises SettingsError."""
    name, colon, model = text.strip().partition(":")
    if name not in PROVIDERS or not colon or not model.strip():
        offer = ", ".join(PROVIDERS)
        raise SettingsError(
            f"RAG_CHAT_MODEL={text!r} is not PROVIDER:MODEL with a provider of {offer}; "
            "a server that speaks OpenAI's language is openai:MODEL with RAG_CHAT_URL"
        )
    return PROVIDERS[name], model.strip()


def check_url(text: str) -> str:
    """A base URL without its last slash. Raises SettingsError when it is none, or holds a user name or a password."""
    try:
        parts = urlsplit(text.strip())
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or "@" in text or any(c.isspace() for c in text.strip()):
        shown = text if "@" not in text else "…@…"
        raise SettingsError(f"RAG_CHAT_URL={shown!r} is not a base URL like http://127.0.0.1:8080/v1; mend or unset it")
    return text.strip().rstrip("/")


def on_this_machine(url: str) -> bool:
    """Whether a base URL leads to the machine it is read on: localhost or a loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def destination(provider: Provider, url: str | None = None) -> str:
    """One sentence for people: where question and passages go when this provider is asked."""
    url = url or provider.url
    if on_this_machine(url):
        return f"Your questions and the passages found for them stay on this machine ({urlsplit(url).netloc})."
    host = urlsplit(url).hostname
    to = f"{provider.label} ({host})" if url == provider.url else host
    return f"Your questions and the passages found for them will be sent to {to}."
