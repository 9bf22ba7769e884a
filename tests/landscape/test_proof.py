import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import CorpusError
from rag.landscape.bearing import bears
from rag.landscape.events import load_events, timeline
from rag.landscape.models import Quote, named
from rag.landscape.proof import Landscape, prove


@pytest.fixture(scope="module")
def landscape() -> Landscape:
    return Landscape.shipped()


def changed(landscape: Landscape, name: str, **values: Any) -> Landscape:
    models = tuple(replace(m, **values) if m.name == name else m for m in landscape.models)
    return replace(landscape, models=models)


def test_every_cell_and_every_event_that_quotes_an_article_is_proven_by_it(landscape: Landscape) -> None:
    proof = prove(landscape)
    assert proof.faults == ()
    assert (proof.proven, proof.events_proven) == (proof.quoted, proof.events)
    assert proof.quoted > 500
    assert proof.events > 25


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"fps": 25}, "Gen-4, fps: 25 does not stand in"),
        ({"released": "2025-03-30"}, "Gen-4, released: '2025-03-30' does not stand in"),
        ({"maker": "Adobe"}, "Gen-4, maker: 'Adobe' does not stand in"),
        ({"max_resolution": "1920x1080"}, "Gen-4, max_resolution: '1920x1080' does not stand in"),
        ({"modalities": ("audio-to-video",)}, "Gen-4, modalities: ('audio-to-video',) does not stand in"),
    ],
)
def test_a_value_that_its_quote_does_not_bear_is_named(
    landscape: Landscape, values: dict[str, Any], expected: str
) -> None:
    (fault,) = prove(changed(landscape, "Gen-4", **values)).faults
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("Gen-4 makes clips at 24 frames per second, never said.", "0 times, not once"),
        ("24 frames per second", "names neither Gen-4 nor its maker"),
    ],
)
def test_a_quote_that_is_not_in_its_article_or_is_about_something_else_is_named(
    landscape: Landscape, quote: str, expected: str
) -> None:
    gen_4 = named(landscape.models, "Gen-4")
    assert gen_4
    rests = (*(r for r in gen_4.rests_on if r[0] != "fps"), ("fps", (Quote(article="gen-4", quote=quote),)))
    proof = prove(changed(landscape, "Gen-4", rests_on=rests))
    assert proof.proven == proof.quoted - 1
    assert proof.faults[0].startswith("Gen-4, fps: ")
    assert expected in proof.faults[0]


def test_a_removed_article_and_an_edited_sentence_leave_their_cells_unproven(tmp_path: Path) -> None:
    corpus = shutil.copytree(Landscape.shipped().corpus, tmp_path / "corpus")
    (corpus / "articles" / "ltx-2.md").unlink()
    allegro = corpus / "articles" / "mochi-allegro-pyramid-flow.md"
    allegro.write_text(allegro.read_text(encoding="utf-8").replace("88 frames", "89 frames"), encoding="utf-8")
    faults = prove(Landscape.shipped(corpus)).faults
    assert any(f.startswith("LTX-2.5, released: ") and "ltx-2.md: the article cannot be read" in f for f in faults)
    assert {f.split(":")[0] for f in faults} >= {"Allegro, fps", "Allegro, max_duration", "Allegro, max_resolution"}
    assert not any(f.startswith("Gen-4,") for f in faults)


def test_an_event_that_its_quote_does_not_tell_is_named(landscape: Landscape) -> None:
    first = landscape.events[0]
    wrong = replace(first, date="2022-01-01", what="Something else altogether")
    (fault,) = prove(replace(landscape, events=(wrong, *landscape.events[1:]))).faults
    assert fault.startswith("2022-01-01, Something else altogether: 2022-01-01 does not stand in")
    assert "does not tell this" in fault


def test_a_cell_opens_at_the_words_it_rests_on_with_their_primary_sources(landscape: Landscape) -> None:
    gen_4 = named(landscape.models, "Gen-4")
    assert gen_4
    (quote,) = gen_4.quotes("fps")
    cited = landscape.citation(quote)
    assert landscape.article("gen-4").text[cited.start : cited.end] == cited.quote == quote.quote
    assert cited.references[0].sources[0].publisher == "Runway Help Center"
    with pytest.raises(CorpusError, match="restore the file"):
        landscape.citation(Quote(article="no-such-article", quote="x"))


def test_the_timeline_holds_releases_ends_and_events_oldest_first(landscape: Landscape) -> None:
    told = timeline(landscape.models, landscape.events)
    assert [e.date for e in told[:1]] == ["2022-05-19"]
    assert {e.kind for e in told} == {"release", "end", "business", "court", "law", "work"}
    assert sum(e.kind == "release" for e in told) == sum(m.released is not None for m in landscape.models)
    (sora,) = (e for e in told if e.model == "Sora 2" and e.kind == "end")
    assert (sora.date, bool(sora.quotes)) == ("2026-09-24", True)


@pytest.mark.parametrize(
    "row",
    [
        {"date": "2025-13-01"},
        {"kind": "gossip"},
        {"kind": "release"},
        {"quote": ""},
        {"extra": "x"},
    ],
)
def test_an_event_that_cannot_be_right_is_refused_naming_its_row(tmp_path: Path, row: dict[str, str]) -> None:
    good = {"date": "2025-05-19", "kind": "law", "what": "A law", "article": "a", "quote": "A law was signed."}
    path = tmp_path / "events.json"
    path.write_text(json.dumps([good, good | row]), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"row 2.*mend the row"):
        load_events(path)


@pytest.mark.parametrize(
    ("field", "value", "quote", "expected"),
    [
        ("released", "2025-06-11", "published on 10-11 June 2025", True),
        ("released", "2025-06-11", "published in June 2025", False),
        ("released", "2025-06", "published on 11 June 2025", True),
        ("max_resolution", "1280x720", "works at 720p", True),
        ("max_resolution", "1280x720", "at 720x1280 pixels", True),
        ("max_resolution", "3840x2160", "in native 4K", True),
        ("max_resolution", "1280x720", "at 1080p", False),
        ("max_duration", 10.0, "clips of 5 or 10 seconds", True),
        ("max_duration", 10.0, "a report of 10-11 June 2025", False),
        ("max_duration", 10.0, "any whole number of seconds from 2 to 10", True),
        ("max_duration", 120.0, "up to two minutes", True),
        ("fps", 24.0, "at 24 frames per second", True),
        ("fps", 24.0, "24 clips", False),
        ("parameters", 1.3, "in sizes of 14B and 1.3B", True),
        ("parameters", 30.0, "30 billion parameters", True),
        ("min_vram", 8.19, "needs 8.19 GB of memory", True),
        ("min_vram", 8.0, "needs 8.19 GB of memory", False),
        ("price", 0.4, "0.40 dollars per second", True),
        ("native_audio", True, "with native audio", True),
        ("native_audio", False, "with native audio", False),
        ("native_audio", False, "had no audio", True),
        ("open_weights", True, "released the weights", True),
        ("open_weights", False, "released the weights", False),
        ("open_weights", False, "did not release it", True),
        ("maker", "Google DeepMind", "Google launched it", True),
        ("maker", "Runway", "Google launched it", False),
        ("licence", "Apache-2.0", "under the Apache-2.0 licence", True),
        ("licence", "MIT", "under the Apache-2.0 licence", False),
        ("modalities", ("text-to-video", "image-to-video"), "from text or from an image", True),
        ("modalities", ("text-to-video", "image-to-video"), "from text alone", False),
        ("price_note", "12 credits a second", "costs 12 credits per second", True),
        ("price_note", "12 credits a second", "costs 15 credits per second", False),
    ],
)
def test_a_quote_bears_a_value_as_a_reader_would_judge(field: str, value: Any, quote: str, expected: bool) -> None:
    assert bears(field, value, quote) is expected
