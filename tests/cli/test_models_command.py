"""A chat model on the command line: `rag ask --model`, the settings, and `rag models`."""

import json
import os

import pytest

from tests.answerers.conftest import CANARY, COST, PROVIDERS, SAYS
from tests.conftest import Rag
from tests.providers import Providers


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_model_of_every_provider_answers_on_the_command_line(rag: Rag, providers: Providers, provider: str) -> None:
    keys = {name: CANARY for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")}
    url = providers.base(provider)
    done = rag("ask", "--json", "--model", f"{provider}:well", COST, RAG_CHAT_URL=url, RAG_READER="overlap", **keys)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["mode"].startswith(f"chat {provider}:well")
    assert SAYS in answer["text"]
    assert "stay on this machine" in done.stderr
    assert CANARY not in done.stdout + done.stderr
    proof = rag("verify", "-", stdin=done.stdout)
    assert proof.returncode == 0, proof.stdout


def test_the_settings_do_the_same_and_a_dead_server_still_gives_the_answer(rag: Rag) -> None:
    chat = {"RAG_ANSWERER": "chat", "RAG_CHAT_MODEL": "openai:well", "RAG_CHAT_URL": "http://127.0.0.1:9/v1"}
    done = rag("ask", COST, RAG_READER="overlap", **chat)
    assert done.returncode == 0, done.stderr
    assert SAYS in done.stdout
    assert "cannot be reached" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        (["--model", "gpt-5"], {}, "PROVIDER:MODEL"),
        (["--model", "nobody:x"], {}, "openai, anthropic, google_genai, ollama"),
        ([], {"RAG_ANSWERER": "chat"}, "RAG_CHAT_MODEL"),
        (["--model", "openai:x"], {"RAG_CHAT_URL": "ftp://x"}, "RAG_CHAT_URL"),
        (["--model", "openai:x"], {"RAG_CHAT_SECONDS": "0"}, "RAG_CHAT_SECONDS"),
        (["--model", "openai:x"], {"RAG_DROP_UNSUPPORTED": "yes"}, "RAG_DROP_UNSUPPORTED"),
        (["--model", "openai:x"], {"OPENAI_API_KEY": " "}, "OPENAI_API_KEY"),
    ],
)
def test_a_model_or_setting_that_cannot_work_is_refused_by_name(
    rag: Rag, arguments: list[str], settings: dict[str, str], named: str
) -> None:
    done = rag("ask", *arguments, COST, **settings)
    assert done.returncode == 3
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_models_lists_keys_by_their_variable_and_where_passages_would_go(rag: Rag) -> None:
    done = rag("models", OPENAI_API_KEY=CANARY)
    assert done.returncode == 0
    assert "OpenAI: a key is set in OPENAI_API_KEY." in done.stdout
    assert "will be sent to OpenAI (api.openai.com)" in done.stdout
    assert CANARY not in done.stdout + done.stderr
    assert "Anthropic" not in done.stdout or "ANTHROPIC_API_KEY" in os.environ


def test_with_a_server_set_models_tells_of_that_server_alone(rag: Rag) -> None:
    done = rag("models", OPENAI_API_KEY=CANARY, RAG_CHAT_URL="https://gpu.example.org/v1")
    assert done.returncode == 0
    assert "will be sent to gpu.example.org" in done.stdout
    assert "rag ask --model openai:MODEL" in done.stdout
    assert "api.openai.com" not in done.stdout
    assert "stay on this machine" not in done.stdout
