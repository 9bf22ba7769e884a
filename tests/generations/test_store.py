import sqlite3
from pathlib import Path
from threading import Thread

import pytest

from rag.errors import IndexDamaged
from rag.generations.store import Store, StoreWriter
from rag.passages import cut
from rag.records import Article, Reference, Source

TEXT = "## Length\n\nThe Rhine is long. It rises in the Alps.\n\n## What is not known\n\nNobody knows its age."
ARTICLE = Article(
    slug="rhine",
    title="The Rhine",
    text=TEXT,
    digest="d",
    published="2025",
    topics=("rivers", "water"),
    references=(Reference(label="a", start=11, end=29, since="2024-05", sources=(Source(publisher="P", title="T"),)),),
)
LONG = Article(slug="long", title="Long", text=" ".join(f"word{n}" for n in range(900)), digest="e")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "passages.sqlite3"
    with StoreWriter(path) as writer:
        for article in (LONG, ARTICLE):
            writer.add(article, cut(article))
    return path


def test_articles_and_passages_come_back_as_they_were_written(path: Path) -> None:
    store = Store(path)
    assert store.articles() == [LONG, ARTICLE]
    assert store.article("rhine") == ARTICLE
    assert store.article("nobody") is None
    for article in (LONG, ARTICLE):
        passages = cut(article)
        assert store.passage_ids(article.slug) == [p.id for p in passages]
        assert [p for p, _ in store.passages([p.id for p in passages])] == list(passages)


def test_passages_come_in_the_order_asked_for_with_the_row_of_their_first_sentence(path: Path) -> None:
    store = Store(path)
    ids = list(store.rows())
    backwards = store.passages([*reversed(ids), ids[0]])
    assert [p.id for p, _ in backwards] == [*reversed(ids), ids[0]]
    row = 0
    for passage, first in store.passages(ids):
        assert first == row
        row += len(passage.sentences)


def test_an_unknown_id_is_damage_as_ids_come_from_the_same_generation(path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"holds no passage 'x'.*rag doctor --repair"):
        Store(path).passages(["x"])


@pytest.mark.parametrize("table", ["articles", "passages"])
def test_a_changed_row_is_not_handed_out(table: str, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE {table} SET body = replace(body, 'Alps', 'Urals')")
    connection.commit()
    connection.close()
    store = Store(path)
    with pytest.raises(IndexDamaged, match=r"fails the checksum of the (article|passage) 'rhine"):
        _ = store.articles() if table == "articles" else store.passages(list(store.rows()))


@pytest.mark.parametrize("damage", ["empty", "truncated", "garbage", "missing", "page"])
def test_a_damaged_file_is_an_error_of_ours(damage: str, path: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    if damage != "missing":
        broken = {"empty": b"", "truncated": data[: len(data) // 2], "garbage": b"?" * len(data)}
        path.write_bytes(broken.get(damage, data[:4096] + b"\xff" * 4096 + data[8192:]))
    with pytest.raises(IndexDamaged, match=r"passages\.sqlite3"):
        Store(path).articles()


def test_many_threads_may_read(path: Path) -> None:
    store, seen = Store(path), []
    threads = [Thread(target=lambda: seen.append(len(store.passages(list(store.rows()))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [len(list(store.rows()))] * 8
