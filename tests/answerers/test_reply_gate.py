"""The gate and the reader of replies, on text alone: what acts is taken out, in one piece or in many."""

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answerers._gate import gate, settled
from rag.answerers._reply import Reply

ACTS = [
    "![a](https://evil.example/x.png)",
    "![a][ref]",
    "![a\nb](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>\nalert(1)\n</script>",
    "<!-- a\ncomment -->",
    "[text](https://evil.example)",
    "<https://evil.example>",
    "https://evil.example/a?b=c",
    "www.evil.example/x",
    "//evil.example/x",
    "javascript:alert(1)",
    "$$\\href{https://evil.example}{x}$$",
    "\\(\\url{x}\\)",
    "$\\color{red}x$",
    ":material/home:",
    ":red[boo]",
    ":smile:",
    "::: note",
    "[^1]",
    "[^1]: https://evil.example",
    "[ref]: https://evil.example",
    "【3†source】",
    "[![a](https://evil.example/x.png)](https://evil.example)",
]
FORMS = re.compile(r"!\[|\]\(|<[a-zA-Z/!?]|://|www\.|javascript:|\$\$|:material/|\[\^|【|:::")


@pytest.mark.parametrize("form", ACTS)
def test_a_form_that_acts_is_taken_out_and_told(form: str) -> None:
    gated = gate(
        f"Gen-4 costs 12 credits. {form}\nIt is fast.\n"
        if "\n" not in form and form[0] != "["
        else f"{form}\nIt is fast.\n"
    )
    assert gated.removed
    assert not FORMS.search(gated.text)
    assert "It is fast." in gated.text


@pytest.mark.parametrize(
    "text",
    [
        "Runway raised $315 million at $5.3 billion in 2026.",
        "Clips at 16:9 last 5 < 10 seconds; see the note: it is fine.",
        "The training data: 5 TB of video, a file: none.",
        "C2PA [sic] is used by A/B tests & co.",
        "Its ratio is 1:1, or 3 * 4, at 10:30 on 1 May.",
    ],
)
def test_plain_sentences_pass_as_they_are(text: str) -> None:
    assert gate(text).text == text
    assert not gate(text).removed


def test_emphasis_and_list_marks_fall_away_without_a_word() -> None:
    gated = gate("# Title\n- **Gen-4** costs `12` _credits_.\n> quoted\n```\ncode\n```")
    assert gated.text.strip().split("\n") == ["Title", "- Gen-4 costs 12 credits.", "quoted", "code"]
    assert not gated.removed


@given(
    st.lists(
        st.sampled_from(
            [*ACTS, "Gen-4 costs 12 credits. [abc234]", "\n", " ", "<", "[", "!", "(", "](", "<think>", "$"]
        ),
        max_size=8,
    )
)
def test_whatever_comes_together_nothing_that_acts_is_left(parts: list[str]) -> None:
    assert not FORMS.search(gate("".join(parts)).text)


@given(
    st.lists(
        st.sampled_from([*ACTS, "- Gen-4 costs 12 credits. [abc234]\n", "- It is fast. [abc234]\n", "\n"]), max_size=8
    ),
    st.integers(1, 40),
)
def test_a_reply_in_pieces_says_what_it_says_whole(parts: list[str], size: int) -> None:
    text = "".join(parts)
    whole, pieces = Reply(ids=frozenset(["abc234"])), Reply(ids=frozenset(["abc234"]))
    told = [p.text for at in range(0, len(text), size) for p in pieces.feed(text[at : at + size])]
    told += [p.text for p in pieces.end()]
    at_once = [p.text for p in [*whole.feed(text), *whole.end()]]
    assert set(told) == set(at_once)
    assert not any(FORMS.search(t) for t in told)


@pytest.mark.parametrize("opening", ["![a](https://evil.", "<img src=", "[text](htt", "<think>\nhm", "<!-- x", "$$x"])
def test_nothing_behind_an_opening_is_read_before_it_is_closed(opening: str) -> None:
    assert settled(f"One.\n{opening}\nTwo.\n") == "One.\n"


def test_a_line_is_read_when_it_ends_not_before() -> None:
    reply = Reply(ids=frozenset(["abc234"]))
    assert list(reply.feed("- Gen-4 costs 12 credits. [abc2")) == []
    [first] = reply.feed("34]\n- It")
    assert (first.text, first.ids) == ("Gen-4 costs 12 credits.", ("abc234",))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A is one. [abc234] B is two. [xyz789]", [("A is one.", ("abc234",)), ("B is two.", ("xyz789",))]),
        ("A is one [abc234].", [("A is one.", ("abc234",))]),
        ("A is one (abc234, xyz789).", [("A is one.", ("abc234", "xyz789"))]),
        ("A is one (in 2025). [abc234][xyz789]", [("A is one (in 2025).", ("abc234", "xyz789"))]),
        ("2) A is one. [id: ABC234]", [("A is one.", ("abc234",))]),
        ("A is one. B is two. [abc234]", [("A is one.", ("abc234",)), ("B is two.", ("abc234",))]),
        ("A is one. [9]", [("A is one.", ())]),
        ("Here is what I found:", []),
    ],
)
def test_marks_are_read_in_the_forms_models_write_them(line: str, told: list[tuple[str, tuple[str, ...]]]) -> None:
    reply = Reply(ids=frozenset(["abc234", "xyz789"]))
    assert [(p.text, p.ids) for p in reply.feed(line + "\n")] == told


@pytest.mark.parametrize("unit", ["<", "[", "![a](", "$$", "<a ", "- a [abc234]\n", ":a:", "*", "【", "[^1]"])
def test_row_39_the_gate_takes_its_time_in_proportion(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    began = perf_counter()
    gate(text)
    settled(text + "\n")
    assert perf_counter() - began < 2
