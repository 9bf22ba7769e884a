from dataclasses import replace
from pathlib import Path

from rag.records import Answer
from rag.ui.acts import act
from rag.ui.turns import Filters, Opened, Session, Turn


def test_blanks_are_no_question() -> None:
    session = Session()
    session.ask("  \n")
    assert session.turns == []


def test_a_new_question_closes_the_panel(answered: Answer) -> None:
    session = Session(turns=[Turn("q", answer=answered)], opened=Opened(0, "citation", 1))
    session.ask(" and then? ")
    assert (session.turns[1].question, session.turns[1].waiting, session.opened) == ("and then?", True, None)


def test_a_citation_is_found_by_its_number_in_its_own_turn(answered: Answer, refused: Answer) -> None:
    session = Session(turns=[Turn("a", answer=answered), Turn("b", answer=refused)])
    session.opened = Opened(0, "citation", 1)
    assert session.cited() == answered.citations[0]
    session.opened = Opened(1, "nearest", 0)
    assert session.cited() == refused.nearest[0]


def test_a_number_nobody_gave_opens_nothing(answered: Answer) -> None:
    session = Session(turns=[Turn("a", answer=answered)])
    for opened in (Opened(0, "citation", 9), Opened(0, "nearest", -1), Opened(7, "citation", 1), None):
        session.opened = opened
        assert session.cited() is None
        session.step(1)
        assert session.opened == opened


def test_a_refusal_under_filters_is_asked_again_without_them(refused: Answer, tmp_path: Path) -> None:
    session = Session(turns=[Turn("and it?", answer=refused)], filters=Filters(topic="runway"))
    act(session, 0, {"kind": "unfiltered"}, tmp_path)
    assert (session.turns[1].question, session.turns[1].filters) == (refused.understood_as, Filters())
    assert session.filters == Filters()


def test_stepping_goes_round_the_citations_of_one_answer(answered: Answer) -> None:
    three = tuple(replace(answered.citations[0], number=n) for n in (1, 2, 3))
    session = Session(turns=[Turn("a", answer=replace(answered, citations=three))], opened=Opened(0, "citation", 3))
    session.step(1)
    assert session.opened == Opened(0, "citation", 1)
    session.step(-1)
    assert session.opened == Opened(0, "citation", 3)
