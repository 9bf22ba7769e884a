"""Questions the articles themselves ask: their headings that end in a question mark."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rag.records import Answer, Article

HEADING = re.compile(r"^#{2,6}[ \t]+(\S.*\?)[ \t]*$", re.MULTILINE)
LONGEST = 80  # characters of a suggestion


def first_questions(articles: Sequence[Article], count: int = 4) -> list[str]:
    """Up to `count` questions that stand alone, each of another article, the topics with most articles first and in turn.

    The same corpus gives the same questions.
    """
    sizes = Counter(topic for article in articles for topic in article.topics)
    by_topic: dict[str, list[str]] = {}
    for article in articles:
        question = next(_standing_alone(article), None)
        if question:
            topic = max(article.topics, key=lambda topic: sizes[topic], default="")
            by_topic.setdefault(topic, []).append(question)
    queues = [by_topic[topic] for topic in sorted(by_topic, key=lambda topic: -sizes[topic])]
    turns = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(turns) for queue in queues if turn < len(queue)][:count]


def follow_ups(answer: Answer, articles: Mapping[str, Article], count: int = 3) -> list[str]:
    """Up to `count` questions from the articles an answer cites (or a refusal comes near), those below the quote first.

    Leaves out the section the quote stands in and questions that say what was just asked.
    """
    places = [(c.article, c.start) for c in answer.citations] or [(n.article, n.start) for n in answer.nearest]
    found: dict[str, None] = {}
    asked = _words(answer.question) | _words(answer.understood_as)
    for slug, start in places:
        article = articles.get(slug)
        for question in _around(article, start) if article else ():
            words = _words(question)
            if len(words & asked) < 0.7 * len(words):
                found.setdefault(question)
    return list(found)[:count]


def _standing_alone(article: Article) -> Iterator[str]:
    """The question headings that name something the article is about."""
    names = [re.compile(rf"\b{re.escape(name)}\b") for name in (*article.entities[:4], *article.title.split()[:1])]
    return (q for _, _, q in _questions(article) if any(name.search(q) for name in names))


def _around(article: Article, start: int) -> list[str]:
    """The questions after the section that holds `start`, then those before it."""
    questions = _questions(article)
    below = [q for first, _, q in questions if first > start]
    above = [q for _, last, q in questions if last <= start]
    return below + above


def _questions(article: Article) -> list[tuple[int, int, str]]:
    """(start, end, heading) of each section with a question for a heading, in order; half-open, in characters."""
    matches = [m for m in HEADING.finditer(article.text) if len(m[1]) <= LONGEST]
    ends = [m.start() for m in matches[1:]] + [len(article.text)]
    return [(m.start(), end, m[1]) for m, end in zip(matches, ends, strict=False)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
