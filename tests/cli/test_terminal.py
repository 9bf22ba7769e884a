from dataclasses import replace

import pytest

from rag.assistant import Assistant
from rag.cli.terminal import MARK, PLAIN, render

COST = "How many credits per second does Gen-4 cost?"


@pytest.mark.parametrize("marked", [True, False])
def test_each_quote_is_marked_in_its_passage(asked: Assistant, marked: bool) -> None:
    answer = asked.ask(COST)
    shown = render(answer, asked.article, marked=marked)
    opened, closed = (MARK, PLAIN) if marked else ("»", "«")
    assert all(f"{opened}{c.quote}{closed}" in shown for c in answer.citations)


def test_no_control_character_of_an_answer_reaches_the_terminal(asked: Assistant) -> None:
    odd = "\x1b[31mred\x07\x9b2J\r"
    answer = asked.ask(COST)
    statement, citation = replace(answer.statements[0], text=odd), replace(answer.citations[0], title=odd, quote=odd)
    answered = replace(answer, statements=(statement,), citations=(citation,), understood_as=odd, mode=odd)
    refused = replace(asked.ask("Who won the 1998 World Cup?"), text=odd)
    for made in (answered, refused):
        assert not {"\x1b", "\x07", "\x9b", "\r"} & set(render(made, asked.article, marked=False))
