"""Web pages: trafilatura finds the article, readability gives a second opinion when it finds nothing.

What a reader cannot see (hidden elements, comments, templates) is taken out first; the words of the page that are no
part of the article are counted, not kept.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from rag.detection import decode
from rag.errors import SourceError
from rag.lengths import words
from rag.limits import DEFAULT, Limits
from rag.records import Article
from rag.sentences import HEADING, normalise
from rag.sources import _dates, _facts, _furniture
from rag.sources._building import Facts, build

_BREAK = "\ue000"  # stands for <br> while a paragraph's own line ends, which mean nothing, are folded
_SHORTEST = 25  # words; below, a page gets the second opinion
_STYLE = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden"
    r"|(?:font-size|opacity)\s{0,3}:\s{0,3}0(?:px|em|rem|pt|%)?\s{0,3}(?:;|!|$)",
    re.I,
)
_COLOUR = re.compile(r"(?<![\w-])(background(?:-color)?|color)\s*:\s*([^;!]{1,40})", re.I)
_PARAGRAPH = re.compile("(?:[ \\n]*\ue000){2,}")
_INLINE = frozenset("hi ref del br lb code".split())


def read(data: bytes, origin: str, limits: Limits = DEFAULT, url: str | None = None) -> Article:
    """The article of a page that came from `url`. Raises SourceError when there is none or a limit is passed."""
    if (tags := data.count(b"<")) > limits.html_tags:
        raise SourceError(
            f"{origin}: {tags} tags, more than the {limits.html_tags} of RAG_HTML_TAGS; add a smaller page"
        )
    tree = parse(decode(data, origin).text, origin)
    facts = _facts.facts(tree, url)
    _take_out_hidden(tree)
    whole = words(normalise(_visible(tree)))
    blocks, published = _article(tree, url)
    blocks = _with_byline(tree, blocks, facts)
    if facts.published is None and published:
        facts = replace(facts, published=published)
    kept = sum(words(block) for block in blocks)
    return build(blocks, facts, origin, limits, dropped=max(0, whole - kept))


def parse(text: str, origin: str) -> HtmlElement:
    """The tree of a page; raises SourceError when nothing is in it."""
    # Characters XML cannot hold would end the text early.
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(plain.encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise SourceError(f"{origin}: there is no page in it ({error}); save the page again") from error


def fragment(text: str) -> tuple[str, ...]:
    """The paragraphs of a piece of HTML, such as the summary of a feed's entry: everything visible, no extraction."""
    if not text.strip():
        return ()
    tree = parse(f"<html><body>{text}</body></html>", "fragment")
    _take_out_hidden(tree)
    for element in tree.xpath("//p | //div | //li | //br | //h1 | //h2 | //h3 | //tr | //blockquote"):
        element.tail = "\n" + (element.tail or "")
    lines = (normalise(line) for line in tree.text_content().split("\n"))
    return tuple(line for line in lines if line)


def _article(tree: HtmlElement, url: str | None) -> tuple[list[str], str | None]:
    """Paragraphs of the article, and the day trafilatura takes for that of publication."""
    from trafilatura import bare_extraction

    options = {"original_date": True, "extensive_search": False, "max_date": _dates.today().isoformat()}
    found = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_formatting=False,
        with_metadata=True,
        date_extraction_params=options,
    )
    body = getattr(found, "body", None)
    blocks = list(_rendered(body)) if body is not None else []
    if sum(words(block) for block in blocks) < _SHORTEST:
        second = _second_opinion(tree)
        blocks = max(blocks, second, key=lambda some: sum(words(b) for b in some))
    day = getattr(found, "date", None)
    return blocks, _dates.machine(day) if day else None


def _second_opinion(tree: HtmlElement) -> list[str]:
    from readability import Document
    from readability.readability import Unparseable

    try:
        return list(fragment(Document(etree.tostring(tree, encoding="unicode", method="html")).summary()))
    except (Unparseable, etree.LxmlError, ValueError):
        return []


def _rendered(body: etree._Element) -> Iterator[str]:
    """Paragraphs of trafilatura's tree: headings with `#`, list items with `-`, table rows with ` | `."""
    for element in body:
        yield from _render(element)
        if element.tail and element.tail.strip():
            yield " ".join(element.tail.split())


def _render(element: etree._Element) -> Iterator[str]:
    name = element.tag if isinstance(element.tag, str) else ""
    mark = "#" * _level(element) + " " if name == "head" else "- " if name == "item" else ""
    if name == "row":
        cells = (" ".join("".join(cell.itertext()).split()) for cell in element)
        yield " | ".join(cell for cell in cells if cell)
    elif all(child.tag in _INLINE for child in element):
        for part in _PARAGRAPH.split(_text(element)):
            lines = [line for line in (" ".join(one.split()) for one in part.split(_BREAK)) if line]
            if lines:
                yield mark + _literal((" " if name == "head" else "\n").join(lines), mark)
                mark = ""
    else:
        if element.text and element.text.strip():
            yield mark + " ".join(element.text.split())
        yield from _rendered(element)


def _text(element: etree._Element) -> str:
    """The words of an element, `<br>` and the line ends of code as `_BREAK`."""
    for code in [element] if element.tag in ("code", "quote") and len(element) == 0 else element.iter("code"):
        code.text = (code.text or "").strip("\n").replace("\n", _BREAK)
    for brk in element.iter("lb", "br"):
        brk.tail = _BREAK + (brk.tail or "")
    return "".join(element.itertext())


def _literal(text: str, mark: str) -> str:
    """Text that begins like a heading, such as a comment of a shell script, goes between backquotes."""
    return f"`{text}`" if not mark and HEADING.match(text) else text


def _level(element: etree._Element) -> int:
    rend = element.get("rend") or ""
    return min(6, max(2, int(rend[1]))) if len(rend) == 2 and rend[1].isdecimal() else 2


def _with_byline(tree: HtmlElement, blocks: list[str], facts: Facts) -> list[str]:
    """Byline and notes of the editors that stand outside the article's body, put back as paragraphs of their own."""
    held = "\n".join(blocks)
    lines = [line for line in _facts.bylines(tree) if _names_only(line, facts.authors)]
    if lines and (line := min(lines, key=len)) not in held:
        blocks = [line, *blocks]
    if (lead := _facts.standfirst(tree)) and lead not in held and len(held) > 2 * len(lead):
        blocks = [lead, *blocks]
    for element in tree.xpath("//p | //small | //em | //div[not(*)] | //span[not(*)] | //footer//li")[:5000]:
        words = " ".join(element.text_content().split())
        if 10 < len(words) < 600 and _furniture.notes([words]) and words not in held:
            blocks.append(words)
            held += "\n" + words
    return blocks


def _names_only(line: str, authors: tuple[str, ...]) -> bool:
    """Whether a byline element holds an author and little else, or a date."""
    rest = line
    for author in authors:
        rest = rest.replace(author, "")
    return rest != line and (words(rest) <= 3 or bool(_dates.printed(rest)))


def _take_out_hidden(tree: HtmlElement) -> None:
    """Remove what a reader does not see; an element that holds most of the page is kept (shown later by a script)."""
    most = len(tree.text_content()) * 0.6
    hidden = tree.xpath(
        "//template | //noscript | //*[@hidden] | //*[@aria-hidden='true'] | //*[@style] | //dialog[not(@open)]"
    )
    for element in hidden:
        if element.getparent() is None or element.tag in ("html", "body"):
            continue
        if element.tag == "template" or (_is_hidden(element) and len(element.text_content()) < most):
            element.drop_tree()


def _is_hidden(element: HtmlElement) -> bool:
    if (
        element.tag in ("noscript", "dialog")
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
    ):
        return True
    style = element.get("style") or ""
    colours = {name.lower()[:5]: value.strip().lower() for name, value in _COLOUR.findall(style[:2000])}
    same = colours.get("color") is not None and colours.get("color") == colours.get("backg")
    return same or bool(_STYLE.search(style[:2000]))


def _visible(tree: HtmlElement) -> str:
    return " ".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))


# An article folder holds plain Markdown; `rag add` turns this format into it, in a child process under limits.
SUFFIXES: tuple[str, ...] = ()
CHOICE = read
