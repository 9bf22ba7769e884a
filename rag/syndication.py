"""Near copies of one text in an answer: one of them speaks, and the answer says how many outlets carry what it quotes.

Copies are found when an article is added (rag.library.copies); here they are only counted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from rag.records import Article, Citation, Notice, Question, Retrieved, last_day

Copies = Mapping[str, tuple[Article, ...]]
_WIDEST = 4


def grouped(copies: Iterable[Article], article: Callable[[str], Article | None]) -> Copies:
    """For each article that has near copies, by slug: all articles of its origin, itself included.

    `copies` are those that name another; `article` looks one up.
    """
    known = {copy.slug: copy for copy in copies}
    groups: dict[str, dict[str, Article]] = {}
    for copy in known.values():
        groups.setdefault(_origin(copy, known), {})[copy.slug] = copy
    for slug, group in groups.items():
        if first := article(slug):
            group.setdefault(slug, first)
    return {slug: tuple(group.values()) for group in groups.values() if len(group) > 1 for slug in group}


def _origin(copy: Article, known: Mapping[str, Article]) -> str:
    """The slug at the end of the chain; a chain that bites its tail, as only an editor could make it, is left there."""
    passed: set[str] = set()
    slug = copy.slug
    while slug in known and slug not in passed:
        passed.add(slug)
        slug = known[slug].origin.copy_of or slug
    return slug


def retrieve(
    find: Callable[[Question, int], Sequence[Retrieved]], question: Question, k: int, copies: Copies
) -> tuple[Retrieved, ...]:
    """At most `k` of what `find` gives, best first; of near copies only the passages of the one that comes first."""
    # Copies of the best passage fill the places of others, so with copies about the list begins longer.
    wide = k * min(_WIDEST, max(map(len, copies.values()), default=1))
    speaks: dict[str, str] = {}
    kept = []
    for found in find(question, wide):
        slug = found.passage.article
        if slug not in copies or speaks.setdefault(copies[slug][0].slug, slug) == slug:
            kept.append(found)
    return tuple(kept[:k])


def notices(citations: Sequence[Citation], copies: Copies, as_of: str | None) -> tuple[Notice, ...]:
    """A notice ("3 outlets, 1 origin: ...") for each cited text of which the corpus held copies on the day `as_of`."""
    told: dict[str, Notice] = {}
    for cited in citations:
        group = [a for a in copies.get(cited.article, ()) if a.slug == cited.article or _was_there(a, as_of)]
        if len(group) > 1:
            told.setdefault(copies[cited.article][0].slug, Notice(code="one-origin", text=_wording(cited, group)))
    return tuple(told.values())


def _was_there(article: Article, as_of: str | None) -> bool:
    return as_of is None or (article.published is not None and last_day(article.published) <= last_day(as_of))


def _wording(cited: Citation, group: Sequence[Article]) -> str:
    outlets = list(dict.fromkeys(filter(None, map(_outlet, group))))
    if len(outlets) < 2:
        return f"{len(group)} articles, 1 origin: they are near copies of “{cited.title}” and count as one source."
    names = f"{', '.join(outlets[:-1])} and {outlets[-1]}"
    return f"{len(outlets)} outlets, 1 origin: {names} carry near copies of “{cited.title}”, which count as one source."


def _outlet(article: Article) -> str | None:
    return article.publisher or (urlsplit(article.url).hostname if article.url else None)
