"""Embedders that are not the one an index was built with: `RAG_EMBEDDER=tests.faults.embedders:other`."""

from pathlib import Path

from rag.embedders.hashing import Hashing


class Other(Hashing):
    """Another model of equal dimension."""

    fingerprint = "other-1-384"


class Narrow(Hashing):
    """Another model of another dimension."""

    dimension = 64
    fingerprint = "narrow-1-64"


def other(home: Path) -> Other:
    return Other()


def narrow(home: Path) -> Narrow:
    return Narrow()
