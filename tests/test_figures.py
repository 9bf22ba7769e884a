import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import figures


def found(text: str) -> list[tuple[str, str, str]]:
    return [(f.kind, f.value, f.unit) for f in figures(text)]


ALIKE = """
$315M = 315 million dollars = US$315 million = 315,000,000 USD
$5.3 billion = 5.3bn dollars = $5,300M
31 March 2025 = March 31, 2025 = 2025-03-31 = 31st of March 2025 = Mar. 31 2025
April 2025 = 2025-04 = Apr 2025
10 seconds = 10s = 10-second = ten seconds = 10 sec
2 minutes = 120 seconds = two minutes
1.5 hours = 90 minutes
75% = 75 percent = seventy-five per cent
24 fps = 24 frames per second
12 credits = twelve credits
$0.05 = 5 cents = 0.05 dollars
1280x720 = 1280 × 720 pixels
720p = 720P
14B parameters = 14 billion parameters
€12 billion = 12 billion euros
500 ms = 0.5 seconds
half-hour = half an hour = 30 minutes
two and a half minutes = 2.5 minutes = 150 seconds
half a million dollars = half-million dollars = $500,000
"""
DIFFERENT = """
10 seconds = 8 seconds
$315 million = €315 million
$315 million = $315 billion
31 March 2025 = 1 April 2025
March 2025 = March 2026
75% = 75 dollars
10 minutes = 10 seconds
720p = 1080p
12 credits = 12 fps
half-hour = half-minute
half-million dollars = half-billion dollars
two and a half minutes = two minutes
"""


def pairs(table: str) -> list[tuple[str, str]]:
    rows = [row.split(" = ") for row in table.splitlines() if row]
    return [(row[0], other) for row in rows for other in row[1:]]


@pytest.mark.parametrize(("one", "other"), pairs(ALIKE))
def test_two_ways_to_write_a_figure_are_the_same(one: str, other: str) -> None:
    (first,), (second,) = figures(one), figures(other)
    assert first.same(second)
    assert second.same(first)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_another_value_unit_or_date_is_not_the_same(one: str, other: str) -> None:
    (first,), (second,) = figures(one), figures(other)
    assert not first.same(second)
    assert not second.same(first)


def test_the_number_of_a_name_is_no_day_of_the_month_behind_it() -> None:
    assert [f.value for f in figures("Gen-1 of February 2023 and Gen-2 of 20 March 2023")] == ["2023-02", "2023-03-20"]
    assert [f.value for f in figures("on 10-12 May 2024")][-1] == "2024-05-12"


@pytest.mark.parametrize("name", ["Gen-4", "Gen-4.5", "Veo 3.1", "Wan 2.2", "RTX 4090", "v1.5", "gen4"])
def test_digits_of_a_name_are_no_figure(name: str) -> None:
    assert figures(f"It is called {name} here.") == []


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("a top-10 list", ("number", "10", "")),
        ("It took 1,000 words.", ("length", "1000", "word")),
        ("It needs 24 GB.", ("data", "24000000000", "")),
        ("in 2025 it began", ("date", "2025", "")),
        ("2025 videos were made", ("number", "2025", "")),
    ],
)
def test_a_figure_is_read_with_its_kind_and_unit(text: str, figure: tuple[str, str, str]) -> None:
    assert figure in found(text)


@pytest.mark.parametrize(
    "text", ["2025-06-31", "31 June 2025", "the 2024-25 season", "30 February", "February 29, 2025"]
)
def test_what_stands_in_no_calendar_is_no_date(text: str) -> None:
    assert not [f for f in figures(text) if f.kind == "date" and len(f.value) > len("2025")]


def test_a_leap_day_without_a_year_is_a_date() -> None:
    assert found("on 29 February") == [("date", "-----02-29", "")]


def test_a_partial_date_agrees_with_a_fuller_one_that_begins_with_it() -> None:
    year, month, day, other = (figures(t)[0] for t in ("2025", "March 2025", "31 March 2025", "31 May 2025"))
    assert year.same(day)
    assert month.same(day)
    assert not month.same(other)


def test_a_date_without_a_year_agrees_with_its_day_of_any_year() -> None:
    (short,), (whole,), (other,) = figures("on 31 March"), figures("31 March 2025"), figures("30 March 2025")
    assert short.same(whole)
    assert not short.same(other)


@given(st.text(alphabet="0123456789.,-$€%xkMmbs Gen March 2025 seconds million\n", max_size=120))
def test_figures_stand_where_they_say_in_order_without_overlap(text: str) -> None:
    end = 0
    for figure in figures(text):
        assert end <= figure.start < figure.end <= len(text)
        assert text[figure.start : figure.end].strip() == figure.text
        end = figure.end


@given(st.text(max_size=200))
def test_a_figure_is_the_same_as_itself(text: str) -> None:
    assert all(f.same(f) for f in figures(text))


@given(st.integers(1, 10**9))
def test_thousands_may_be_parted_by_commas(number: int) -> None:
    (plain,), (parted,) = figures(f"{number} credits"), figures(f"{number:,} credits")
    assert plain.value == parted.value == str(number)


@pytest.mark.parametrize("pattern", ["1", "1,", "1.", "$", "1 ", "a1-", "March ", "twenty-", "1x", "0-00"])
def test_a_hundred_kilobytes_of_digits_take_a_moment(pattern: str) -> None:
    text = pattern * (100_000 // len(pattern))
    begun = time.process_time()
    figures(text)
    assert time.process_time() - begun < 2
