import json
import re
from pathlib import Path
from typing import Any

import pytest

from rag.errors import CorpusError
from rag.landscape.models import CELLS, Model, Quote, load, named
from rag.landscape.wording import LABELS, told

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
ROW: dict[str, Any] = {
    "name": "Gen-9",
    "maker": "Runway",
    "released": "2025-04",
    "ended": None,
    "modalities": ["text-to-video"],
    "max_resolution": "1280x720",
    "max_duration": 10,
    "fps": 24,
    "native_audio": None,
    "open_weights": False,
    "licence": None,
    "parameters": None,
    "min_vram": None,
    "price": 0.12,
    "price_note": None,
    "api": None,
    "rests_on": {
        "maker": [{"article": "gen-9", "quote": "Runway makes Gen-9."}],
        "released": [{"article": "gen-9", "quote": "Gen-9 came out in April 2025."}],
        "modalities": ["https://example.org/gen-9"],
        "max_resolution": ["https://example.org/gen-9"],
        "max_duration": [{"article": "gen-9", "quote": "Gen-9 clips last 10 seconds."}],
        "fps": ["https://example.org/gen-9", "https://example.org/more"],
        "open_weights": ["https://example.org/gen-9"],
        "price": [{"article": "cost", "quote": "Gen-9 costs"}, {"article": "gen-9", "quote": "0.12 dollars a second"}],
    },
    "note": None,
}


def loaded(tmp_path: Path, *rows: object) -> tuple[Model, ...]:
    path = tmp_path / "models.json"
    path.write_text(json.dumps(list(rows)), encoding="utf-8")
    return load(path)


def test_a_row_becomes_a_model_that_names_what_each_value_rests_on(tmp_path: Path) -> None:
    (model,) = loaded(tmp_path, ROW)
    assert (model.name, model.max_duration, model.pixels) == ("Gen-9", 10, 921600)
    assert model.quotes("max_duration") == (Quote(article="gen-9", quote="Gen-9 clips last 10 seconds."),)
    assert (model.quotes("fps"), model.links("fps")) == ((), ("https://example.org/gen-9", "https://example.org/more"))
    assert (model.quotes("licence"), model.links("licence")) == ((), ())
    assert named([model], " gen-9") is model
    assert named([model], "Gen-8") is None


def test_every_cell_has_a_name_for_people_and_its_value_is_told_with_its_unit(tmp_path: Path) -> None:
    (model,) = loaded(tmp_path, ROW)
    assert tuple(LABELS) == CELLS
    values = {field: told(model, field) for field in CELLS if told(model, field)}
    assert values == {
        "maker": "Runway",
        "released": "2025-04",
        "modalities": "text-to-video",
        "max_resolution": "1280x720",
        "max_duration": "10 s",
        "fps": "24",
        "open_weights": "no",
        "price": "0.12 USD",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " Gen-9"),
        ("maker", ""),
        ("released", "2025-02-31"),
        ("released", 2025),
        ("ended", "2024"),
        ("modalities", "text-to-video"),
        ("max_resolution", "1080p"),
        ("max_duration", "10 s"),
        ("max_duration", -1),
        ("fps", 2400),
        ("fps", True),
        ("native_audio", 1),
        ("open_weights", "yes"),
        ("price", 0),
        ("licence", "MIT"),
        ("rests_on", {"released": ["https://example.org"]}),
        ("rests_on", ROW["rests_on"] | {"price": ["my memory"]}),
        ("rests_on", ROW["rests_on"] | {"price": [{"article": "gen-9", "quote": ""}]}),
        ("rests_on", ROW["rests_on"] | {"price": [{"article": "gen-9", "quote": "0.12", "page": 3}]}),
        ("rests_on", ROW["rests_on"] | {"price": ["https://example.org", {"article": "gen-9", "quote": "0.12"}]}),
        ("rests_on", ROW["rests_on"] | {"licence": ["https://example.org"]}),
        ("rests_on", ROW["rests_on"] | {"fps": []}),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_naming_its_field(tmp_path: Path, field: str, value: object) -> None:
    expected = re.escape("models.json row 2") + ".*" + ("" if field in ("rests_on", "name") else field)
    with pytest.raises(CorpusError, match=expected):
        loaded(tmp_path, ROW | {"name": "Gen-8"}, ROW | {field: value})


def test_a_missing_field_an_unknown_field_and_a_second_row_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="fps: is missing"):
        loaded(tmp_path, {k: v for k, v in ROW.items() if k != "fps"})
    with pytest.raises(CorpusError, match="colour: is no field"):
        loaded(tmp_path, ROW | {"colour": "red"})
    with pytest.raises(CorpusError, match="'Gen-9' stands twice"):
        loaded(tmp_path, ROW, ROW)
    with pytest.raises(CorpusError, match="row 1, name: the row is a str"):
        loaded(tmp_path, "Gen-9")


def test_a_file_that_is_missing_or_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        load(tmp_path / "models.json")
    (tmp_path / "models.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CorpusError, match="is a dict, not a list"):
        load(tmp_path / "models.json")


def test_the_shipped_landscape_loads_and_its_names_and_makers_are_in_the_vocabulary() -> None:
    models = load(CORPUS / "models.json")
    names = {row["name"] for row in json.loads((CORPUS / "entities.json").read_text(encoding="utf-8"))}
    assert len(models) > 80
    assert {m.name for m in models} | {m.maker for m in models if m.maker} <= names
