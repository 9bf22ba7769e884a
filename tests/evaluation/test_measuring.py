"""`rag eval` on the small corpus: what is measured, where misses were lost, the table, the baseline."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.errors import QuestionSetError, SettingsError
from rag.evaluation.measuring import Evaluation, ask_row, evaluate, measured, relevant_passages, where_lost
from rag.evaluation.published import published
from rag.evaluation.question_sets import QuestionRow, load_questions
from rag.evaluation.scoreboard import (
    as_json,
    as_markdown,
    as_text,
    circumstances,
    compare,
    read_baseline,
    worse,
    write_misses,
)
from rag.records import Answer, Retrieved
from rag.settings import Settings
from tests.conftest import Rag

API = "How long do Gen-4 clips last on the Runway API?"
LENGTH = ["between 2 and 10 seconds"]


def row(turns: list[str], **changes: Any) -> dict[str, Any]:
    made = {"id": turns[-1], "kind": "single", "turns": turns, "as_of": None, "facts": ["C"], "gold": [LENGTH]}
    return made | {"answerable": True, "split": "reporting"} | changes


def unanswerable(turn: str, **changes: Any) -> dict[str, Any]:
    return row([turn], kind="unanswerable", facts=[], gold=[], answerable=False) | changes


ROWS = [
    row([API]),
    row(["How long are clips of Gen-4?", "And on the API?"], kind="conversation"),
    row(["On the Runway API, how long do Gen-4 clips last?"], kind="as of a day", as_of="2025-12"),
    row(["What do Gen-4 clips on the Runway API last?"], kind="conflict", gold=[LENGTH, ["8 seconds"]]),
    unanswerable("Who won the 1998 World Cup?"),
    unanswerable("How long do clips of Veo 3 last?"),
    row(["Who discovered the moon?"], facts=["Z-1"], id="elsewhere"),
]


def parsed(data: dict[str, Any]) -> QuestionRow:
    return QuestionRow.from_json(data)


@pytest.fixture(scope="module")
def evaluation(asked: Assistant) -> Evaluation:
    return evaluate(asked, [parsed(data) for data in ROWS])


def test_the_passages_of_a_fact_are_those_whose_sentences_carry_its_footnote(asked: Assistant) -> None:
    found = relevant_passages(asked.articles())
    assert found.keys() == {"a", "b", "c"}
    retrieved = {r.passage.id: r.passage for r in ask_row(asked, parsed(ROWS[0])).retrieved}
    assert [LENGTH[0] in retrieved[name].text for name in found["c"]] == [True]


def test_the_passages_and_sentences_are_those_the_chain_worked_with(asked: Assistant) -> None:
    outcome = ask_row(asked, parsed(ROWS[0]))
    assert outcome.answer == replace(asked.ask(API), seconds=outcome.answer.seconds)
    assert outcome.reading.evidence[0].sentence.text == outcome.answer.citations[0].quote
    assert outcome.reading.evidence[0].passage.id in {r.passage.id for r in outcome.retrieved}


def test_a_right_answer_scores_in_every_measure(evaluation: Evaluation) -> None:
    names = ["Recall@5", "Recall@10", "hit@1", "hit@3", "hit@3 single", "citation precision", "citation recall"]
    assert {evaluation.measures[name][API] for name in names} == {1.0}
    assert evaluation.measures["wrong refusal"][API] == 0


def test_refusals_are_right_where_nothing_answers(evaluation: Evaluation) -> None:
    assert evaluation.measures["right refusal"] == {
        "Who won the 1998 World Cup?": 1,
        "How long do clips of Veo 3 last?": 0,
    }


def test_a_conflict_counts_the_sides_shown_and_is_no_hit(evaluation: Evaluation) -> None:
    name = "What do Gen-4 clips on the Runway API last?"
    assert evaluation.measures["conflict recall"] == {name: 0.5}
    assert evaluation.measures["conflict hit"] == {name: 0}
    assert name not in evaluation.measures["hit@1"]


def test_a_follow_up_is_measured_with_its_history_and_without(evaluation: Evaluation) -> None:
    assert evaluation.measures["hit@3 conversation"].keys() == {"And on the API?"}
    assert evaluation.measures["hit@3 conversation, last turn alone"].keys() == {"And on the API?"}


def test_a_question_whose_facts_stand_in_no_article_is_left_out(evaluation: Evaluation) -> None:
    assert (evaluation.questions, evaluation.left_out) == (6, 1)
    assert all("elsewhere" not in rows for rows in evaluation.measures.values())


def test_every_turn_is_timed(evaluation: Evaluation) -> None:
    assert len(evaluation.seconds) == 7
    assert 0 < evaluation.latency(0.5) <= evaluation.latency(0.95)


def test_a_quote_known_after_the_day_of_the_question_is_a_leak(asked: Assistant) -> None:
    late = replace(parsed(ROWS[0]), kind="as-of", as_of="2025-09-30")
    outcome = replace(ask_row(asked, parsed(ROWS[0])), row=late)
    assert measured(outcome, {"c": frozenset({"x"})})["as-of leaks"] == 1
    assert where_lost(outcome, {}) == "known later"
    assert measured(ask_row(asked, late), {"c": frozenset({"x"})})["as-of leaks"] == 0


def without(answer: Answer) -> Answer:
    return replace(answer, answered=False, citations=(), statements=())


def test_a_miss_is_lost_at_the_first_stage_that_lacks_it(asked: Assistant) -> None:
    relevant = relevant_passages(asked.articles())
    right = ask_row(asked, parsed(ROWS[0]))
    empty = replace(right.answer, citations=())
    others: tuple[Retrieved, ...] = tuple(r for r in right.retrieved if r.passage.id not in relevant["c"])
    unread = replace(right.reading, evidence=())
    assert where_lost(right, relevant) is None
    assert where_lost(replace(right, answer=empty), relevant) == "not quoted"
    assert where_lost(replace(right, answer=without(right.answer)), relevant) == "refused"
    assert where_lost(replace(right, answer=empty, reading=unread), relevant) == "not read"
    assert where_lost(replace(right, answer=empty, reading=unread, retrieved=others), relevant) == "not retrieved"


def test_the_misses_file_says_where_each_was_lost(evaluation: Evaluation, tmp_path: Path) -> None:
    write_misses(evaluation, tmp_path / "misses.jsonl")
    found = [json.loads(line) for line in (tmp_path / "misses.jsonl").read_text("utf-8").splitlines()]
    lost = {miss["id"]: miss["lost"] for miss in found}
    assert lost["How long do clips of Veo 3 last?"] == "not refused"
    assert lost["What do Gen-4 clips on the Runway API last?"] == "not retrieved"
    assert API not in lost
    with pytest.raises(SettingsError, match="another file"):
        write_misses(evaluation, tmp_path)


def test_the_table_has_a_line_for_each_measure(evaluation: Evaluation) -> None:
    text, markdown = as_text(evaluation), as_markdown(evaluation)
    assert set(as_json(evaluation)["measures"]) == set(evaluation.measures)
    for name in evaluation.measures:
        assert f"\n{name}  " in f"\n{text}"
        assert f"\n| {name} | " in markdown
    assert "6 questions, 1 left out" in text


def test_a_printed_run_is_read_again_with_its_times_its_chances_and_its_misses(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    path = tmp_path / "eval.json"
    path.write_text(json.dumps(circumstances() | as_json(evaluation)), "utf-8")
    run = published(path)
    assert run.seconds == tuple(round(seconds, 3) for seconds in evaluation.seconds)
    assert evaluation.chances.keys() == {data["id"] for data in ROWS} - {"elsewhere"}
    assert all(0 <= chance <= 1 for chance in evaluation.chances.values())
    assert {miss.id: miss.lost for miss in run.misses} == {miss["id"]: miss["lost"] for miss in evaluation.misses}
    assert all(len(miss.quotes) <= 2 for miss in run.misses)
    assert run.curve[0].wrong == 0.0


def test_a_run_is_no_worse_than_itself(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(as_json(evaluation)), "utf-8")
    assert worse(compare(evaluation, read_baseline(path))) == []


def many(values: list[float], name: str = "hit@1") -> Evaluation:
    rows = {str(number): value for number, value in enumerate(values)}
    return Evaluation(
        mode="",
        generation="",
        questions=len(rows),
        left_out=0,
        measures={name: rows},
        seconds=(0.1,),
        misses=(),
        chances={},
    )


def test_a_few_questions_lost_among_many_are_no_regression_and_a_tenth_of_them_is() -> None:
    baseline = as_json(many([1.0] * 100))
    assert worse(compare(many([0.0] * 2 + [1.0] * 98), baseline)) == []
    assert worse(compare(many([0.0] * 10 + [1.0] * 90), baseline))[0].startswith("hit@1: 0.900, it was 1.000")


def test_what_should_be_low_is_worse_when_it_rises_and_one_leak_is_too_many() -> None:
    for name, few in (("wrong refusal", False), ("as-of leaks", True)):
        baseline = as_json(many([0.0] * 100, name))
        assert bool(worse(compare(many([1.0] + [0.0] * 99, name), baseline))) is few
        assert worse(compare(many([1.0] * 10 + [0.0] * 90, name), baseline))
        assert worse(compare(many([0.0] * 100, name), as_json(many([1.0] * 100, name)))) == []


def test_a_baseline_of_other_questions_or_of_another_shape_is_refused(tmp_path: Path) -> None:
    other = as_json(many([1.0]))
    other["measures"]["hit@1"]["rows"] = {"another": 1.0}
    with pytest.raises(QuestionSetError, match="other questions"):
        compare(many([1.0]), other)
    for text in ("", "[]", '{"measures": {"hit@1": 3}}'):
        (tmp_path / "b.json").write_text(text, "utf-8")
        with pytest.raises(QuestionSetError, match="rag eval --json"):
            read_baseline(tmp_path / "b.json")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    halves = [*ROWS[:2], row(["On which day was Gen-4 announced?"], split="tuning"), row([API], split=None, id="whole")]
    path.write_text("\n".join(json.dumps(data) for data in halves) + "\n\n", "utf-8")
    return path


def test_one_half_is_loaded_and_rows_without_a_half_belong_to_both(questions: Path) -> None:
    assert len(load_questions(questions, None)) == 4
    assert [r.id for r in load_questions(questions, "tuning")] == ["On which day was Gen-4 announced?", "whole"]
    assert len(load_questions(questions, "reporting")) == 3


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "{",
        '{"id": 1}',
        json.dumps(ROWS[0] | {"turns": []}),
        json.dumps(row([API], gold=[])),
        json.dumps(row([API], as_of="x")),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{json.dumps(ROWS[0])}\n{line}\n", "utf-8")
    with pytest.raises(QuestionSetError, match=r"questions\.jsonl:2"):
        load_questions(path, None)


def test_questions_none_of_which_the_articles_know_are_refused(asked: Assistant, tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="carry no fact"):
        evaluate(asked, [parsed(ROWS[-1])])
    (tmp_path / "empty.jsonl").write_text("\n", "utf-8")
    with pytest.raises(QuestionSetError, match="no question"):
        load_questions(tmp_path / "empty.jsonl", "tuning")


def test_the_command_prints_the_table_and_fails_when_worse_than_the_baseline(
    rag: Rag, questions: Path, small: Settings, tmp_path: Path
) -> None:
    made = rag("eval", str(questions), "--json")
    assert made.returncode == 0, made.stderr
    baseline = json.loads(made.stdout)
    assert baseline["questions"] == 3
    path = tmp_path / "baseline.json"
    path.write_text(made.stdout, "utf-8")
    same = rag("eval", str(questions), "--baseline", str(path), "--misses", str(tmp_path / "misses.jsonl"))
    assert same.returncode == 0, same.stderr
    assert "before" in same.stdout
    (small.corpus[0] / "gen-4.md").write_text('---\ntitle: Gen-4\n---\n\nNothing is known.[^c]\n\n[^c]: A, "B", 2025\n')
    rag("ingest")
    lost = rag("eval", str(questions), "--markdown", "--baseline", str(path))
    assert lost.returncode == 1
    assert "worse: hit@1" in lost.stderr
    assert "| hit@1 |" in lost.stdout
    assert (tmp_path / "misses.jsonl").exists()


def test_the_command_names_a_file_it_cannot_read(rag: Rag) -> None:
    failed = rag("eval", "nowhere.jsonl")
    assert failed.returncode == 3
    assert "nowhere.jsonl" in failed.stderr
    assert "Traceback" not in failed.stderr
