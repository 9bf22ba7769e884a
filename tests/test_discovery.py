import socket
from time import monotonic

import pytest

from rag.discovery import at_hand
from rag.errors import SettingsError
from rag.providers import PROVIDERS, check_url, destination, on_this_machine, parse_model
from rag.settings import Secret, api_key
from tests.providers import Providers
from tests.test_dependencies import PROJECT

NOBODY = "http://127.0.0.1:9"


def test_a_key_in_the_environment_is_found_by_name_and_not_held() -> None:
    found = at_hand({"OPENAI_API_KEY": "sk-canary-12345678", "GEMINI_API_KEY": "\n"}, NOBODY)
    assert [one.provider.name for one in found] == ["openai"]
    assert "sk-canary" not in repr(found)


def test_ollama_on_this_machine_is_found_with_its_models(providers: Providers) -> None:
    [ollama] = at_hand({}, providers.url)
    assert ollama.models == ("well:latest",)
    assert "stay on this machine" in ollama.destination


def test_looking_takes_no_time_and_asks_no_other_machine() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = monotonic()
        assert at_hand({}, f"http://127.0.0.1:{silent.getsockname()[1]}") == ()
        assert monotonic() - began < 2
    assert at_hand({}, "http://192.0.2.1:11434") == ()


def test_the_extras_of_the_project_are_what_the_messages_tell_to_install() -> None:
    for provider in PROVIDERS.values():
        assert PROJECT["optional-dependencies"][provider.extra] == [provider.requirement]
        assert provider.installed
        assert f"pip install '{provider.requirement}'" in provider.install


def test_a_model_is_named_after_its_provider_and_may_hold_colons() -> None:
    provider, model = parse_model(" ollama:llama3.1:8b ")
    assert (provider.name, model) == ("ollama", "llama3.1:8b")


@pytest.mark.parametrize("text", ["", "gpt-5", "openai:", ":x", "nobody:x", "openai: "])
def test_a_model_without_a_provider_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(SettingsError, match="openai, anthropic, google_genai, ollama"):
        parse_model(text)


@pytest.mark.parametrize(
    "text", ["", "x", "ftp://x/", "http://", "http://a b/", "http://user:secret-pw@host/v1", "http://h:0/"]
)
def test_a_base_url_that_is_none_is_refused_and_a_password_in_it_not_repeated(text: str) -> None:
    with pytest.raises(SettingsError, match="RAG_CHAT_URL") as refused:
        check_url(text)
    assert "secret-pw" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://[::1]:8080", True),
        ("http://192.168.0.2:8080/v1", False),
        ("http://localhost.example.org", False),
        ("https://api.openai.com/v1", False),
    ],
)
def test_only_loopback_is_this_machine(url: str, here: bool) -> None:
    assert on_this_machine(url) is here
    assert ("stay on this machine" in destination(PROVIDERS["openai"], url)) is here


def test_a_key_is_trimmed_never_printed_and_not_copied() -> None:
    key = api_key(PROVIDERS["openai"], {"OPENAI_API_KEY": "  sk-12345678\r\n"})
    assert isinstance(key, Secret)
    assert key.reveal() == "sk-12345678"
    assert "sk-" not in f"{key} {key!r}"
    assert key.redact("no sk-12345678 here, nor sk-12345...") == "no … here, nor …..."
    with pytest.raises(TypeError):
        key.__reduce__()
