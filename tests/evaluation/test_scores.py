"""The measures on cases worked out by hand."""

from math import log2

import pytest

from rag.evaluation.scores import (
    covered,
    first_words,
    holds,
    interval,
    ndcg,
    percentile,
    plain,
    recall,
    reciprocal_rank,
)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("Clips last 5 or 10 seconds.", "10 seconds"),
        ("It cost US$1,300 a clip", "1300"),
        ("a 10-second clip", "10 second"),
        ("raised $308 million", "308 million dollars"),
        ("1280 × 768 pixels", "1280x768"),
        ("Runway’s model", "Runway's model"),
        ("up to 75%", "75%"),
        ("GEN\u20114 Turbo", "gen-4 turbo"),
    ],
)
def test_gold_is_found_however_it_is_written(text: str, wording: str) -> None:
    assert holds(text, [wording])


@pytest.mark.parametrize(
    ("text", "wording"), [("Gen-4.5 costs", "4"), ("version 4.5", "5"), ("50 seconds", "5"), ("a 1,300 fee", "300")]
)
def test_a_part_of_a_figure_is_not_the_figure(text: str, wording: str) -> None:
    assert not holds(text, [wording])


def test_one_wording_of_an_element_is_enough_and_every_element_counts() -> None:
    gold = [["five seconds", "5 seconds"], ["10 seconds"], ["24 fps"]]
    assert covered("5 seconds or 10 seconds", gold) == pytest.approx(2 / 3)
    assert covered("anything", []) == 1


def test_plain_text_stays_as_it_is_when_made_plain_again() -> None:
    text = plain("US$1,300,000 — 16×9, “Gen-4”")
    assert plain(text) == text


def test_words_are_counted_over_the_quotes_in_their_order() -> None:
    assert first_words(["one two", "three  four", "five"], 3) == "one two three"
    assert first_words(["one two", "three"], None) == "one two three"


def test_recall_counts_what_was_found_of_all_there_is() -> None:
    assert recall(["x", "a", "y", "b"], {"a", "b", "c", "d"}, 2) == 0.25
    assert recall(["x", "a", "y", "b"], {"a", "b", "c", "d"}, 4) == 0.5


def test_the_reciprocal_rank_is_that_of_the_first_relevant_one() -> None:
    assert reciprocal_rank(["x", "y", "a", "b"], {"a", "b"}, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "a"], {"a"}, 2) == 0


def test_ndcg_is_one_for_the_ideal_order_and_discounts_by_rank() -> None:
    gains = {"a": 1.0, "b": 1.0}
    assert ndcg(["b", "a", "x"], gains, 10) == 1
    assert ndcg(["x", "a"], gains, 10) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert ndcg(["x"], gains, 10) == 0


def test_the_interval_holds_the_mean_is_the_same_each_time_and_narrows_with_more_values() -> None:
    few, many = interval([0, 1] * 10), interval([0, 1] * 1000)
    assert few == interval([0, 1] * 10)
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    assert interval([1, 1, 1]).low == interval([1, 1, 1]).high == 1


def test_the_median_and_the_tail_of_latencies() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(list(range(101)), 0.95) == 95
