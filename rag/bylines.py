"""Who wrote an article: its byline answers, though it shares no word with a question that names the article by its title.

And it answers nothing else: a line of nothing but names repeats those of many a question, and says nothing of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.index import Index
from rag.lengths import words
from rag.lexical import STOPWORDS, terms
from rag.passages import within
from rag.records import Article, Evidence, Passage, Question, Reading, Retrieved, Sentence
from rag.visibility import visible_sentences

_WHO = re.compile(
    r"\bwho(?:m| has| have)? (?:wrote|written|authored|penned)\b|\b(?:who|what|which)\b.{0,40}\b(?:authors?|writers?) of\b"
    r"|\b(?:by whom|who)\b.{0,10}\bwas .{1,200} written(?: by)?\b",
    re.I,
)
_OF_WRITING = re.compile(r"\b(?:author|byline|edit|writ|wrote|publish|outlet|journalist|reporter)", re.I)
_KIND = frozenset(
    terms("article story piece report analysis post titled called headed entitled author writer written wrote")
)
_FEWEST = 2  # words of the title that a question has to give
_BESIDE = 4  # words beside the name that a byline may hold
_HEAD = 2  # passages that may hold a byline


def read(question: Question, retrieved: Sequence[Retrieved], reading: Reading, index: Index) -> Reading:
    """`reading`, or the byline of the article whose author is asked for; only what the question may see counts.

    A reading that rests on a byline when nothing about writing is asked comes back as no answer.
    """
    if _WHO.search(question.text):
        for found in _answers(question, retrieved, index):
            return found
    elif _OF_WRITING.search(question.text):
        return reading
    kept = tuple(e for e in reading.evidence if not _author(e.sentence, index.article(e.passage.article)))
    if reading.evidence[:1] == kept[:1]:
        return replace(reading, evidence=kept)
    return replace(reading, evidence=kept, answerable=0.0, short=None)


def _answers(question: Question, retrieved: Sequence[Retrieved], index: Index) -> Iterator[Reading]:
    """The bylines of the articles whose title the question gives."""
    wanted = set(terms(question.text)) - STOPWORDS - _KIND
    for slug in dict.fromkeys(found.passage.article for found in retrieved):
        article = index.article(slug)
        named = set(terms(article.title))
        if article.authors and len(wanted) >= min(_FEWEST, len(named)) and wanted <= named:
            for passage, sentence, author in _bylines(article, question, index):
                start = sentence.text.index(author)
                yield Reading(
                    evidence=(Evidence(passage=passage, sentence=sentence, score=1.0),),
                    short=within(passage, sentence, start, start + len(author)),
                    answerable=1.0,
                )


def _bylines(article: Article, question: Question, index: Index) -> Iterator[tuple[Passage, Sentence, str]]:
    for passage in index.passages(index.passage_ids(article.slug)[:_HEAD]):
        for sentence in visible_sentences(passage, article, question):
            if author := _author(sentence, article):
                yield passage, sentence, author


def _author(sentence: Sentence, article: Article) -> str | None:
    """The author that `sentence` names, when it says nothing else."""
    held = (author for author in article.authors if author in sentence.text)
    return next((author for author in held if words(sentence.text.replace(author, "")) <= _BESIDE), None)
