import os
from dataclasses import replace

import pytest

from rag.assistant import Assistant
from rag.ingest import ingest
from tests.faults.zygote import Zygote
from tests.places import BREAD, MOON, RIVER, Place

RHINE = "How long is the Rhine?"


def test_row_16_a_file_that_may_not_be_read_is_named_and_the_rest_is_ingested(place: Place, zygote: Zygote) -> None:
    place.write("river", RIVER)
    place.write("moon", MOON)
    secret = place.write("bread", BREAD)
    secret.chmod(0)
    done = zygote.rag(place.settings, "ingest", obey=True)
    assert done.code == 2
    assert "refused    bread.md  cannot be read: Permission denied" in done.out.splitlines()
    assert "2 articles, 1 file left out" in done.out
    assert done.err == ""
    assert [article.slug for article in place.open().articles()] == ["moon", "river"]
    secret.chmod(0o644)
    again = zygote.rag(place.settings, "ingest", obey=True)
    assert (again.code, "3 articles, 0 files left out" in again.out) == (0, True)


def test_row_17_twenty_ingests_of_the_same_change_nothing(broken: Place) -> None:
    def state() -> dict[str, int]:
        files = [path for path in broken.settings.home.rglob("*") if path.is_file()]
        return {str(path): path.stat().st_size for path in files if path.name != "writer.lock"}

    before, index = state(), broken.open()
    ids = {article.slug: index.passage_ids(article.slug) for article in index.articles()}
    for _ in range(20):
        report = broken.ingest()
        assert not report.changed
        assert {line.outcome for line in report.lines} == {"unchanged"}
    assert state() == before
    assert {slug: broken.open().passage_ids(slug) for slug in ids} == ids
    assert index.is_current()


@pytest.mark.parametrize("copied_from", [1, 20_000])
def test_row_18_one_edited_word_replaces_only_its_own_passage(copied_from: int, place: Place) -> None:
    """Row 18, for a generation built anew and for one changed in a copy."""
    parts = [f"## Part {n}\n\nThis is part {n} of the river. {RIVER}" for n in range(4)]
    for n in range(20):
        place.write(f"other-{n}", f"Lake {n} is {n} metres deep.")
    path = place.write("river", "\n\n".join(parts))
    place.ingest()
    before = place.open().passage_ids("river")
    path.write_text(path.read_text().replace("This is part 2", "Here is part 2"))
    ingest(place.settings, place.embedder, copied_from=copied_from)
    after = place.open().passage_ids("river")
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True]
    found = " ".join(place.answers("This is part 2 of the river", 30))
    assert "Here is part 2" in found
    assert "This is part 2" not in found
    assert before[2] not in place.open().passages([after[2]])[0].id


def test_row_19_two_files_with_one_text_or_one_slug_are_named_and_nothing_collides(place: Place) -> None:
    place.write("a", RIVER)
    place.write("b", RIVER)
    place.write("c", MOON, front="slug: water")
    place.write("d", BREAD, front="slug: water")
    place.write("e", "Tea is drunk hot.\n\nOn a, as well.")
    (place.folder / "f.md").write_text((place.folder / "e.md").read_text().replace("hot", "cold"))
    report = place.ingest()
    refused = {line.article: line.reason or "" for line in report.lines if line.outcome == "refused"}
    assert refused.keys() == {"b.md", "d.md"}
    assert "the same text as a.md" in refused["b.md"]
    assert "the slug 'water' belongs to c.md" in refused["d.md"]
    index = place.open()
    slugs = [article.slug for article in index.articles()]
    ids = [name for slug in slugs for name in index.passage_ids(slug)]
    assert len(set(slugs)) == len(slugs) == 4
    assert len(set(ids)) == len(ids) == report.passages
    # Two articles with one title stay two.
    assert sum(article.title == "On e" for article in index.articles()) == 2


@pytest.mark.parametrize(
    ("text", "searched"), [(None, "no article"), ("The Rhine is 1,230 km long.", "the only article")]
)
def test_row_40_a_corpus_with_little_in_it_works_and_says_how_little(
    text: str | None, searched: str, place: Place
) -> None:
    if text:
        place.write("river", text)
    with Assistant.open(replace(place.settings, reader="overlap")) as assistant:
        answer = assistant.ask(RHINE)
        found = assistant.as_retriever(k=50).invoke(RHINE)
        refused = assistant.ask("Who won the 1998 World Cup?")
    assert (answer.answered, len(found)) == (text is not None, 1 if text else 0)
    assert not refused.answered
    assert refused.refusal
    assert refused.refusal.searched == (1 if text else 0)
    assert str(refused.refusal.searched or "no") in refused.text


def test_row_65_no_clock_decides_what_changed(ingested: Place) -> None:
    for path in ingested.folder.iterdir():
        os.utime(path, (4_000_000_000, 4_000_000_000))
    assert not ingested.ingest().changed
    for path in ingested.settings.home.rglob("*"):
        os.utime(path, (0, 0))
    assert not ingested.ingest().changed
    path = ingested.write("bread", BREAD.replace("forty", "fifty"))
    os.utime(path, (0, 0))
    assert ingested.outcomes(ingested.ingest())["bread"] == "updated"


def test_row_65_dates_are_shown_as_given_and_impossible_ones_are_refused_by_file(place: Place) -> None:
    far = {"late": "9999-12-31", "early": "1970-01-01"}
    odd = {"never": "2025-02-31", "nought": "0000-00-00", "words": "31 February 2025", "long": "12025"}
    for number, (name, date) in enumerate((far | odd).items()):
        place.write(name, f"The Rhine is {number},230 km long.", front=f"published: {date}")
    refused = {line.article: line.reason or "" for line in place.ingest().lines if line.outcome == "refused"}
    assert refused.keys() == {f"{name}.md" for name in odd}
    assert all("mend" in reason for reason in refused.values()), refused
    with Assistant.open(replace(place.settings, reader="overlap")) as assistant:
        assert {article.slug: article.published for article in assistant.articles()} == far
        assert "1,230 km" in assistant.ask(RHINE).text
        assert {c.article for c in assistant.ask(RHINE, as_of="2026-11-22").citations} == {"early"}
