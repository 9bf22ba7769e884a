import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from tokenizers import Tokenizer

from rag.embedders.minilm import PIECES, weights_folder
from rag.passages import cut
from rag.records import Article, last_day
from rag.sentences import spans
from rag.sources.markdown import read

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
KEYS = ["title", "slug", "published", "as_of", "topics", "entities", "licence"]
KINDS = frozenset(
    "model product company person organisation law case benchmark dataset technique hardware event film place"
    " licence standard".split()
)
PRONOUN = re.compile(r"(?:It|Its|They|Their|Them|This|These|That|Those|He|She|His|Her|We|Our|There|Here|Such)\b")
DEFINITION = re.compile(
    r'(?:[^";]+, "[^"]+", (?:n\.d\.|\d{4}(?:-\d{2}){0,2}|snapshot \d{4}-\d{2}-\d{2}), https?://\S+ ?; )+since: (\S+)'
)
MARKER = re.compile(r"\[\^([^\]\s]+)\](?!:)")
MOST_WORDS = 45

GOOD = """---
title: "Gen-9 in detail"
slug: good
published: 2026-11-22
as_of: 2025-04
topics: [runway, pricing]
entities: ["Runway", "Gen-4"]
licence: CC-BY-4.0
---

Runway announced Gen-9 on 1 April 2025.[^x-001]

## How much does Gen-9 cost?

Gen-9 costs 12 credits per second, Runway said in April 2025.[^x-002]

[^x-001]: Someone, "A title", 2025-04-01, https://example.org/a; Else, "Other", n.d., https://example.org/b; since: 2025-04-01
[^x-002]: Someone, "A title", 2025-04, https://example.org/c; since: 2025-04
"""


def vocabulary() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((CORPUS / "entities.json").read_text(encoding="utf-8"))
    return rows


NAMES = frozenset(row["name"] for row in vocabulary())


def front_matter_faults(raw: str, stem: str) -> list[str]:
    front = yaml.safe_load(raw.split("---\n")[1])
    faults = [f"front matter holds {list(front)}"] if list(front) != KEYS else []
    faults += [
        f"{key} is empty or no text" for key in ("title", "slug", "licence") if not isinstance(front.get(key), str)
    ]
    for key in ("topics", "entities"):
        values = front.get(key)
        if not (isinstance(values, list) and values and all(isinstance(v, str) and v.strip() for v in values)):
            faults.append(f"{key} is not a list of texts")
        elif len(set(values)) < len(values):
            faults.append(f"{key} names one twice")
    faults += [f"{name!r} is not in the vocabulary" for name in front.get("entities") or () if name not in NAMES]
    if front.get("slug") != stem:
        faults.append(f"slug {front.get('slug')!r} is not the file's name")
    if front.get("licence") != "CC-BY-4.0":
        faults.append(f"licence is {front.get('licence')!r}")
    return faults


def date_faults(raw: str) -> list[str]:
    front = dict(re.findall(r"^(published|as_of): (.*)$", raw.split("---\n")[1], re.M))
    days: dict[str, str] = {}
    faults = []
    for name, value in [*front.items(), *re.findall(r"^\[\^(\S+)\]:.*since: (\S+)$", raw, re.M)]:
        try:
            days[name] = last_day(value)
        except ValueError:
            faults.append(f"{name}: {value!r} is no date")
    faults += [
        f"{n}: since {d} lies after as_of" for n, d in days.items() if n not in front and d > days.get("as_of", "")
    ]
    # The last day of a partial date ("2026") may lie after the day of writing; its first day may not.
    if front.get("as_of", "") > front.get("published", ""):
        faults.append(f"as_of {front.get('as_of')} lies after published")
    return faults


def footnote_faults(raw: str) -> list[str]:
    defined = re.findall(r"^\[\^(\S+?)\]: (.*)$", raw, re.M)
    labels = [label for label, _ in defined]
    used = set(MARKER.findall(raw))
    faults = [f"{label} is used but not defined" for label in sorted(used - set(labels))]
    faults += [f"{label} is defined but not used" for label in sorted(set(labels) - used)]
    faults += [f"{label} is defined {n} times" for label, n in Counter(labels).items() if n > 1]
    return faults + [
        f"{label}: {text[:80]!r} is no definition" for label, text in defined if not DEFINITION.fullmatch(text)
    ]


def sentence_faults(article: Article) -> list[str]:
    sentences = [article.text[start:end] for start, end in spans(article.text)]
    faults = [f"{len(s.split())} words: {s}" for s in sentences if len(s.split()) > MOST_WORDS]
    faults += [f"begins with a pronoun: {s}" for s in sentences if PRONOUN.match(s)]
    faults += [f"does not end as a sentence: {s}" for s in sentences if not re.search(r"[.!?][\"”’)]*$", s)]
    return faults + [f"holds a footnote marker: {s}" for s in sentences if "[^" in s]


def heading_faults(article: Article) -> list[str]:
    headings = re.findall(r"^(#+) ?(.*)$", article.text, re.M)
    faults = [f"heading {text!r} is not of the second level" for marks, text in headings if marks != "##"]
    faults += [f"heading {text!r} stands twice" for text, n in Counter(t for _, t in headings).items() if n > 1]
    if article.text.startswith("#"):
        faults.append("the article does not open with a paragraph")
    if len(headings) < 2:
        faults.append(f"{len(headings)} headings are too few")
    return faults + [f"nothing stands under {t!r}" for t in re.findall(r"^## (.*)\n+(?=#|\Z)", article.text, re.M)]


def passage_faults(article: Article, tokenizer: Tokenizer) -> list[str]:
    passages = cut(article)
    sizes = [len(e.ids) for e in tokenizer.encode_batch([p.text for p in passages])]
    return [f"{size} word pieces: {p.text[:60]!r}" for p, size in zip(passages, sizes, strict=True) if size > PIECES]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def faults(raw: str, name: str, tokenizer: Tokenizer) -> list[str]:
    article = read(raw.encode(), name)
    return [
        *front_matter_faults(raw, Path(name).stem),
        *date_faults(raw),
        *footnote_faults(raw),
        *sentence_faults(article),
        *heading_faults(article),
        *passage_faults(article, tokenizer),
    ]


@pytest.mark.parametrize("path", sorted((CORPUS / "articles").glob("*.md")), ids=lambda p: p.stem)
def test_every_article_keeps_the_form_the_readme_promises(path: Path, tokenizer: Tokenizer) -> None:
    assert faults(path.read_text(encoding="utf-8"), path.name, tokenizer) == []


def test_the_corpus_has_articles_and_no_title_stands_twice() -> None:
    titles = Counter(read(p.read_bytes(), p.name).title for p in (CORPUS / "articles").glob("*.md"))
    assert len(titles) >= 46
    assert [title for title, n in titles.items() if n > 1] == []


def test_every_known_since_of_the_corpus_comes_from_a_footnote_or_stands_in_a_gap_section() -> None:
    bare = []
    for path in (CORPUS / "articles").glob("*.md"):
        article = read(path.read_bytes(), path.name)
        footed = {reference.start for reference in article.references}
        bare += [s.text for p in cut(article) for s in p.sentences if not s.gap and s.start not in footed]
    assert bare == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("slug: good", "slug: other", "is not the file's name"),
        ("licence: CC-BY-4.0\n", "", "front matter holds"),
        ("topics: [runway, pricing]", "topics: runway", "topics is not a list"),
        ('["Runway", "Gen-4"]', '["Runway", "Gen-44"]', "'Gen-44' is not in the vocabulary"),
        ('["Runway", "Gen-4"]', '["Runway", "Runway"]', "names one twice"),
        ("c; since: 2025-04\n", "c; since: 2025-13\n", "'2025-13' is no date"),
        ("c; since: 2025-04\n", "c; since: 2025\n", "lies after as_of"),
        ("as_of: 2025-04", "as_of: 2027-04", "lies after published"),
        ("1 April 2025.[^x-001]", "1 April 2025.", "x-001 is defined but not used"),
        ("1 April 2025.[^x-001]", "1 April 2025.[^x-009]", "x-009 is used but not defined"),
        ('[^x-002]: Someone, "A title"', "[^x-002]: Someone, A title", "is no definition"),
        ("Gen-9 costs 12", "It costs 12", "begins with a pronoun"),
        ("Runway announced", "Runway " + "really " * 45 + "announced", "52 words"),
        ("in April 2025.[^x-002]", "in April 2025[^x-002]", "does not end as a sentence"),
        ("## How much", "### How much", "is not of the second level"),
        ("## How much does Gen-9 cost?", "## How much?\n\n## How much does Gen-9 cost?", "nothing stands under"),
        ("---\n\nRunway announced", "---\n\n## Date\n\nRunway announced", "does not open with a paragraph"),
        ("Gen-9 costs", "qzxj " * 200 + "Gen-9 costs", "word pieces"),
    ],
)
def test_a_planted_fault_is_found(old: str, new: str, fault: str, tokenizer: Tokenizer) -> None:
    assert [f for f in faults(GOOD, "good.md", tokenizer) if "too few" not in f] == []
    assert GOOD.count(old) == 1
    assert any(fault in f for f in faults(GOOD.replace(old, new), "good.md", tokenizer))


def test_the_vocabulary_is_sorted_typed_and_gives_each_spelling_to_one_entity() -> None:
    rows = vocabulary()
    assert [(r["kind"], r["name"].lower()) for r in rows] == sorted((r["kind"], r["name"].lower()) for r in rows)
    assert {r["kind"] for r in rows} <= KINDS
    keys = {"name", "aliases", "kind", "maker", "version_of"}
    assert [r["name"] for r in rows if set(r) - {"ambiguous"} != keys or r.get("ambiguous", True) is not True] == []
    spelled = Counter(s for r in rows for s in {x.lower() for x in (r["name"], *r["aliases"])})
    assert [s for s, n in spelled.items() if n > 1] == []
    assert [
        r["name"] for r in rows if {r["maker"], r["version_of"]} - {None} - NAMES or r["name"] == r["version_of"]
    ] == []


def test_a_common_word_is_matched_only_as_it_is_written() -> None:
    common = frozenset(
        "benchmark characters deadline equity flow frames latte marvel pact phantom promise references replicate shorts"
        " universal us variety vibes wan wired workflows x".split()
    )
    plain = {
        s
        for r in vocabulary()
        if not r.get("ambiguous")
        for s in (r["name"].lower(), *(a.lower() for a in r["aliases"]))
    }
    assert plain & common == set()
