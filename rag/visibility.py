"""What a question may see of an article: sentences by as-of and since dates and by outlet, articles by topic."""

from rag.records import Article, Passage, Question, Sentence, last_day


def restricted(question: Question) -> bool:
    """Whether the question hides anything at all."""
    return any((question.as_of, question.since, question.publisher, question.topic))


def visible_sentences(passage: Passage, article: Article, question: Question) -> tuple[Sentence, ...]:
    """The sentences of `passage` the question may see, in order; all of them when it has no filter."""
    if not restricted(question):
        return passage.sentences
    if question.topic and question.topic.casefold() not in {t.casefold() for t in article.topics}:
        return ()
    seen = (s for s in passage.sentences if _in_time(s, question))
    if not question.publisher:
        return tuple(seen)
    wanted = question.publisher.casefold()
    return tuple(s for s in seen if any(wanted in outlet.casefold() for outlet in outlets(article, s.start)))


def searched(article: Article, question: Question) -> bool:
    """Whether the question's topic and outlet leave anything of the article to search."""
    if question.topic and question.topic.casefold() not in {t.casefold() for t in article.topics}:
        return False
    wanted = (question.publisher or "").casefold()
    named = {s.publisher for r in article.references for s in r.sources} | {article.publisher or ""}
    return any(wanted in name.casefold() for name in named)


def outlets(article: Article, start: int) -> tuple[str, ...]:
    """Publishers behind the sentence that begins at `start`: those of its references, else the article's own."""
    named = tuple(s.publisher for r in article.references if r.start == start for s in r.sources if s.publisher)
    return named or ((article.publisher,) if article.publisher else ())


def _in_time(sentence: Sentence, question: Question) -> bool:
    """Partial dates count as their last day; an undated sentence is hidden by any date filter."""
    if question.as_of is None and question.since is None:
        return True
    if sentence.known_since is None:
        return False
    day = last_day(sentence.known_since)
    if question.as_of is not None and day > last_day(question.as_of):
        return False
    return question.since is None or day >= question.since
