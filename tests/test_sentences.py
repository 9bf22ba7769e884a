import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import HEADING, blocks, normalise, spans

# Texts in which the things that make splitting hard meet more often than in random text.
HARD = st.text(alphabet="aB1.!?…\"“”'() \n\t#-*•。！？」é\u0301\u200b\u2028\r", max_size=200)
TEXTS = st.one_of(st.text(max_size=300), HARD)

# A bar stands between two sentences.
CASES = """
Dr. Smith joined Runway. | He left.
The U.S. Copyright Office ruled in 2025. | Others followed.
It was sold in the U.S. | The deal closed in May.
The E.U. AI Act applies. | It has 113 articles.
Runway raised a Series E. | Nvidia took part.
Plan B. | It failed.
Andersen v. Stability AI is pending. | A judge let it go on.
Getty Images (US), Inc. v. Stability AI, Ltd. began in 2023. | It ended in 2025.
Gen-4.5 costs $0.05 a second. | It is new.
Runway has raised 3.5 billion. | Then it stopped.
Version v1.2.3 shipped. | Version 1.3 did not.
It is called Wan 2.2. | Alibaba made it.
He said "It works." | Then he left.
He said “It works.” | Then he left.
"Is it?" she asked. | Nobody knew.
He asked “Why?” and left. | She stayed.
It cost $5. | "Cheap," he said.
J. K. Rowling spoke. | All listened.
As I said, so did I. | He left.
See Fig. 3 for more. | It helps.
No. 1 is Veo. | No. 2 is Kling.
It was no. 7 in the list. | It fell.
See pp. 13-14 and vol. 2 for more. | They help.
Is it? | Yes! | It is.
What?! | No way.
Wait... what? | It goes on.
Wait… it goes on. | It ends.
A guide (see e.g. the docs) is fine. | Others help, i.e. one.
It opened at 9 a.m. on Monday. | The court sat until 5 p.m. | It then rose.
Acme Inc. sued. | It won.
He sued Acme Inc. | The firm paid.
Prof. Lee et al. measured it. | The table has 3 rows.
Visit runwayml.com or a.b/c.d?e=f for more. | It is free.
Mr. and Mrs. Lee left. | They drove.
It runs at 24 fps. | 48 fps comes next.
It needs approx. 30 GB. | A card has 24 GB.
It began on Sept. 5. | By Dec. 2025 it had ended.
Gen. Smith and Lt. Col. Lee spoke. | Ph.D. students listened.
Prices rose by 5%. | Costs fell.
你好。 | 这是第二句！ | 真的？ | 是的。
「你好。」 | 他说。
ランウェイは動画モデルです。 | 価格は12クレジットです。
"""


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize("case", [line for line in CASES.splitlines() if line])
def test_a_hard_text_is_split_where_its_sentences_end(case: str) -> None:
    expected = case.split(" | ")
    assert split(("" if "。" in case else " ").join(expected)) == expected


def test_list_items_are_sentences_without_their_marks() -> None:
    assert split("- One item. Two here.\n- Another\n\n1. First.\n2) Second.") == [
        "One item.",
        "Two here.",
        "Another",
        "First.",
        "Second.",
    ]


def test_headings_are_no_sentences() -> None:
    assert split("# A heading. With dots.\nText here.\n\n## Why?\n\nBecause.") == ["Text here.", "Because."]


def test_a_line_that_begins_with_a_hash_and_a_word_is_a_sentence() -> None:
    assert split("#MeToo began in 2006. It grew.\n\n#1 is Veo\n####### Seven.\n## Why?") == [
        "#MeToo began in 2006.",
        "It grew.",
        "#1 is Veo\n####### Seven.",
    ]


def test_a_sentence_goes_on_over_a_line_end_and_not_over_an_empty_line() -> None:
    assert split("One sentence\ngoes on.\n\nno stop\n\nAnother") == ["One sentence\ngoes on.", "no stop", "Another"]


@given(TEXTS)
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(TEXTS)
def test_normalised_text_holds_no_hidden_character(text: str) -> None:
    hidden = set("\x00\x07\r\t\u00a0\u00ad\u200b\u200e\u2028\u202e\ufeff\ud800\U000e0041")
    assert hidden & set(normalise(text + "".join(hidden))) == set()


def test_normalise_composes_letters_and_folds_blanks_and_lines() -> None:
    assert normalise("Cafe\u0301\u00a0  noir \r\n\r\n\r\n\u2003next\u200b line\n") == "Café noir\n\nnext line"


@given(TEXTS)
def test_sentences_come_in_order_without_overlap_and_without_blanks_around_them(text: str) -> None:
    text = normalise(text)
    end = 0
    for start, stop in spans(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        end = stop


@given(TEXTS)
def test_no_letter_outside_a_heading_is_lost(text: str) -> None:
    text = normalise(text)
    inside = {i for start, end in spans(text) for i in range(start, end)}
    headings = {i for start, end in blocks(text) if HEADING.match(text, start) for i in range(start, end)}
    assert [i for i, c in enumerate(text) if c.isalpha() and i not in inside | headings] == []


@given(TEXTS)
def test_blocks_hold_all_that_is_not_blank(text: str) -> None:
    text = normalise(text)
    inside = {i for start, end in blocks(text) for i in range(start, end)}
    assert [i for i, c in enumerate(text) if not c.isspace() and i not in inside] == []


WORST = {
    "stops": ".",
    "stops and blanks": ". ",
    "stops and letters": "a. ",
    "capitals with stops": "A. B",
    "quotes after a stop": '."',
    "open quotes": "“",
    "one long word": "a",
    "blanks": " ",
    "empty lines": "\n",
    "headings": "# a\n",
    "list items": "- a\n",
    "combining marks": "e\u0301\u0301\u0301\u0301\u0301",
    "dots and lower case": "x... y",
    "abbreviations": "Inc. Ltd. ",
    "Chinese stops": "。",
    "footnote openers": "[^",
}


@pytest.mark.parametrize("pattern", WORST.values(), ids=WORST)
def test_a_hundred_kilobytes_of_the_worst_take_a_moment(pattern: str) -> None:
    text = pattern * (100_000 // len(pattern))

    def seconds() -> float:
        begun = time.process_time()
        list(spans(normalise(text)))
        return time.process_time() - begun

    assert min(seconds() for _ in range(3)) < 0.2
