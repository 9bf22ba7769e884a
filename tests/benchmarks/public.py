"""Retriever and reader on public sets: `PYTHONPATH=. python tests/benchmarks/public.py --data DIR [SET …]` writes public.json.

Each set becomes a folder of Markdown articles with a real index; questions go through the retriever, reader and
follow-up rules of the settings (RAG_RETRIEVER, RAG_READER). Every second row of multihop and mtrag chose the weights of
clauses and follow-ups (docs/retrieval.md); nothing else is tuned on them.

- scifact: BEIR SciFact (Wadden et al., 2020), 5,183 abstracts, 300 test claims; nDCG@10 of abstracts.
- multihop: 500 sampled MultiHop-RAG queries (Tang and Yang, 2024), their 438 evidence facts as the corpus, each with title,
  outlet and date; the share of the 429 answerable queries with all facts among the first ten.
- squad: half of SQuAD 2.0 dev (Rajpurkar et al., 2018); answerable questions of articles 13-15 over all 1,216 paragraphs of
  the dev and test halves; the paragraph first (R@1), and the sentence with the answer among the best 1, 3.
- mtrag: MTRAG-UN (Rosenthal et al., 2026), turns after the first that have reference passages, over all reference passages;
  R@5 = share of the first five places, or of the references if fewer, that references fill; and any reference in five.
"""

import argparse
import ast
import csv
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from results import about, save

from rag.chain import RETRIEVED
from rag.evaluation.scores import interval, ndcg
from rag.followups import resolve
from rag.index import Index
from rag.ingest import ingest
from rag.menus import load
from rag.records import Answer, Question, Reading, Statement
from rag.settings import Settings
from rag.vocabulary import Vocabulary

HERE = Path(__file__).resolve().parent
# Passages to fetch where documents are counted: some abstracts are two or three passages.
WIDE = 30

Row = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Document:
    """An article to be: `slug` is its name in the qrels, letters and digits."""

    slug: str
    title: str
    text: str
    publisher: str = ""
    published: str = ""


class Bench:
    """An index on documents, with the retriever and reader of the settings."""

    def __init__(self, documents: Sequence[Document], settings: Settings) -> None:
        folder = settings.corpus[0]
        folder.mkdir(parents=True, exist_ok=True)
        for d in documents:
            front = {"title": d.title, "slug": d.slug, "publisher": d.publisher, "published": d.published}
            head = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items() if value)
            (folder / f"{d.slug}.md").write_text(f"---\n{head}\n---\n\n{d.text}\n", "utf-8")
        embedder = load("embedders", settings.embedder)(settings.home)
        report = ingest(settings, embedder, progress)
        refused = [line for line in report.lines if line.outcome == "refused"]
        assert not refused, refused[:3]
        self.passages, self.seconds = report.passages, report.seconds
        self.index = Index.open(settings, embedder)
        self.vocabulary = Vocabulary.load(settings.entities)
        self._retriever = load("retrievers", settings.retriever)(self.index, embedder)
        self.reader = load("readers", settings.reader)(self.index, embedder, self.vocabulary)

    def documents(self, question: Question, k: int) -> list[str]:
        """The slugs of the first `k` different documents."""
        found = self._retriever.retrieve(question, max(WIDE, k))
        return list(dict.fromkeys(r.passage.article for r in found))[:k]

    def read(self, question: Question) -> tuple[list[str], Reading]:
        """The slugs of the passages, and what was read, as in the chain."""
        found = self._retriever.retrieve(question, RETRIEVED)
        return [r.passage.article for r in found], self.reader.read(question, found)


def scifact(data: Path, open_: Callable[[Sequence[Document]], Bench], limit: int) -> Iterator[Row]:
    abstracts = rows_of(data / "scifact" / "corpus_train.csv")
    bench = open_(
        [Document(slug=a["doc_id"], title=a["title"], text=" ".join(literals(a["abstract"]))) for a in abstracts]
    )
    claims = {c["id"]: c["claim"] for name in ("train", "validation", "test") for c in claims_of(data, name)}
    gains: dict[str, dict[str, float]] = {}
    for line in (data / "scifact" / "qrels_test.tsv").read_text("utf-8").splitlines()[1:]:
        claim, document, gain = line.split("\t")
        gains.setdefault(claim, {})[document] = float(gain)
    for claim, wanted in spread(list(gains.items()), limit):
        found = bench.documents(Question(text=claims[claim]), 10)
        yield {"nDCG@10": ndcg(found, wanted, 10), "R@10": len(wanted.keys() & set(found)) / len(wanted)}


def claims_of(data: Path, name: str) -> list[dict[str, str]]:
    return rows_of(data / "scifact" / f"claims_{name}.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def literals(printed: str) -> list[str]:
    """The strings of a printed numpy array: ['a' "b"], without commas."""
    return [str(ast.literal_eval(m)) for m in re.findall(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", printed)]


def multihop(data: Path, open_: Callable[[Sequence[Document]], Bench], limit: int) -> Iterator[Row]:
    folder = data / "multihop_rag_500"
    queries = {q["id"]: q["question"] for q in json.loads((folder / "queries.json").read_text("utf-8"))["queries"]}
    truth = json.loads((folder / "ground_truth.json").read_text("utf-8"))
    evidence = {e["fact"]: e for row in truth.values() for e in row["evidence_list"]}
    slugs = {fact: f"fact-{number}" for number, fact in enumerate(evidence)}
    bench = open_(
        [
            Document(
                slug=slugs[fact],
                title=e["title"],
                text=" ".join(fact.split()),
                publisher=e["source"],
                published=e["published_at"][:10],
            )
            for fact, e in evidence.items()
        ]
    )
    asked = [(queries[name], {slugs[e["fact"]] for e in row["evidence_list"]}) for name, row in truth.items()]
    for question, wanted in spread([row for row in asked if row[1]], limit):
        found = bench.documents(Question(text=question), 10)
        yield {"all-gold@10": float(wanted <= set(found)), "R@10": len(wanted & set(found)) / len(wanted)}


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph of the `article`-th article of the dev half, or of the test half, and the questions on it."""

    dev: bool
    article: int
    document: Document
    questions: list[dict[str, Any]]


def squad_paragraphs(data: Path) -> Iterator[Paragraph]:
    """All paragraphs of both halves."""
    for key, name in (("dev", "dev-v2.0.json"), ("test", "test-v2.0.noanswers.json")):
        for a, article in enumerate(json.loads((data / "squad2_half" / name).read_text("utf-8"))["data"]):
            for p, paragraph in enumerate(article["paragraphs"]):
                text = " ".join(paragraph["context"].split())
                document = Document(slug=f"{key}-{a}-{p}", title=article["title"].replace("_", " "), text=text)
                yield Paragraph(dev=key == "dev", article=a, document=document, questions=paragraph["qas"])


def squad(data: Path, open_: Callable[[Sequence[Document]], Bench], limit: int) -> Iterator[Row]:
    paragraphs = list(squad_paragraphs(data))
    asked = [
        (p.document.slug, q)
        for p in paragraphs
        if p.dev and 13 <= p.article <= 15
        for q in p.questions
        if not q["is_impossible"]
    ]
    bench = open_([p.document for p in paragraphs])
    for slug, question in spread(asked, limit):
        passages, reading = bench.read(Question(text=question["question"]))
        text = bench.index.article(slug).text
        places = [nearest(text, " ".join(a["text"].split()), a["answer_start"]) for a in question["answers"]]
        right = [
            e.passage.article == slug and any(e.sentence.start <= place < e.sentence.end for place in places)
            for e in reading.evidence[:3]
        ]
        first = {"R@1": float(passages[:1] == [slug]), "R@5": float(slug in passages[:5])}
        yield {**first, "sentence top-1": float(any(right[:1])), "sentence top-3": float(any(right))}


def nearest(text: str, answer: str, start: int) -> int:
    """Where the answer stands in the article's text, nearest to where it stood in the paragraph; -1 when nowhere."""
    places = [m.start() for m in re.finditer(re.escape(answer), text)]
    return min(places, key=lambda place: abs(place - start), default=-1)


def mtrag(data: Path, open_: Callable[[Sequence[Document]], Bench], limit: int) -> Iterator[Row]:
    path = data / "mtrag" / "mtragun-human" / "generation_tasks" / "reference.jsonl"
    tasks = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    slugs: dict[str, str] = {}
    for task in tasks:
        for context in task["contexts"]:
            slugs.setdefault(context["text"].strip(), f"p-{len(slugs)}")
    bench = open_([Document(slug=slug, title=first_words(text), text=text) for text, slug in slugs.items()])
    asked = [task for task in tasks if task["contexts"] and len(task["input"]) > 1]
    for task in spread(asked, limit):
        wanted = {slugs[c["text"].strip()] for c in task["contexts"]}
        last, history = task["input"][-1]["text"], told(task["input"][:-1], bench.vocabulary)
        resolved = resolve(last, history, bench.vocabulary)
        found = bench.documents(Question(text=resolved.text, second=resolved.second), 5)
        alone = bench.documents(Question(text=last), 5)
        yield {
            "R@5": len(wanted & set(found)) / min(5, len(wanted)),
            "any@5": float(bool(wanted & set(found))),
            "R@5, last turn alone": len(wanted & set(alone)) / min(5, len(wanted)),
            "any@5, last turn alone": float(bool(wanted & set(alone))),
        }


def first_words(text: str) -> str:
    """Reference passages have no titles; the first eight words stand in for one."""
    return " ".join(re.sub(r"[#*_>\[\]]", " ", text).split()[:8]) or "untitled"


def told(turns: Sequence[dict[str, Any]], vocabulary: Vocabulary) -> list[Answer]:
    """What was said before, as the answers of a conversation."""
    answers: list[Answer] = []
    for turn in turns:
        if turn["speaker"] == "user":
            understood = resolve(turn["text"], answers, vocabulary).text
            empty = Answer(
                question=turn["text"],
                understood_as=understood,
                answered=True,
                text="",
                mode="",
                as_of=None,
                generation="",
            )
            answers.append(empty)
        elif answers:
            said = (Statement(text=turn["text"], citations=(), verdict="supported"),)
            answers[-1] = replace(answers[-1], text=turn["text"], statements=said)
    return answers


SETS = {"scifact": scifact, "multihop": multihop, "squad": squad, "mtrag": mtrag}


def spread(rows: list[Any], limit: int) -> list[Any]:
    """At most `limit` rows, evenly taken; all for 0."""
    return rows[:: max(1, -(-len(rows) // limit))] if limit else rows


def progress(stage: str, done: int, total: int) -> None:
    if done == total or done % 500 == 0:
        print(f"{stage}: {done}/{total}", flush=True)


def measure(name: str, data: Path, settings: Settings, limit: int) -> dict[str, Any]:
    """The means of a set's measures, with their bootstrap intervals."""
    opened: list[Bench] = []

    def open_(documents: Sequence[Document]) -> Bench:
        opened.append(Bench(documents, settings))
        return opened[0]

    told = about(
        f"PYTHONPATH=. python tests/benchmarks/public.py --data DIR {name}{f' --limit {limit}' if limit else ''}"
    )
    started = time.perf_counter()
    rows = list(SETS[name](data, open_, limit))
    bounds = {measure: interval([row[measure] for row in rows]) for measure in rows[0]}
    return {
        "questions": len(rows),
        "passages": opened[0].passages,
        "retriever": settings.retriever,
        "reader": settings.reader,
        **{m: {"mean": round(b.mean, 4), "low": round(b.low, 4), "high": round(b.high, 4)} for m, b in bounds.items()},
        "seconds": round(time.perf_counter() - started, 1),
        **told,
    }


def main() -> None:
    """Run the sets asked for and write their figures beside those of earlier runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], help="all by default")
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder with scifact, multihop_rag_500, squad2_half, mtrag"
    )
    parser.add_argument("--home", type=Path, help="where indexes and vectors are kept; by default nowhere")
    parser.add_argument("--limit", type=int, default=0, help="questions at most, evenly taken; 0: all")
    parser.add_argument("--out", type=Path, default=HERE / "public.json")
    given = parser.parse_args()
    found = json.loads(given.out.read_text("utf-8")) if given.out.exists() else {}
    with tempfile.TemporaryDirectory() as temporary:
        home = given.home or Path(temporary)
        for name in given.sets or SETS:
            settings = replace(
                Settings.from_environment(),
                corpus=(home / name / "articles",),
                home=home / name,
                library=home / name / "none",
            )
            found[name] = measure(name, given.data, settings, given.limit)
            print(json.dumps({name: found[name]}, indent=1), flush=True)
            save(given.out, found)


if __name__ == "__main__":
    main()
