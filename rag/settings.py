"""Settings: the only reader of the environment. Every variable begins with RAG_; an unknown one is refused by name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import NoReturn, Self

from platformdirs import user_data_path

from rag.errors import SettingsError
from rag.limits import Limits
from rag.menus import choices
from rag.providers import Provider, check_url, parse_model

MENUS = {"embedder": "embedders", "retriever": "retrievers", "reader": "readers", "answerer": "answerers"}
WHOLE = frozenset(["question_limit", "chat_seconds", "chat_first_seconds", "chat_gap_seconds"])
SWITCHES = {
    "history": "keep conversations",
    "fetch": "let the app fetch pages",
    "drop_unsupported": "leave out what the articles do not support",
}


class Secret:
    """A key that never prints; `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one call that needs it."""
        return self._value

    def redact(self, text: str) -> str:
        """`text` without the key, and without what is left of it where a server shortened it in the middle."""
        for part in (self._value, self._value[:8], self._value[-8:]):
            text = text.replace(part, "…") if len(part) >= 6 else text
        return text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not copied or stored")


def api_key(provider: Provider, environment: Mapping[str, str] | None = None) -> Secret | None:
    """The provider's key from its own environment variable, without blanks and line ends; None when none is set."""
    environment = os.environ if environment is None else environment
    found = ("".join(environment.get(name, "").split()) for name in provider.keys)
    return next((Secret(value) for value in found if value), None)


def shipped_corpus() -> Path:
    """The folder of articles that comes with the package: inside the wheel, or beside `rag/` in a checkout."""
    package = Path(__file__).resolve().parent
    return next((p for p in (package / "corpus", package.parent / "corpus") if p.is_dir()), package.parent / "corpus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and which choice of each menu is used.

    corpus: article folders; home: index, caches; library: the folder for the user's own articles, part of the corpus, by
    default `library` in `home`; question_limit: code points a question may have; history: whether the app keeps
    conversations in `home`; fetch: whether the app may fetch URLs (`rag add` may, it is asked to); limits: for reading
    other people's files, each `RAG_` and its name. chat_model: PROVIDER:MODEL for the answerer `chat`; chat_url: the base
    URL of another server that speaks the provider's language; chat_seconds: wall time of one answer, its retries included,
    chat_first_seconds until its first words, chat_gap_seconds between two pieces of it; drop_unsupported: whether a model's
    statements that the articles do not support are left out instead of marked.
    """

    corpus: tuple[Path, ...] = field(default_factory=lambda: (shipped_corpus() / "articles",))
    home: Path = field(default_factory=lambda: user_data_path("cutaway"))
    library: Path = Path()
    embedder: str = "minilm"
    retriever: str = "hybrid"
    reader: str = "joint"
    answerer: str = "extractive"
    question_limit: int = 4000
    history: bool = True
    fetch: bool = False
    fetch_ports: tuple[int, ...] = (80, 443)
    chat_model: str | None = None
    chat_url: str | None = None
    chat_seconds: int = 60
    chat_first_seconds: int = 40
    chat_gap_seconds: int = 15
    drop_unsupported: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse a menu choice that does not exist and a limit that cannot work; raises SettingsError."""
        for name, folder in MENUS.items():
            value = getattr(self, name)
            if ":" not in value and value not in choices(folder):
                offer = ", ".join(choices(folder))
                raise SettingsError(f"RAG_{name.upper()}={value!r} is not on the menu; choose one of {offer}")
        if self.question_limit < 1:
            raise SettingsError(f"RAG_QUESTION_LIMIT={self.question_limit} must be at least 1 character")
        self._check_chat()
        # Path.exists raises below a folder that may not be entered, until Python 3.14.
        there = next(p for p in (self.home, *self.home.absolute().parents) if os.path.exists(p))  # noqa: PTH110
        if not there.is_dir():
            raise SettingsError(f"RAG_HOME={str(self.home)!r} cannot be a folder, as {there} is none; name another one")
        if not os.access(there, os.X_OK):
            raise SettingsError(f"RAG_HOME={str(self.home)!r}: {there} may not be entered; name another folder")
        if self.library == Path():
            object.__setattr__(self, "library", self.home / "library")

    def _check_chat(self) -> None:
        for name in ("chat_seconds", "chat_first_seconds", "chat_gap_seconds"):
            if getattr(self, name) < 1:
                raise SettingsError(f"RAG_{name.upper()}={getattr(self, name)} must be at least 1 second")
        if self.chat_url is not None:
            object.__setattr__(self, "chat_url", check_url(self.chat_url))
        if self.chat_model is not None:
            parse_model(self.chat_model)
        if self.answerer == "chat" and self.chat_model is None:
            raise SettingsError(
                "RAG_ANSWERER=chat needs RAG_CHAT_MODEL=PROVIDER:MODEL; `rag models` lists those that are at hand"
            )

    @property
    def folders(self) -> tuple[Path, ...]:
        """All article folders, the library last."""
        return self.corpus + (() if self.library in self.corpus else (self.library,))

    @property
    def entities(self) -> Path:
        """The vocabulary file that comes with the shipped corpus; it names the field, whatever articles are used."""
        return shipped_corpus() / "entities.json"

    @property
    def index(self) -> Path:
        """The folder of generations for these article folders; each set of folders has its own."""
        key = "\n".join(sorted(str(p.resolve()) for p in self.folders))
        return self.home / "index" / sha256(os.fsencode(key)).hexdigest()[:12]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from RAG_* variables; empty ones count as unset. Raises SettingsError naming the variable."""
        environment = os.environ if environment is None else environment
        given = {k[4:].lower(): v for k, v in environment.items() if k.startswith("RAG_") and v.strip()}
        limits = {one.name for one in fields(Limits)}
        known = set(cls.__dataclass_fields__) - {"limits"} | limits
        if unknown := sorted(set(given) - known):
            offer = ", ".join(f"RAG_{name.upper()}" for name in sorted(known))
            raise SettingsError(f"unknown setting RAG_{unknown[0].upper()}; known are {offer}")
        values: dict[str, object] = {k: given[k] for k in MENUS if k in given}
        if "corpus" in given:
            values["corpus"] = tuple(Path(p).expanduser() for p in given["corpus"].split(os.pathsep) if p)
        for name in ("home", "library"):
            if name in given:
                values[name] = Path(given[name]).expanduser()
        values |= {name: _whole(name, given[name]) for name in WHOLE & given.keys()}
        values |= {name: given[name].strip() for name in ("chat_model", "chat_url") if name in given}
        for name, what in SWITCHES.items():
            if name in given:
                if given[name] not in ("0", "1"):
                    raise SettingsError(f"RAG_{name.upper()}={given[name]!r} is neither 1 ({what}) nor 0")
                values[name] = given[name] == "1"
        if "fetch_ports" in given:
            values["fetch_ports"] = tuple(_whole("fetch_ports", port) for port in given["fetch_ports"].split(","))
        values["limits"] = Limits(**{name: _whole(name, given[name]) for name in limits & given.keys()})
        return cls(**values)  # type: ignore[arg-type]


def _whole(name: str, value: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 10**9):
        raise SettingsError(f"RAG_{name.upper()}={value!r} is not a whole number from 1 up; mend or unset it")
    return int(text)
