import csv
import io
import json
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from rag.errors import SettingsError
from rag.landscape import tables
from rag.landscape.models import CELLS, Model, load
from rag.landscape.picking import Wanted, kinds, makers, pick
from rag.settings import shipped_corpus


@pytest.fixture(scope="module")
def models() -> tuple[Model, ...]:
    return load(shipped_corpus() / "models.json")


def names(models: tuple[Model, ...]) -> list[str]:
    return [m.name for m in models]


def test_rows_are_picked_by_maker_kind_weights_release_and_words(models: tuple[Model, ...]) -> None:
    assert {m.maker for m in pick(models, Wanted(maker="runway"))} == {"Runway"}
    assert all("image-to-video" in (m.modalities or ()) for m in pick(models, Wanted(kind="Image-to-Video")))
    assert all(m.open_weights is True for m in pick(models, Wanted(weights=True)))
    assert all(m.open_weights is False for m in pick(models, Wanted(weights=False)))
    picked = pick(models, Wanted(maker="Runway", since="2025-07", until="2025-08", words="runway api"))
    assert names(picked) == ["Act-Two", "Aleph", "Gen-4 Image Turbo"]
    assert pick(models, Wanted(words="Märchen")) == ()


def test_a_month_asked_for_holds_all_its_days_and_rows_without_a_date_are_left_out(models: tuple[Model, ...]) -> None:
    within = pick(models, Wanted(since="2025-03", until="2025-03"))
    assert {"Gen-4", "Open-Sora 2.0", "Marey"} <= set(names(within))
    assert all((m.released or "").startswith("2025-03") for m in within)
    assert "Gen-3 Alpha Turbo" not in names(pick(models, Wanted(since="2020")))


def test_rows_are_sorted_by_size_or_words_and_what_is_not_stated_comes_last(models: tuple[Model, ...]) -> None:
    for descending in (False, True):
        sizes = [m.parameters for m in pick(models, Wanted(), sort="parameters", descending=descending)]
        stated = [size for size in sizes if size is not None]
        assert stated == sorted(stated, reverse=descending)
        assert sizes == stated + [None] * (len(sizes) - len(stated))
    pixels = [m.pixels for m in pick(models, Wanted(), sort="max_resolution") if m.pixels]
    assert pixels == sorted(pixels)
    assert pick(models, Wanted(), sort="released", descending=True)[0].name == "Wan-Animate-2"


def test_an_unknown_field_and_a_date_that_is_none_are_refused(models: tuple[Model, ...]) -> None:
    with pytest.raises(SettingsError, match=r"no field 'size'.*choose one of name, maker"):
        pick(models, Wanted(), sort="size")
    with pytest.raises(SettingsError, match="'yesterday' is not a date"):
        pick(models, Wanted(since="yesterday"))


def test_makers_and_kinds_are_offered_once(models: tuple[Model, ...]) -> None:
    assert len(makers(models)) == len(set(makers(models))) == len({m.maker for m in models if m.maker})
    assert kinds(models)[:2] == ("text-to-video", "image-to-video")


def test_the_csv_holds_every_cell_and_what_it_rests_on(models: tuple[Model, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(models))))
    assert len(rows) == len(models)
    (gen_4,) = (row for row in rows if row["model"] == "Gen-4")
    assert (gen_4["released"], gen_4["fps"], gen_4["licence"]) == ("2025-03-31", "24", "")
    assert gen_4["remark"] == "1584x672 is 21:9; 16:9 is 1280x720"
    assert gen_4["fps rests on"].startswith("gen-4: “Gen-4 makes clips of 5 or 10 seconds")
    stated = sum(getattr(m, f) is not None for m in models for f in CELLS)
    assert sum(bool(row[f]) for row in rows for f in CELLS) == stated
    assert sum(bool(row[f"{f} rests on"]) for row in rows for f in CELLS) == stated


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://evil.test")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(models: tuple[Model, ...], cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(tables.as_csv([replace(models[0], name=cell, licence=cell)]), newline=""))
    assert (row["model"], row["licence"]) == (f"'{cell}", f"'{cell}")


def test_the_markdown_is_one_table_in_which_nothing_is_markup(models: tuple[Model, ...]) -> None:
    odd = replace(models[0], name="a|b <img src=x>", licence="[x](http://evil.test) *y*")
    tokens = MarkdownIt("commonmark").enable("table").parse(tables.as_markdown([odd, *models[1:]]))
    cells = [t for t in tokens if t.type == "inline"]
    assert len(cells) == (len(models) + 1) * (len(CELLS) + 1)
    assert {child.type for t in cells for child in t.children or ()} == {"text"}
    shown = ["".join(child.content for child in t.children or ()) for t in cells]
    assert "a|b <img src=x>" in shown
    assert "[x](http://evil.test) *y*" in shown


def test_the_json_is_read_again_as_the_same_models(
    models: tuple[Model, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("models") / "models.json"
    path.write_text(tables.as_json(models), encoding="utf-8")
    assert load(path) == models
    assert json.loads(tables.as_json(models[:1]))[0]["name"] == models[0].name


def test_up_to_four_models_stand_side_by_side(models: tuple[Model, ...]) -> None:
    pair = tables.side_by_side(models, ["gen-4", "Veo 3"])
    lines = tables.compared(pair).splitlines()
    assert lines[0].split() == ["Gen-4", "Veo", "3"]
    assert any(line.startswith("Frames a second") and "24" in line and "not stated" in line for line in lines)
    assert not any(line.startswith("GPU memory") for line in lines)
    for wrong in (["Gen-4"], ["Gen-4"] * 5):
        with pytest.raises(SettingsError, match="two to 4"):
            tables.side_by_side(models, wrong)
    with pytest.raises(SettingsError, match="no model is named 'Gen-0'"):
        tables.side_by_side(models, ["Gen-4", "Gen-0"])
    with pytest.raises(SettingsError, match="'Gen-4' was named twice"):
        tables.side_by_side(models, ["Gen-4", "GEN-4"])
