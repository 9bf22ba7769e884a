"""Any model of the sentence-transformers library, from a folder or the Hugging Face cache, never from the network.

`RAG_EMBEDDER=sentence_transformer` runs the weights of the default embedder through the reference implementation. For
another model, write `CHOICE = lambda home: SentenceTransformers("name or folder")` in a module of your own and set
`RAG_EMBEDDER=your_module:CHOICE`.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from rag.embedders import Tokens, Vectors
from rag.embedders.minilm import weights_folder
from rag.errors import EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformers:
    """Vectors as the model's own pipeline makes them, scaled to unit length. Safe from many threads: one at a time."""

    def __init__(self, model: str) -> None:
        """`model` is a folder or a name that the Hugging Face cache holds; it is loaded at the first use."""
        self._name = model
        self._lock = Lock()

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self._name, device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise EmbedderError(
                f"cannot load the model {self._name!r}: {error}; give a folder, or fetch it once with `hf download`"
            ) from error

    @cached_property
    def fingerprint(self) -> str:
        """Names the weights and the pipeline around them (pooling, prompts), so that another model is told apart."""
        digest = sha256()
        for name, tensor in self._model.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().float().numpy().tobytes())
        digest.update(repr((self._model.prompts, self._model.default_prompt_name, self._model)).encode())
        return f"sentence_transformer-{digest.hexdigest()[:12]}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.embed(["length"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dimension) float32 unit vectors; raises EmbedderError when the model cannot be loaded."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """For each text its tokens in context, special ones included."""
        if not texts:
            return []
        with self._lock:
            found = self._model.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
            encoded = self._model.tokenizer(
                list(texts), return_offsets_mapping=True, truncation=True, max_length=self._model.max_seq_length
            )
        arrays = [np.asarray(array, np.float32) for array in found]
        return [
            Tokens(array / np.linalg.norm(array, axis=1, keepdims=True), [tuple(pair) for pair in offsets])
            for array, offsets in zip(arrays, encoded["offset_mapping"], strict=True)
        ]


def CHOICE(home: Path) -> SentenceTransformers:
    """The weights of the default embedder, run by the library; it caches nothing in `home`."""
    return SentenceTransformers(str(weights_folder()))
