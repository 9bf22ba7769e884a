"""The shipped model of the span reader: loaded once, checked, run by ONNX Runtime on the word vectors that came with pip."""

import json
import mmap
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from rag.embedders import Vectors
from rag.embedders.minilm import PACKAGE, threads, weights_folder
from rag.errors import ReaderError
from rag.readers._pairs import Pairs
from rag.readers._span_logits import Output, signals

FOLDER = Path(__file__).parent / "_span"


class SpanModel:
    """A question and a passage in, logits out; safe from many threads. Nothing is loaded before the first use."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """`folder` holds model.onnx and model.json (its sha256, that of the word vectors, the calibration)."""
        self._folder = folder
        self._loading = Lock()

    def output(self, question: str, title: str, heading: str, sentences: Sequence[str]) -> Output:
        """What the model says of one passage.

        Rows are run one by one: int8 takes its scale from all that is run together, so that in a batch a passage's
        scores would depend on its neighbours; on two to four cores a batch is no faster.
        """
        pairs, session, words, kinds = self._loaded
        row = pairs.pair(question, title, heading, sentences)
        vectors = words[list(row.ids)]
        # The graph has added the vector of segment 0 to the positions; the passage is segment 1.
        vectors[row.passage :] += kinds[1] - kinds[0]
        given = {"gathered": vectors[None], "attention_mask": np.ones((1, len(row.ids)), np.int64)}
        return Output(session.run(None, given)[0][0], row)

    def log_odds(self, output: Output) -> float:
        """How likely the row answers its question, as a logit, by the calibration of the tuning split."""
        fitted = self.card["calibration"]
        return float(fitted["bias"] + sum(w * s for w, s in zip(fitted["weights"], signals(output), strict=True)))

    @cached_property
    def card(self) -> dict[str, Any]:
        """model.json as a dict. Raises ReaderError when it is not there."""
        try:
            return dict(json.loads((self._folder / "model.json").read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise ReaderError(f"cannot read {self._folder / 'model.json'}: {error}; install Cutaway again") from error

    @property
    def _loaded(self) -> tuple[Pairs, Any, Vectors, Vectors]:
        with self._loading:
            return self._load

    @cached_property
    def _load(self) -> tuple[Pairs, Any, Vectors, Vectors]:
        from onnxruntime import InferenceSession, SessionOptions

        from rag.embedders._bert import read_safetensors

        path = self._folder / "model.onnx"
        try:
            model = path.read_bytes()
        except OSError as error:
            raise ReaderError(
                f"cannot read {path}: {error}; install Cutaway again, or set RAG_READER=overlap"
            ) from error
        if sha256(model).hexdigest() != self.card["sha256"]:
            raise ReaderError(f"{path} is damaged; install Cutaway again, or set RAG_READER=overlap")
        with (weights_folder() / "model.safetensors").open("rb") as file:
            tensors = read_safetensors(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        words = tensors["embeddings.word_embeddings.weight"]
        if sha256(words.data).hexdigest() != self.card["words_sha256"]:
            raise ReaderError(
                f"the word vectors of {PACKAGE} are not those the reader was trained on; install Cutaway again"
            )
        options = SessionOptions()
        options.intra_op_num_threads = threads()
        options.inter_op_num_threads = 1
        session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return Pairs(), session, words, tensors["embeddings.token_type_embeddings.weight"]
