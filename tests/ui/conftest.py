from hashlib import sha256

import pytest

from rag.records import Answer, Article, Citation, Nearest, Reference, Refusal, Source, Statement

TEXT = (
    "Gen-4 is a video model. 🎬 It was announced on 31 March 2025.\n\n"
    "## How long is a clip?\n\n"
    "A Gen-4 clip lasts 5 or 10 seconds. A Gen-4 clip has 24 frames per second.\n"
)
QUOTE = "A Gen-4 clip lasts 5 or 10 seconds."


@pytest.fixture
def article() -> Article:
    return Article(
        slug="gen-4", title="Gen-4", text=TEXT, digest=sha256(TEXT.encode()).hexdigest(), published="2026-11"
    )


@pytest.fixture
def citation(article: Article) -> Citation:
    start = TEXT.index(QUOTE)
    source = Source(
        publisher="TechCrunch", title="Runway releases Gen-4", url="https://x.test/a", published="2025-03-31"
    )
    reference = Reference(label="rw-1", start=start, end=start + len(QUOTE), sources=(source,), since="2025-03-31")
    return Citation(
        number=1,
        article="gen-4",
        passage="gen-4:abc",
        title="Gen-4",
        publisher=None,
        url=None,
        published="2026-11-22",
        fetched=None,
        page=None,
        known_since="2025-03-31",
        start=start,
        end=start + len(QUOTE),
        quote=QUOTE,
        digest=article.digest,
        references=(reference,),
    )


@pytest.fixture
def answered(citation: Citation) -> Answer:
    return Answer(
        question="How long is a clip?",
        understood_as="How long is a clip?",
        answered=True,
        text=QUOTE + " [1]",
        mode="extractive",
        as_of=None,
        generation="g",
        statements=(Statement(text=QUOTE, citations=(1,), verdict="supported"),),
        citations=(citation,),
    )


@pytest.fixture
def refused() -> Answer:
    return Answer(
        question="Who won?",
        understood_as="Who won?",
        answered=False,
        text="",
        mode="extractive",
        as_of=None,
        generation="g",
        refusal=Refusal(reason="not in the articles", searched=1, newest="2026-11-22", missing=("World Cup",)),
        nearest=(Nearest(article="gen-4", start=0, end=23, quote=TEXT[:23]),),
    )
