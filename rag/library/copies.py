"""Near copies of an article: syndicated, shortened, with another head; found by MinHash over runs of five words.

Datasketch, after Broder, "On the resemblance and containment of documents" (1997).
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from datasketch import MinHash

from rag.records import Article

_RUN, _PERMUTATIONS, _SCHEME = 5, 128, "affine32"
# Two reports of one event share few runs of five words; a copy with a new head and a cut tail shares over half.
_NEAR = 0.5
_FEWEST = 30  # runs; of shorter texts no more can be said than that they are equal
_WORDS = re.compile(r"\w+")


def near_copy(article: Article, others: Iterable[Article], cache: Path) -> Article | None:
    """The one of `others` that `article` is most like, when more than half of what both say is the same; else None.

    `cache` is a file of signatures by digest, so that each text is hashed once; it may be deleted at any time, and where
    it cannot be written, texts are hashed again.
    """
    known = _load(cache)
    size = len(known)
    own = _signature(article, known)
    best, nearest = _NEAR, None
    for other in others:
        if own is not None and (theirs := _signature(other, known)) is not None and other.slug != article.slug:
            alike = own.jaccard(theirs)
            if alike > best:
                best, nearest = alike, other
    if len(known) > size:
        with suppress(OSError):
            _save(cache, known)
    return nearest


def _signature(article: Article, known: dict[str, list[int]]) -> MinHash | None:
    if article.digest not in known:
        words = _WORDS.findall(article.text.casefold())
        runs = {" ".join(words[n : n + _RUN]) for n in range(len(words) - _RUN + 1)}
        made = MinHash(num_perm=_PERMUTATIONS, scheme=_SCHEME)
        made.update_batch([run.encode() for run in runs])
        known[article.digest] = made.hashvalues.tolist() if len(runs) >= _FEWEST else []
    values = known[article.digest]
    if not values:
        return None
    return MinHash(num_perm=_PERMUTATIONS, scheme=_SCHEME, hashvalues=np.array(values, dtype=np.uint64))


def _load(cache: Path) -> dict[str, list[int]]:
    try:
        held = json.loads(cache.read_text(encoding="utf-8"))
        return held["signatures"] if held["form"] == [_RUN, _PERMUTATIONS, _SCHEME] else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _save(cache: Path, known: dict[str, list[int]]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    waiting = cache.with_suffix(".new")
    waiting.write_text(json.dumps({"form": [_RUN, _PERMUTATIONS, _SCHEME], "signatures": known}), encoding="utf-8")
    waiting.replace(cache)
