import json
from dataclasses import FrozenInstanceError, astuple, fields, is_dataclass, replace
from math import isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import records
from rag.records import Answer, last_day

ANSWERS = st.from_type(Answer).map(lambda a: replace(a, contract=records.CONTRACT))
DATES = st.dates().map(lambda d: d.isoformat())


@given(ANSWERS)
def test_an_answer_comes_back_from_json_as_it_was(answer: Answer) -> None:
    # NaN is no JSON and no time; all else must survive.
    if not any(isnan(value) for value in astuple(answer.seconds)):
        assert Answer.from_json(json.loads(json.dumps(answer.to_json()))) == answer


def test_the_json_of_an_answer_has_the_keys_of_the_contract_in_order(plain: dict[str, Any]) -> None:
    assert next(iter(plain)) == "contract"
    assert set(plain) == set(
        "contract question understood_as answered short text mode as_of generation complete statements citations refusal"
        " nearest notices seconds".split()
    )


@pytest.fixture
def plain() -> dict[str, Any]:
    answer = Answer(question="q", understood_as="q", answered=False, text="", mode="", as_of=None, generation="g")
    return answer.to_json()


@pytest.mark.parametrize("key", ["contract", "question", "statements", "citations", "short", "seconds"])
def test_an_answer_without_a_key_of_the_contract_is_refused(plain: dict[str, Any], key: str) -> None:
    del plain[key]
    with pytest.raises((KeyError, TypeError)):
        Answer.from_json(plain)


def test_an_answer_of_another_contract_is_refused_with_both_numbers(plain: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"contract 2, this release reads 1"):
        Answer.from_json(plain | {"contract": 2})


def test_records_are_frozen_and_slotted_and_take_keywords_only() -> None:
    kinds = [v for v in vars(records).values() if is_dataclass(v) and isinstance(v, type)]
    assert len(kinds) > 15
    for kind in kinds:
        assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind), kind
        assert all(f.kw_only for f in fields(kind)), kind
    with pytest.raises(FrozenInstanceError):
        records.Notice(code="a", text="b").code = "c"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("partial", "day"),
    [
        ("2025", "2025-12-31"),
        ("2025-04", "2025-04-30"),
        ("2025-12", "2025-12-31"),
        ("2024-02", "2024-02-29"),
        ("2025-02", "2025-02-28"),
        ("2025-03-31", "2025-03-31"),
        ("0987", "0987-12-31"),
    ],
)
def test_a_partial_date_counts_as_its_last_day(partial: str, day: str) -> None:
    assert last_day(partial) == day


@given(DATES)
def test_a_whole_date_is_its_own_last_day_and_no_part_of_it_ends_before(date: str) -> None:
    assert last_day(date) == date
    assert date <= last_day(date[:7]) <= last_day(date[:4])


@pytest.mark.parametrize(
    "text",
    "x|20250|2025-13|2025-00|2025-02-31|2025-W01-1|+123-12|-999-12|２０２５|2025-4|25|0000|2025-04-30T10|".split("|"),
)
def test_what_is_no_date_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date of the form 2025, 2025-04 or 2025-04-30"):
        last_day(text)
