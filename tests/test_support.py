import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.judging import FULL_SUPPORT, WEAK_SUPPORT
from rag.support import TokenSupport, scored

SOURCE = "Gen-4 makes clips of 5 or 10 seconds at 24 frames per second."


@pytest.fixture(scope="module")
def support(tmp_path_factory: pytest.TempPathFactory) -> TokenSupport:
    return TokenSupport(tmp_path_factory.mktemp("home"))


def test_other_words_for_the_same_are_supported(support: TokenSupport) -> None:
    assert support("Videos from Gen-4 last five or ten seconds.", SOURCE) >= FULL_SUPPORT
    assert support(SOURCE, SOURCE) > 0.9


def test_a_figure_told_in_another_way_is_supported(support: TokenSupport) -> None:
    source = "The price was 0.10 dollars for a second, up 9 percent, or 345 Hong Kong dollars an hour."
    assert support("The price was 10 cents a second, up 9%, or HK$345 an hour.", source) >= FULL_SUPPORT
    assert support("The price was 20 cents a second, up 7%, or HK$350 an hour.", source) < FULL_SUPPORT


def test_another_matter_is_not_supported(support: TokenSupport) -> None:
    assert support("The museum bought paintings from a private collector in Vienna.", SOURCE) < WEAK_SUPPORT


def test_an_addition_that_nobody_wrote_lowers_the_score_below_full_support(support: TokenSupport) -> None:
    added = "Gen-4 makes clips of 5 or 10 seconds, a decision that surprised many analysts."
    assert support(added, SOURCE) < FULL_SUPPORT <= support("Gen-4 makes clips of 5 or 10 seconds.", SOURCE)


def test_a_word_may_stand_late_in_a_long_source(support: TokenSupport) -> None:
    late = "filler words go on and on " * 60 + SOURCE
    assert support("Videos from Gen-4 last five or ten seconds.", late) >= FULL_SUPPORT


def test_a_statement_without_words_of_meaning_lacks_nothing(support: TokenSupport) -> None:
    assert support("It is.", SOURCE) == 1
    assert scored([]) == 1


@settings(deadline=None, max_examples=25)
@given(statement=st.text(max_size=60), source=st.text(max_size=60))
def test_the_score_is_a_share_and_the_same_every_time(statement: str, source: str) -> None:
    one, other = (TokenSupport(Path("unused"))(statement, source) for _ in range(2))
    assert 0 <= one <= 1
    assert one == other


def test_long_texts_take_a_moment(support: TokenSupport) -> None:
    begun = time.process_time()
    support("word " * 240, SOURCE * 90)
    assert time.process_time() - begun < 10
