"""Every embedder on the menu keeps the promises of `rag.embedders.Embedder`."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.embedders import Embedder
from rag.menus import choices, load

TEXTS = ["How long can a Gen-4 clip be?", "Veo 3 — 你好 🎬", "", "Runway raised $308 million. " * 80, "a\u0000b\n\nc"]


@pytest.fixture(scope="module", params=choices("embedders"))
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    made: Embedder = load("embedders", request.param)(tmp_path_factory.mktemp("home"))
    return made


def test_vectors_are_float32_of_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row, text in enumerate(TEXTS):
        assert np.allclose(embedder.embed([text])[0], vectors[row], atol=1e-5), text


def test_no_texts_give_an_empty_matrix(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)
    assert embedder.tokens([]) == []


def test_the_same_text_has_the_same_vector_in_every_company(embedder: Embedder) -> None:
    alone = embedder.embed([TEXTS[0]])
    assert np.allclose(alone[0], embedder.embed([TEXTS[0]] * 40 + TEXTS)[17], atol=1e-5)


def test_related_texts_are_nearer_than_unrelated_ones(embedder: Embedder) -> None:
    question, near, far = embedder.embed(
        ["How long are Gen-4 clips?", "Gen-4 clips are five or ten seconds long.", "The stadium sold out of pretzels."]
    )
    assert question @ near > question @ far


def test_token_vectors_are_unit_vectors_and_at_least_one_a_text(embedder: Embedder) -> None:
    tokens = embedder.tokens(TEXTS)
    assert len(tokens) == len(TEXTS)
    for text, (array, offsets) in zip(TEXTS, tokens, strict=True):
        assert array.shape[0] == len(offsets) >= 1
        assert all(0 <= start <= end <= len(text) for start, end in offsets)
        assert array.shape[1] == embedder.dimension
        assert array.dtype == np.float32
        assert np.allclose(np.linalg.norm(array, axis=1), 1, atol=1e-5)


def test_the_fingerprint_is_the_same_in_a_fresh_instance(embedder: Embedder, tmp_path: Path) -> None:
    name = type(embedder).__module__.rpartition(".")[2]
    assert load("embedders", name)(tmp_path).fingerprint == embedder.fingerprint
    assert embedder.fingerprint.startswith(name)


def test_threads_may_share_an_embedder(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: embedder.embed(TEXTS), range(8)):
            assert np.allclose(got, expected, atol=1e-5)


def test_fingerprints_on_the_menu_differ(tmp_path: Path) -> None:
    prints = [load("embedders", name)(tmp_path).fingerprint for name in choices("embedders")]
    assert len(set(prints)) == len(prints)


def test_loading_the_menu_imports_no_heavy_library() -> None:
    program = (
        "import sys; from rag.menus import choices, load; from pathlib import Path\n"
        "for name in choices('embedders'): load('embedders', name)(Path('.'))\n"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
