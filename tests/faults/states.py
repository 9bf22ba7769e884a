"""A state machine over an article folder and its index: any order of edits, ingests, crashes and restarts."""

import shutil
import signal
import tempfile
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rag.assistant import Assistant
from rag.settings import Settings
from tests.faults.zygote import Zygote

ALWAYS, *OTHERS = "amber brook cedar delta ember".split()
SHARES = st.floats(0, 1)
CHANGES = st.lists(st.tuples(st.sampled_from(OTHERS), st.integers(0, 3)), min_size=1, max_size=3)
HEADINGS = ("People", "River", "Mill")


def text_of(name: str, version: int, parts: int) -> str:
    """An article that says of each part something no other says."""
    told = [
        f"## {HEADINGS[n]}\n\nThe {name} {HEADINGS[n].lower()} number is {version * 10 + n} today."
        for n in range(parts)
    ]
    return f"---\ntitle: On {name}\nslug: {name}\npublished: 2025-03-01\n---\n\n" + "\n\n".join(told) + "\n"


class Library(RuleBasedStateMachine):
    """`written` is what the folder holds, `held` what the index does, as name -> (version, parts).

    With `copies`, every generation that can be is made as a changed copy of the one before.
    """

    zygote: ClassVar[Zygote]
    copies: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="states-"))
        self.folder = self.root / "articles"
        self.folder.mkdir()
        self.settings = Settings(corpus=(self.folder,), home=self.root / "home", embedder="hashing", reader="overlap")
        self.written: dict[str, tuple[int, int]] = {}
        self.held: dict[str, tuple[int, int]] = {}
        self.versions = 0
        self.changed = True
        self.assistant: Assistant | None = None

    def put(self, name: str, parts: int) -> None:
        self.versions += 1
        self.written[name] = (self.versions, parts)
        (self.folder / f"{name}.md").write_text(text_of(name, self.versions, parts), encoding="utf-8")

    @initialize()
    def begin(self) -> None:
        self.put(ALWAYS, 2)
        self.ingest()

    # One rule, as Hypothesis leaves out whole rules in most of its runs (swarm testing).
    @rule(
        changes=CHANGES, end=st.sampled_from(["ingest", "ingest", "crash", "crash", "nothing", "restart"]), share=SHARES
    )
    def go_on(self, changes: list[tuple[str, int]], end: str, share: float) -> None:
        """Add, edit, and with no parts delete articles; then what `end` says, a crash at `share` of an ingest's steps."""
        for name, parts in changes:
            if parts:
                self.put(name, parts)
            elif self.written.pop(name, None):
                (self.folder / f"{name}.md").unlink()
        if end == "ingest":
            self.ingest()
        elif end == "crash":
            self.crash(share)
        elif end == "restart" and self.assistant:
            self.assistant.close()
            self.assistant, self.changed = None, True

    def ingest(self) -> None:
        done = self.zygote.rag(self.settings, "ingest", copies=self.copies)
        assert done.code == 0, done.err
        self.held, self.changed = dict(self.written), True

    def crash(self, share: float) -> None:
        done = self.zygote.rag(self.settings, "ingest", event=1 + int(share * 125), copies=self.copies)
        assert done.code in (0, -signal.SIGKILL), done.err
        self.changed = True
        if done.code == 0 or self.generation_is_new():
            self.held = dict(self.written)

    def generation_is_new(self) -> bool:
        with Assistant.open(self.settings, build=False) as assistant:
            return {a.slug: a.text for a in assistant.articles()} == self.texts(self.written)

    def texts(self, which: dict[str, tuple[int, int]]) -> dict[str, str]:
        from rag.sources.markdown import CHOICE as read

        return {n: read(text_of(n, v, p).encode(), f"{n}.md").text for n, (v, p) in which.items()}

    @invariant()
    def what_the_corpus_held_is_what_answers_can_cite(self) -> None:
        if not self.changed or not self.held:
            return
        self.changed = False
        self.assistant = self.assistant or Assistant.open(self.settings, build=False)
        assert {a.slug: a.text for a in self.assistant.articles()} == self.texts(self.held)
        every = self.assistant.as_retriever(k=100).invoke("number today people river mill")
        ids = [document.id for document in every]
        assert len(ids) == len(set(ids)) == sum(parts for _, parts in self.held.values())
        for document in every:
            article = self.assistant.article(document.metadata["slug"])
            where = slice(document.metadata["start"], document.metadata["end"])
            assert article.text[where] == document.page_content
            # Every passage finds itself.
            nearest = self.assistant.as_retriever(k=1).invoke(document.page_content)
            assert nearest[0].id == document.id
        for name, (version, _) in list(self.held.items())[:3]:
            answer = self.assistant.ask(f"What is the {name} people number?")
            quotes = {c.quote for c in answer.citations if c.article == name}
            assert f"The {name} people number is {version * 10} today." in quotes
        assert {c.article for c in answer.citations} <= self.held.keys()

    @invariant()
    def the_folder_is_bounded(self) -> None:
        size = sum(p.stat().st_size for p in self.settings.index.rglob("*") if p.is_file())
        # The current generation, the one before it that an open reader holds, and what one killed ingest left.
        assert size < 4 * 900_000

    def teardown(self) -> None:
        if self.assistant:
            self.assistant.close()
        shutil.rmtree(self.root)
