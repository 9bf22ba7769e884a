"""Adding and removing: the ledger, names, copies, undo; rows 19 and 33-35 of the catalogue of faults."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedders.hashing import Hashing
from rag.errors import LibraryError
from rag.generations.folders import Generations
from rag.ingest import ingest
from rag.lengths import minutes, words
from rag.library.adding import Upload, add, add_upload, shown, too_many
from rag.library.folder import Entry, Library
from rag.library.writing import to_markdown
from rag.limits import Limits
from rag.menus import load
from rag.settings import Settings
from rag.slugs import slug
from rag.sources import markdown
from rag.ui.tasks import adding
from rag.ui.work import Work
from tests.conftest import ARTICLES, Rag
from tests.faults.zygote import Zygote
from tests.sources.hostile import page, rss
from tests.test_fetch import fetcher, reply

SENTENCES = [
    f"In test number {n} the model {n * 7} made a clip of {n + 3} seconds for studio {n * 13}." for n in range(40)
]
STORY = "A story about clips\n\n" + "\n\n".join(SENTENCES)
NAMES = [
    "..", "../../etc/passwd", "/etc/passwd", "..\\..\\x.txt", "C:\\x\\y.txt", "CON.txt", "NUL", "a" * 300 + ".txt",
    "nul\x00name.txt", "-rf.txt", "--help", "\u202etxt.exe", "name\nnewline.md", ".hidden", ".env", "file://x",
    "%2e%2e%2fx", "....//x", "...", " ", "", "x.txt/", "<img src=x onerror=alert(1)>.md", "![a](http://127.0.0.1:9/x).md",
    "~root", "$HOME.txt", "`id`.txt", "\ud800.txt",
]  # fmt: skip


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


def outcomes(ledger: list[Entry]) -> list[str]:
    return [entry.outcome for entry in ledger]


def files(settings: Settings) -> list[Path]:
    return sorted(settings.library.rglob("*")) if settings.library.exists() else []


def test_what_is_added_becomes_a_markdown_file_that_reads_as_the_same_article(small: Settings, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    (entry,) = add([str(tmp_path / "story.txt")], small, quiet)
    assert entry.outcome == "added"
    (path,) = files(small)
    article = markdown.CHOICE(path.read_bytes(), path.name)
    assert (article.slug, article.title, article.origin.file) == (entry.slug, "A story about clips", "story.txt")
    assert article.text == "\n\n".join(SENTENCES)


def test_the_ledger_tells_added_unchanged_updated_and_refused_apart(small: Settings, tmp_path: Path) -> None:
    story, nothing = tmp_path / "story.txt", tmp_path / "empty.txt"
    story.write_text(STORY)
    nothing.touch()
    given = [str(story), str(nothing), str(tmp_path / "missing.txt")]
    assert outcomes(add(given, small, quiet)) == ["added", "refused", "refused"]
    assert outcomes(add(given[:1], small, quiet)) == ["unchanged"]
    story.write_text(STORY + "\n\nOne sentence more.")
    assert outcomes(add(given[:1], small, quiet)) == ["updated"]
    assert len(files(small)) == 1


def test_row_19_the_same_text_from_another_place_is_merged_and_both_places_are_named(small: Settings) -> None:
    assert outcomes(add_upload(STORY.encode(), "one.txt", small)) == ["added"]
    (entry,) = add_upload(STORY.encode(), "two.txt", small)
    assert (entry.outcome, len(files(small))) == ("duplicate", 1)
    article = markdown.CHOICE(files(small)[0].read_bytes(), "")
    assert (article.origin.file, article.origin.also) == ("one.txt", ("two.txt",))


def test_a_text_of_the_shipped_articles_is_not_added_again(small: Settings) -> None:
    assert outcomes(add_upload(ARTICLES["veo-3.md"].replace("slug: veo-3\n", "").encode(), "copy.md", small)) == [
        "duplicate"
    ]
    assert files(small) == []


def test_near_copies_count_as_one_origin(small: Settings) -> None:
    add_upload(STORY.encode(), "first.txt", small)
    (copied,) = add_upload(
        ("Another head\n\nAn agency reports.\n\n" + "\n\n".join(SENTENCES[:32])).encode(), "second.txt", small
    )
    third = "\n\n".join(
        f"Elsewhere person {n} saw the sea at noon and {n + 5} gulls flew over town {n * 3}." for n in range(40)
    )
    (other,) = add_upload(f"A third story\n\n{third}".encode(), "third.txt", small)
    assert copied.reason is not None
    assert "near copy" in copied.reason
    assert other.reason is None
    library = [markdown.CHOICE(path.read_bytes(), "") for path in files(small)]
    assert len({article.origin.copy_of or article.slug for article in library}) == 2


def test_an_article_is_found_after_adding_and_not_after_removing_and_again_after_undo(small: Settings) -> None:
    embedder = load("embedders", "hashing")(small.home)
    (entry,) = add_upload(STORY.encode(), "story.txt", small)
    assert entry.slug
    assert (entry.slug, "added") in [(line.article, line.outcome) for line in ingest(small, embedder).lines]
    Library(small).remove(entry.slug)
    assert (entry.slug, "removed") in [(line.article, line.outcome) for line in ingest(small, embedder).lines]
    assert Library(small).restore() == entry.slug
    assert (entry.slug, "added") in [(line.article, line.outcome) for line in ingest(small, embedder).lines]


def test_undo_never_overwrites_a_newer_article_of_that_name(small: Settings, tmp_path: Path) -> None:
    (entry,) = add_upload(STORY.encode(), "story.txt", small)
    assert entry.slug
    removed = Library(small).remove(entry.slug)
    before = removed.read_bytes()
    (again,) = add_upload((STORY + "\n\nOne sentence more.").encode(), "story.txt", small)
    assert (again.outcome, again.slug) == ("added", entry.slug)
    path = small.library / removed.name
    newer = path.read_bytes()
    with pytest.raises(LibraryError) as told:
        Library(small).restore()
    assert f"'{entry.slug}' is in the library again" in str(told.value)
    assert f"move {path} to another folder first" in str(told.value)
    assert (path.read_bytes(), removed.read_bytes()) == (newer, before)
    path.rename(tmp_path / "kept.md")
    assert Library(small).restore(entry.slug) == entry.slug
    assert path.read_bytes() == before


def test_what_was_never_removed_cannot_be_brought_back_and_is_named(small: Settings) -> None:
    for name, said in (
        (None, "there is no removed article to bring"),
        ("foo", "there is no removed article foo to bring"),
    ):
        with pytest.raises(LibraryError, match=said):
            Library(small).restore(name)


@pytest.mark.parametrize("name", ["gen-4", "../articles/gen-4", "", "no-such", "a/b", "..", "x" * 300])
def test_what_is_not_in_the_library_cannot_be_removed(small: Settings, name: str) -> None:
    with pytest.raises(LibraryError):
        Library(small).remove(name)
    assert (small.corpus[0] / "gen-4.md").exists()


def test_footnotes_of_an_article_file_survive_adding_it() -> None:
    article = markdown.CHOICE(ARTICLES["gen-4.md"].encode(), "gen-4.md")
    again = markdown.CHOICE(to_markdown(article).encode(), "gen-4.md")
    assert (again.text, again.references) == (article.text, article.references)


@pytest.mark.parametrize("name", NAMES)
def test_row_33_whatever_a_file_is_called_it_is_stored_under_a_safe_name(small: Settings, name: str) -> None:
    (entry,) = add_upload(STORY.encode(), name, small)
    (path,) = files(small)
    assert entry.outcome == "added"
    assert path.parent == small.library
    assert path.stem.replace("-", "").isalnum()
    assert shown(name).isprintable()
    assert len(shown(name)) <= 120


@given(st.text(max_size=200), st.text(max_size=50))
def test_row_33_no_title_makes_an_unsafe_name(title: str, key: str) -> None:
    made = slug(title, key)
    assert made.isascii()
    assert made.replace("-", "").isalnum()
    assert not made.startswith("-")
    assert len(made) < 70


def test_row_34_links_that_leave_the_library_are_skipped_and_named(small: Settings, tmp_path: Path) -> None:
    small.library.mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text("A secret text of somebody else.")
    (small.library / "linked.md").symlink_to(secret)
    report = ingest(small, load("embedders", "hashing")(small.home))
    assert [(line.article, line.outcome) for line in report.lines if line.article == "linked.md"] == [
        ("linked.md", "refused")
    ]


def test_row_34_adding_never_writes_through_a_link(small: Settings, tmp_path: Path) -> None:
    (entry,) = add_upload(STORY.encode(), "story.txt", small)
    target = tmp_path / "victim.md"
    target.write_text("untouched")
    path = small.library / f"{entry.slug}.md"
    path.unlink()
    path.symlink_to(target)
    add_upload(STORY.encode(), "story.txt", small)
    assert target.read_text() == "untouched"


def test_row_35_too_many_or_too_large_uploads_are_refused_with_a_sentence(small: Settings, tmp_path: Path) -> None:
    assert too_many(100, small) is None
    assert "RAG_UPLOADS" in (too_many(10_000, small) or "")
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 200 << 20)
    (entry,) = add([str(large)], small, quiet)
    assert "RAG_FILE_MB" in (entry.reason or "")


def test_a_url_a_list_of_urls_and_a_feed_are_added_and_a_feed_is_read_once(small: Settings, tmp_path: Path) -> None:
    body = page("<article><h1>On the web</h1>" + "".join(f"<p>{s}</p>" for s in SENTENCES) + "</article>")
    other = page(
        "<article><h1>Another</h1>"
        + "".join(f"<p>{s.replace('model', 'system at last')}</p>" for s in SENTENCES)
        + "</article>"
    )
    items = "<item><title>Another</title><link>http://site.example/b</link><description>Short.</description></item>"
    answers = {
        "/a": reply("200 OK\r\nContent-Type: text/html", body),
        "/b": reply("200 OK\r\nContent-Type: text/html", other),
        "/feed": reply("200 OK\r\nContent-Type: application/rss+xml", rss(items)),
    }
    (tmp_path / "list.txt").write_text("# what to read\nhttp://site.example/a\nhttp://10.0.0.1/\n")
    with fetcher(dict(answers)) as (fetch, web):
        assert outcomes(add(["http://site.example/a"], small, quiet, fetch)) == ["added"]
        assert outcomes(add([str(tmp_path / "list.txt")], small, quiet, fetch)) == ["unchanged", "refused"]
        assert outcomes(add(["http://site.example/feed"], small, quiet, fetch)) == ["added"]
        assert outcomes(add(["http://site.example/feed"], small, quiet, fetch)) == ["unchanged"]
        assert [r.split(" ")[1] for r in web.requests].count("/b") == 1
    article = Library(small).find("http://site.example/a")
    assert article is not None
    assert article.fetched is not None


def test_a_list_of_more_urls_than_the_limit_says_how_many_were_left_out(small: Settings) -> None:
    settings = replace(small, limits=Limits(feed_items=2))
    urls = "\n".join(f"http://10.0.0.{n}/" for n in range(5))
    *tried, last = add_upload(urls.encode(), "list.txt", settings)
    assert [entry.given for entry in tried] == ["http://10.0.0.0/", "http://10.0.0.1/"]
    assert (last.given, last.outcome) == ("list.txt", "refused")
    assert last.reason == (
        "list.txt: 5 addresses, more than the 2 of RAG_FEED_ITEMS; "
        "the last 3 were left out, put them into a list of their own"
    )
    assert len(add_upload(urls.encode(), "list.txt", replace(small, limits=Limits(feed_items=5)))) == 5


FEED = "http://site.example/feed"
ENTRY = (
    "<item><title>{0}</title><link>http://site.example/{0}</link><description>"
    + " ".join(SENTENCES)
    + "</description></item>"
)


def test_a_feed_that_was_read_is_asked_for_news_only(small: Settings) -> None:
    marks = '200 OK\r\nContent-Type: application/rss+xml\r\nETag: "one"\r\nLast-Modified: Mon, 31 Mar 2025 10:00:00 GMT'
    with fetcher({"/feed": reply(marks, rss(ENTRY.format("a")))}) as (fetch, web):
        assert outcomes(add([FEED], small, quiet, fetch)) == ["added"]
        web.answers["/feed"] = reply("304 Not Modified")
        (entry,) = add([FEED], small, quiet, fetch)
        assert (entry.outcome, entry.reason) == ("unchanged", "nothing new in the feed")
        assert 'If-None-Match: "one"' in web.requests[-1]
        assert "If-Modified-Since: Mon, 31 Mar 2025 10:00:00 GMT" in web.requests[-1]
        elsewhere = replace(small, library=small.home / "another")
        web.answers["/feed"] = reply(marks, rss(ENTRY.format("a")))
        assert outcomes(add([FEED], elsewhere, quiet, fetch)) == ["added"]
        assert "If-None-Match" not in web.requests[-1]


def test_a_feed_is_asked_for_as_a_whole_again_while_an_entry_of_it_could_not_be_had(small: Settings) -> None:
    items = "<item><title>Gone</title><link>http://site.example/gone</link></item>"
    answer = reply('200 OK\r\nContent-Type: application/rss+xml\r\nETag: "one"', rss(items))
    with fetcher({"/feed": answer}) as (fetch, web):
        assert outcomes(add([FEED], small, quiet, fetch)) == ["refused"]
        assert outcomes(add([FEED], small, quiet, fetch)) == ["refused"]
        assert not any("If-None-Match" in request for request in web.requests)


def test_a_feed_that_links_to_feeds_ends_and_says_so(small: Settings) -> None:
    items = "<item><title>{0}</title><link>http://site.example/{0}</link></item>"
    head = "200 OK\r\nContent-Type: application/rss+xml"
    answers = {
        "/feed": reply(head, rss(items.format("feed") + items.format("other") + ENTRY.format("a"))),
        "/other": reply(head, rss(items.format("feed"))),
    }
    with fetcher(dict(answers)) as (fetch, web):
        own, other, story = add([FEED], small, quiet, fetch)
    assert (own.outcome, other.outcome, story.outcome) == ("refused", "refused", "added")
    assert own.reason == f"{FEED}: a feed inside a feed, which is not followed; add its address itself"
    assert [r.split(" ")[1] for r in web.requests] == ["/robots.txt", "/feed", "/feed", "/other"]


def test_a_feed_that_was_cut_off_is_refused_and_its_mark_is_not_kept(small: Settings) -> None:
    answer = reply('200 OK\r\nContent-Type: application/rss+xml\r\nETag: "one"', rss(ENTRY.format("a")))
    with fetcher({"/feed": answer[:-20]}) as (fetch, web):
        assert outcomes(add([FEED], small, quiet, fetch)) == ["refused"]
        web.answers["/feed"] = answer
        assert outcomes(add([FEED], small, quiet, fetch)) == ["added"]
        assert "If-None-Match" not in web.requests[-1]


def test_marks_and_signatures_that_cannot_be_written_do_not_stop_an_add(small: Settings) -> None:
    for name in ("feeds.json", "signatures.json"):
        (small.home / name).mkdir(parents=True)
    answer = reply('200 OK\r\nContent-Type: application/rss+xml\r\nETag: "one"', rss(ENTRY.format("a")))
    with fetcher({"/feed": answer}) as (fetch, _):
        story, marks = add([FEED], small, quiet, fetch)
    assert story.outcome == "added"
    assert len(files(small)) == 1
    assert (marks.given, marks.outcome) == (FEED, "refused")
    assert f"{small.home / 'feeds.json'} cannot be written" in (marks.reason or "")
    assert "set RAG_HOME to a folder that can" in (marks.reason or "")


def test_a_library_that_is_no_folder_is_told_in_a_sentence(small: Settings) -> None:
    small.home.mkdir()
    small.library.write_text("a file")
    with pytest.raises(LibraryError, match=r"cannot be written .*; set RAG_LIBRARY to a folder that can"):
        add_upload(STORY.encode(), "story.txt", small)


def test_nothing_is_removed_or_brought_back_in_a_library_that_cannot_be_written(small: Settings) -> None:
    (gone,) = add_upload(STORY.encode(), "story.txt", small)
    assert gone.slug
    bin_ = Library(small).remove(gone.slug).parent
    (kept,) = add_upload(ARTICLES["gen-4.md"].replace("5 or 10", "6 or 12").encode(), "kept.md", small)
    assert kept.slug
    before = files(small)
    for folder in (bin_, small.library):
        folder.chmod(0o555)
    with Zygote() as zygote:
        for arguments in (("remove", kept.slug), ("remove", "--undo")):
            told = zygote.rag(small, *arguments, obey=True)
            assert told.code == 3
            assert "cannot be written (Permission denied); set RAG_LIBRARY to a folder that can" in told.err
            assert told.err.count("\n") == 1
    for folder in (small.library, bin_):
        folder.chmod(0o755)
    assert files(small) == before


@pytest.mark.parametrize("mark", ['"x\r\n Set-Cookie: a=b"', '"' + "x" * 400 + '"', '"caf\xe9"'])
def test_a_mark_that_could_not_go_into_a_header_is_not_kept(small: Settings, mark: str) -> None:
    answer = reply("200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s", rss(ENTRY.format("a")))
    with fetcher({"/feed": answer.replace(b"%s", mark.encode("latin-1"))}) as (fetch, web):
        assert outcomes(add([FEED], small, quiet, fetch)) == ["added"]
        assert outcomes(add([FEED], small, quiet, fetch)) == ["unchanged"]
        assert not any("If-None-Match" in request for request in web.requests)


@pytest.mark.parametrize("held", ["", "[]", '{"a": 1}', '{"a": {"b": {"etag": 7}}}', "\x00", "null"])
def test_a_damaged_file_of_marks_is_as_none(small: Settings, held: str) -> None:
    small.home.mkdir()
    (small.home / "feeds.json").write_text(held)
    answer = reply('200 OK\r\nContent-Type: application/rss+xml\r\nETag: "one"', rss(ENTRY.format("a")))
    with fetcher({"/feed": answer}) as (fetch, _):
        assert outcomes(add([FEED], small, quiet, fetch)) == ["added"]
    assert '"one"' in (small.home / "feeds.json").read_text().replace("\\", "")


@pytest.mark.parametrize(("count", "read"), [(0, 1), (1, 1), (229, 1), (366, 2), (2300, 10)])
def test_a_reading_time_is_counted_and_at_least_a_minute(count: int, read: int) -> None:
    assert words("word " * count) == count
    assert minutes(count) == read


def test_footnotes_of_a_page_from_elsewhere_claim_no_sources(small: Settings) -> None:
    forged = ARTICLES["gen-4.md"].replace("announced", "shown")
    with fetcher({"/x.md": reply("200 OK\r\nContent-Type: text/markdown", forged.encode())}) as (fetch, _):
        (entry,) = add(["http://site.example/x.md"], small, quiet, fetch)
    assert entry.outcome == "added"
    assert markdown.CHOICE(files(small)[0].read_bytes(), "").references == ()


def test_the_command_adds_refuses_removes_and_brings_back(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    done = rag("add", str(tmp_path / "story.txt"), str(tmp_path / "none.txt"), "http://127.0.0.1/")
    assert done.returncode == 2
    assert "1 added, 2 refused" in done.stdout
    assert f"{words(STORY.partition(chr(10))[2])} words, 3 min" in done.stdout
    assert "Traceback" not in done.stderr
    name = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("added"))
    assert rag("remove", name).returncode == 0
    assert rag("remove", name).returncode == 3
    assert f"restored   {name}" in rag("remove", "--undo").stdout


def test_an_add_whose_ingest_could_not_run_is_made_good_by_the_same_command(
    rag: Rag, small: Settings, tmp_path: Path
) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    with Generations(small.index).writer():
        busy = rag("add", str(tmp_path / "story.txt"))
    assert (busy.returncode, "wait for it, then try again" in busy.stderr) == (3, True)
    again = rag("add", str(tmp_path / "story.txt"))
    assert (again.returncode, "1 unchanged" in again.stdout) == (0, True)
    assert {line.outcome for line in ingest(small, Hashing()).lines} == {"unchanged"}
    assert "generation" not in rag("add", str(tmp_path / "none.txt")).stdout


def test_an_add_in_the_app_whose_ingest_could_not_run_is_made_good_by_adding_again(small: Settings) -> None:
    task = adding([Upload(name="story.txt", data=STORY.encode())], [], small, Hashing())
    with Generations(small.index).writer():
        busy = Work(["story.txt"], task)
        assert busy.wait(60)
    assert (busy.rows[0].outcome, "wait for it" in (busy.problem or "")) == ("added", True)
    again = Work(["story.txt"], task)
    assert again.wait(60)
    assert (again.rows[0].outcome, again.problem) == ("unchanged", None)
    assert {line.outcome for line in ingest(small, Hashing()).lines} == {"unchanged"}
