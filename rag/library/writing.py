"""An article -> its Markdown file, the inverse of `rag.sources.markdown`."""

import re

import yaml

from rag.errors import SourceError
from rag.records import Article, Reference, Source
from rag.sources import markdown


def to_markdown(article: Article) -> str:
    """The article file: front matter, text, footnotes. Read again it gives the same article.

    Raises SourceError when it would give another text.
    """
    origin = article.origin
    front: dict[str, object] = {
        "title": article.title,
        "slug": article.slug,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "url": article.url,
        "published": article.published,
        "updated": article.updated,
        "fetched": article.fetched,
        "topics": list(article.topics),
        "entities": list(article.entities),
        "language": origin.language,
        "file": origin.file,
        "notes": list(origin.notes),
        "dropped_words": origin.dropped,
        "pages": list(origin.pages),
        "copy_of": origin.copy_of,
        "also": list(origin.also),
    }
    held = yaml.safe_dump({k: v for k, v in front.items() if v}, allow_unicode=True, sort_keys=False, width=10**9)
    written = f"---\n{held}---\n\n{_body(article)}\n"
    if markdown.read(written.encode(), article.slug).digest != article.digest:
        raise SourceError(f"{article.title}: its text does not survive as Markdown; add it as plain text")
    return written


def _body(article: Article) -> str:
    """The text with the markers of its footnotes, then their definitions."""
    parts: list[str] = []
    begin = 0
    for reference in sorted(article.references, key=lambda r: r.end):
        parts.append(f"{_plain(article.text[begin : reference.end])}[^{reference.label}]")
        begin = reference.end
    definitions = {r.label: f"[^{r.label}]: {_definition(r)}" for r in article.references}
    text = "".join([*parts, _plain(article.text[begin:])])
    return "\n\n".join([text, "\n".join(definitions.values())]) if definitions else text


def _plain(text: str) -> str:
    """A blank before what looks like a footnote's definition keeps it text: others' articles define no sources of ours."""
    return re.sub(r"^(?=\[\^)", " ", text, flags=re.M)


def _definition(reference: Reference) -> str:
    since = [f"since: {reference.since}"] if reference.since else []
    return " ; ".join([*map(_source, reference.sources), *since])


def _source(source: Source) -> str:
    if source.url is None:
        return source.title
    return f'{source.publisher}, "{source.title}", {source.published or "n.d."}, {source.url}'
