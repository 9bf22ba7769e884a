import stat
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from rag.conversations import Conversations
from rag.errors import HistoryError, SettingsError
from rag.records import Answer
from rag.settings import Settings


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "home" / "conversations.sqlite3")


@pytest.fixture
def answer() -> Answer:
    return Answer(
        question="How long is a clip?",
        understood_as="How long is a clip?",
        answered=True,
        text="ÉTUDE: ten seconds. [1]",
        mode="extractive",
        as_of="2025",
        generation="g",
    )


def test_a_conversation_comes_back_turn_by_turn_after_a_restart(kept: Conversations, answer: Answer) -> None:
    second = replace(answer, question="And Gen-4.5?")
    key = kept.add(None, answer)
    assert kept.add(key, second) == key
    assert Conversations(kept.path).turns(key) == (answer, second)


def test_the_list_is_newest_first_and_named_after_the_first_question(kept: Conversations, answer: Answer) -> None:
    first = kept.add(None, answer)
    second = kept.add(None, replace(answer, question="  Who\n pays?  "))
    assert [(c.id, c.title, c.turns) for c in kept.list()] == [(second, "Who pays?", 1), (first, answer.question, 1)]
    kept.add(first, answer)
    assert [(c.id, c.turns) for c in kept.list()] == [(first, 2), (second, 1)]


@pytest.mark.parametrize(("search", "found"), [("étude", 1), ("CLIP", 1), ("%", 0), ("_", 0), ("' OR 1=1", 0), ("", 1)])
def test_search_looks_for_the_words_as_they_are(kept: Conversations, answer: Answer, search: str, found: int) -> None:
    kept.add(None, answer)
    assert len(kept.list(search)) == found


def test_a_new_title_is_kept_and_found_and_a_blank_one_ignored(kept: Conversations, answer: Answer) -> None:
    key = kept.add(None, answer)
    kept.rename(key, "Clip  lengths")
    kept.rename(key, "  ")
    assert [c.title for c in kept.list("clip lengths")] == ["Clip lengths"]


def test_a_deleted_conversation_leaves_no_word_in_the_file(kept: Conversations, answer: Answer) -> None:
    key = kept.add(None, replace(answer, question="canary-4711"))
    kept.delete(key)
    assert kept.list() == []
    assert kept.turns(key) == ()
    assert b"canary-4711" not in kept.path.read_bytes()


def test_only_the_owner_can_read_the_file(kept: Conversations, answer: Answer) -> None:
    kept.add(None, answer)
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


def test_many_threads_add_without_loss(kept: Conversations, answer: Answer) -> None:
    key = kept.add(None, answer)
    threads = [Thread(target=kept.add, args=(key, answer)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.turns(key)) == 17


def test_a_damaged_file_is_one_sentence_that_says_what_to_do(kept: Conversations) -> None:
    kept.path.parent.mkdir(parents=True)
    kept.path.write_bytes(b"not a database, " * 100)
    with pytest.raises(HistoryError, match="RAG_HISTORY=0"):
        kept.list()


def test_history_is_on_unless_switched_off() -> None:
    assert Settings.from_environment({}).history
    assert not Settings.from_environment({"RAG_HISTORY": "0"}).history
    with pytest.raises(SettingsError, match="RAG_HISTORY='maybe'"):
        Settings.from_environment({"RAG_HISTORY": "maybe"})
