from dataclasses import replace

import pytest

from rag.judging.locating import MOST_WORDS, locate
from rag.passages import cut
from rag.sources.markdown import read
from rag.vocabulary import Entity, Vocabulary

NAMES = Vocabulary((Entity(name="Gen-4", kind="model"), Entity(name="Runway", kind="company")))
LONG = " ".join(f"word{n}" for n in range(40))
ARTICLE = read(
    f"""---
title: Gen-4
slug: gen-4
published: 2026-11-22
---

Gen-4 makes clips of 5 or 10 seconds. It costs 12 credits per second. Runway announced Gen-4 on 31 March 2025.

## Price

Zebra {LONG} ends here. Tiger {LONG} also ends.

## What is not known

Runway told nothing of the size of Gen-4.
""".encode(),
    "gen-4.md",
)
PASSAGES = cut(ARTICLE)


@pytest.mark.parametrize(
    ("statement", "quotes"),
    [
        ("A clip from Gen-4 lasts five or ten seconds.", ["Gen-4 makes clips of 5 or 10 seconds."]),
        ("Gen-4 dates from March 31, 2025.", ["Runway announced Gen-4 on 31 March 2025."]),
        (
            "Clips of Gen-4 last 5 or 10 seconds at 12 credits per second.",
            ["Gen-4 makes clips of 5 or 10 seconds. It costs 12 credits per second."],
        ),
        ("Nobody knows of bananas.", []),
    ],
)
def test_the_sentences_that_bear_a_statement_are_found(statement: str, quotes: list[str]) -> None:
    assert [s.text for s in locate(statement, PASSAGES, NAMES)] == quotes


def test_a_span_stands_at_its_offsets_and_is_no_longer_than_a_quote_may_be() -> None:
    for statement in ("Gen-4 costs 12 credits.", f"Zebra and tiger {LONG}.", "Runway and the zebra in March 2025."):
        found = locate(statement, PASSAGES, NAMES)
        assert found
        for span in found:
            assert ARTICLE.text[span.start : span.end] == span.text
            assert len(span.text.split()) <= MOST_WORDS


def test_what_is_not_known_bears_nothing_and_hidden_sentences_are_not_seen() -> None:
    assert all("told nothing" not in s.text for s in locate("Runway told nothing of its size.", PASSAGES, NAMES))
    hidden = [replace(p, sentences=()) for p in PASSAGES]
    assert locate("Gen-4 costs 12 credits per second.", hidden, NAMES) == ()


def test_a_further_passage_is_cited_when_it_bears_more() -> None:
    found = locate("Gen-4 costs 12 credits per second, and zebra word1 word2 word3 word4 ends.", PASSAGES, NAMES)
    assert len(found) == 2
