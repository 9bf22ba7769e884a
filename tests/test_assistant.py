from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_chroma import Chroma

from rag.assistant import Assistant
from rag.errors import MissingExtra, NoIndex, QuestionError, SettingsError
from rag.ingest import ingest
from rag.records import Answer
from rag.settings import Settings
from tests.conftest import FUNDING, GEN_4
from tests.providers import Providers

COST = "How many credits per second does Gen-4 cost?"
SERIES = "How much did Runway raise in its Series E?"


def test_the_first_start_builds_the_index_and_tells_how_far_it_is(small: Settings) -> None:
    stages: list[tuple[str, int, int]] = []
    with Assistant.open(small, progress=lambda *step: stages.append(step)) as assistant:
        assert {a.slug for a in assistant.articles()} == {"gen-4", "funding", "veo-3"}
        assert assistant.ask(COST).answered
    assert {"read", "embed", "chroma", "check"} <= {stage for stage, _, _ in stages}
    assert all(0 <= done <= total for _, done, total in stages)


def test_without_leave_to_build_a_missing_index_is_reported_with_the_command(small: Settings) -> None:
    with pytest.raises(NoIndex, match="rag ingest"):
        Assistant.open(small, build=False)


def test_the_next_question_sees_a_new_generation(small: Settings) -> None:
    with Assistant.open(small) as assistant:
        before = assistant.ask(COST)
        edited = GEN_4.replace("Gen-4 costs 12 credits per second", "Gen-4 costs 14 credits per second")
        (small.corpus[0] / "gen-4.md").write_text(edited)
        assert assistant.ask(COST).generation == before.generation
        ingest(small, assistant.embedder)
        after = assistant.ask(COST)
        assert (before.statements[0].text[:26], after.statements[0].text[:26]) == (
            "Gen-4 costs 12 credits per",
            "Gen-4 costs 14 credits per",
        )
        assert after.generation == assistant.generation != before.generation


def test_a_deleted_article_is_gone_from_the_answers(small: Settings) -> None:
    with Assistant.open(small) as assistant:
        assert "funding" in {c.article for c in assistant.ask(SERIES).citations}
        (small.corpus[0] / "funding.md").unlink()
        ingest(small, assistant.embedder)
        after = assistant.ask(SERIES)
        assert "funding" not in {c.article for c in after.citations} | {n.article for n in after.nearest}
        with pytest.raises(KeyError):
            assistant.article("funding")


@pytest.mark.parametrize(
    ("as_of", "shown", "hidden"),
    [("2025-06", "308 million", "315 million"), ("2026-02", "315 million", "no such figure")],
)
def test_as_of_hides_later_sentences(asked: Assistant, as_of: str, shown: str, hidden: str) -> None:
    answer = asked.ask("How much did Runway raise, in which series?", as_of=as_of)
    assert answer.as_of == as_of
    said = " ".join([s.text for s in answer.statements] + [n.quote for n in answer.nearest])
    assert shown in said
    assert hidden not in said
    assert all(c.known_since and c.known_since <= f"{as_of}-99" for c in answer.citations)


def test_filters_keep_to_outlet_topic_and_since(asked: Assistant) -> None:
    answer = asked.ask(SERIES, publisher="TechCrunch")
    assert {s.publisher for c in answer.citations for r in c.references for s in r.sources} <= {"TechCrunch"}
    assert {c.article for c in asked.ask("How long is a clip of Veo 3?", topic="google").citations} <= {"veo-3"}
    assert all((c.known_since or "") >= "2026" for c in asked.ask(SERIES, since="2026").citations)


@pytest.mark.parametrize("name", ["as_of", "since"])
def test_a_date_that_is_none_is_refused_by_name(asked: Assistant, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: 'soon' is not a date"):
        asked.ask(COST, **{name: "soon"})  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=f"{name}: '2025-4' is not a date"):
        asked.chain.invoke({"question": COST, name: "2025-4"})  # type: ignore[misc]
    with pytest.raises(SettingsError, match=f"{name}: '2025-4' is not a date"):
        asked.as_retriever(**{name: "2025-4"})  # type: ignore[arg-type]


@pytest.mark.parametrize("question", ["", "?", "x" * 4001])
def test_a_question_that_is_none_is_refused(asked: Assistant, question: str) -> None:
    with pytest.raises(QuestionError):
        asked.ask(question)


def test_a_follow_up_is_understood_from_the_history(asked: Assistant) -> None:
    first = asked.ask("How long can a Gen-4 clip be?")
    second = asked.ask("How many credits per second does it cost?", history=[first])
    assert second.understood_as == COST
    assert "12 credits per second" in second.statements[0].text


def test_ask_stream_and_batch_agree(asked: Assistant) -> None:
    *statements, answer = asked.stream(COST)
    assert isinstance(answer, Answer)
    assert tuple(statements) == answer.statements == asked.batch([COST])[0].statements == asked.ask(COST).statements


def test_many_threads_may_ask_at_once(asked: Assistant) -> None:
    expected = {q: asked.ask(q).text for q in (COST, SERIES, "Who won the 1998 World Cup?")}
    with ThreadPoolExecutor(6) as pool:
        for question, text in pool.map(lambda q: (q, asked.ask(q).text), list(expected) * 6):
            assert text == expected[question]


def test_closing_lets_go_and_the_next_question_opens_again(small: Settings) -> None:
    assistant = Assistant.open(small)
    assistant.close()
    assistant.close()
    assert assistant.ask(COST).answered
    assistant.close()


def test_the_mode_names_the_choices(asked: Assistant) -> None:
    chosen = asked.settings
    assert asked.mode == f"{chosen.answerer} · {chosen.reader} · hashing"
    assert asked.ask(COST).mode == asked.mode


def test_fewer_than_one_passage_cannot_be_retrieved(asked: Assistant) -> None:
    with pytest.raises(SettingsError, match="k=0"):
        asked.as_retriever(k=0)


@pytest.mark.parametrize("retriever", ["dense", "keyword"])
def test_another_retriever_of_the_menu_answers_as_well(asked: Assistant, retriever: str) -> None:
    with Assistant.open(replace(asked.settings, retriever=retriever)) as other:
        assert "12 credits per second" in other.ask(COST).text


class Vectors:
    """The assistant's embedder in the form LangChain asks for."""

    def __init__(self, assistant: Assistant) -> None:
        self._embedder = assistant.embedder

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._embedder.embed([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


def test_stock_langchain_chroma_opened_on_the_collection_finds_the_same_passages(asked: Assistant) -> None:
    folder = asked.settings.index / asked.generation / "chroma"
    store = Chroma("passages", Vectors(asked), persist_directory=str(folder))  # type: ignore[arg-type]
    with Assistant.open(replace(asked.settings, retriever="dense")) as dense:
        for question in (COST, SERIES, "Veo 3 audio"):
            theirs = store.similarity_search(question, k=4)
            ours = dense.as_retriever(k=4).invoke(question)
            assert [d.page_content for d in theirs] == [d.page_content for d in ours]
            assert [d.metadata["start"] for d in theirs] == [d.metadata["start"] for d in ours]


def test_the_corpus_as_it_comes_answers_with_the_right_sentence_first(shipped: Assistant) -> None:
    answer = shipped.ask("How long can a Gen-4 clip be?")
    assert answer.answered
    first = answer.statements[0]
    assert first.verdict == "supported"
    assert "5" in first.text
    assert "10 seconds" in first.text
    assert {c.article for c in answer.citations if c.number in first.citations} == {"gen-4"}


def test_the_corpus_as_it_comes_refuses_what_it_does_not_hold(shipped: Assistant) -> None:
    answer = shipped.ask("Who won the 1998 World Cup?")
    assert not answer.answered
    assert answer.nearest
    assert answer.refusal
    assert answer.refusal.searched == len(shipped.articles()) > 8


def test_an_empty_corpus_refuses_in_words(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    with Assistant.open(Settings(corpus=(tmp_path / "articles",), home=tmp_path / "home", embedder="hashing")) as empty:
        answer = empty.ask(COST)
    assert not answer.answered
    assert answer.refusal
    assert (answer.refusal.searched, answer.refusal.newest) == (0, None)


def test_an_edit_of_one_article_leaves_the_passages_of_the_others(small: Settings) -> None:
    with Assistant.open(small) as assistant:
        before = {d.id for d in assistant.as_retriever(k=50).invoke("Runway Gen-4 Veo 3 raised clips")}
        (small.corpus[0] / "funding.md").write_text(FUNDING.replace("315 million", "316 million"))
        ingest(small, assistant.embedder)
        after = {d.id for d in assistant.as_retriever(k=50).invoke("Runway Gen-4 Veo 3 raised clips")}
    assert len(before - after) == len(after - before) == 1


def test_a_model_of_ones_own_shares_the_index_and_leaves_the_assistant_as_it_is(
    asked: Assistant, providers: Providers
) -> None:
    written = asked.answered_by("openai:well", providers.base("openai"))
    assert asked.answered_by(None).destination is asked.destination is None
    assert "stay on this machine" in (written.destination or "")
    assert written.embedder is asked.embedder
    assert written.ask(COST).mode.startswith("chat openai:well ")
    written.close()
    assert asked.ask(COST).mode.startswith("extractive ·")


def test_an_answer_quoted_after_a_model_failed_names_the_model_in_its_mode(
    asked: Assistant, providers: Providers
) -> None:
    answer = asked.answered_by("openai:status-401", providers.base("openai")).ask("How long is a Gen-4 clip?")
    assert answer.mode.startswith("extractive after chat openai:status-401 ·")


def test_a_model_that_cannot_be_asked_is_refused_when_it_is_chosen(
    asked: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        asked.answered_by("openai:well")
    monkeypatch.setattr("rag.providers.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'langchain-ollama"):
        asked.answered_by("ollama:well")
