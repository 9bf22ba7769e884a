"""Traces leave the process where the user's own variables send them, LangSmith's or OpenTelemetry's, and nowhere otherwise.

That a handler sees every run in its place is in test_chat.py. OpenTelemetry's SDK comes with Chroma.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from rag.assistant import Assistant
from tests.answerers.conftest import CANARY, COST
from tests.conftest import ROOT
from tests.providers import Providers

RUNS = {"AnswerChain", "retrieve", "PassageRetriever", "read", "answer", "verify"}
BATCHES = {
    "use_multipart_endpoint": False, "size_limit": 100, "size_limit_bytes": 10**7,
    "scale_up_nthreads_limit": 1, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4,
}  # fmt: skip
ASKS = f"""
import json
from langchain_core.tracers.langchain import wait_for_all_tracers
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)

from rag.assistant import Assistant
from rag.settings import Settings

with Assistant.open(Settings.from_environment()) as assistant:
    answer = assistant.ask({COST!r})
wait_for_all_tracers()
print(json.dumps({{"mode": answer.mode, "spans": [s.name for s in spans.get_finished_spans()]}}))
"""


class Collector(ThreadingHTTPServer):
    """A LangSmith server on loopback that keeps what it is sent: (path, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Collect)
        self.sent: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Collect(BaseHTTPRequestHandler):
    server: Collector

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(json.dumps({"batch_ingest_config": BATCHES}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.sent.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self._answer(b"{}")

    do_PATCH = do_POST

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("tracing", ["true", None])
def test_langsmith_and_opentelemetry_see_every_run_when_they_are_set_and_nothing_otherwise(
    asked: Assistant, providers: Providers, collector: Collector, tracing: str | None
) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "LANGSMITH_", "LANGCHAIN_", "OTEL_"))}
    environment = kept | {
        "RAG_CORPUS": str(asked.settings.corpus[0]), "RAG_HOME": str(asked.settings.home),
        "RAG_EMBEDDER": "hashing", "RAG_READER": "overlap", "RAG_ANSWERER": "chat",
        "RAG_CHAT_MODEL": "openai:well", "RAG_CHAT_URL": providers.base("openai"),
        "LANGSMITH_ENDPOINT": collector.url, "LANGSMITH_API_KEY": "ls-key", "LANGSMITH_TRACING_MODE": "hybrid",
    }  # fmt: skip
    environment |= {"LANGSMITH_TRACING": tracing} if tracing else {}
    done = subprocess.run(
        [sys.executable, "-c", ASKS], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["mode"].startswith("chat openai:well")
    if tracing is None:
        assert told["spans"] == []
        assert collector.sent == []
        return
    assert set(told["spans"]) >= RUNS
    assert "ChatOpenAI" in " ".join(told["spans"])
    bodies = b"".join(body for _, _, body in collector.sent)
    assert collector.sent
    assert all(headers["x-api-key"] == "ls-key" for _, headers, _ in collector.sent)
    assert CANARY.encode() not in bodies
