"""From a finished run to what the package ships: `python -m rag.training.export --run DIR` writes rag/readers/_span/.

`model.onnx` takes word vectors instead of word numbers: the embeddings were not trained and come with pip already.
"""

import argparse
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedders import Vectors
from rag.embedders._bert import encoder
from rag.readers._pairs import LIMIT
from rag.readers._span_logits import Output, best_span, sentence_scores, signals
from rag.readers._span_model import FOLDER, SpanModel
from rag.readers.span import PASSAGES
from rag.settings import shipped_corpus
from rag.training.data import Domain, Example
from rag.training.tuning import Read, calibrated, figures, fit_reading, overlap

LAYERS, HEADS = 6, 12
WORDS = "embeddings.word_embeddings.weight"


def graph(trained: dict[str, Vectors]) -> Any:
    """The ONNX model in float32: word vectors (batch, length, 384), mask (batch, length) -> logits (batch, length, 4)."""
    import onnx
    from onnx import helper, numpy_helper

    inner = {name.removeprefix("encoder."): value for name, value in trained.items()}
    inner["embeddings.position_embeddings.weight"] = inner["embeddings.position_embeddings.weight"][:LIMIT]
    serialized, constants = encoder(inner, layers=LAYERS, heads=HEADS)
    model = onnx.load_from_string(serialized)
    last = next(n.input[0] for n in model.graph.node if n.op_type == "Identity")
    nodes = [n for n in model.graph.node if n.op_type not in ("Gather", "Identity")]
    next(n for n in nodes if n.op_type == "Shape").input[0] = "gathered"
    constants |= {"head": np.ascontiguousarray(trained["head.weight"].T), "head_bias": trained["head.bias"]}
    nodes += [
        helper.make_node("MatMul", [last, "head"], ["raw"]),
        helper.make_node("Add", ["raw", "head_bias"], ["logits"]),
    ]
    for node in nodes:
        node.name = node.output[0]
    kept = [t for t in model.graph.initializer if t.name not in constants]
    kept += [numpy_helper.from_array(value, name) for name, value in constants.items() if name != "words"]
    given = [
        helper.make_tensor_value_info("gathered", onnx.TensorProto.FLOAT, ["batch", "length", inner[WORDS].shape[1]]),
        helper.make_tensor_value_info("attention_mask", onnx.TensorProto.INT64, ["batch", "length"]),
    ]
    out = helper.make_tensor_value_info(
        "logits", onnx.TensorProto.FLOAT, ["batch", "length", len(trained["head.bias"])]
    )
    body = helper.make_graph(nodes, "span", given, [out], kept)
    return helper.make_model(body, opset_imports=model.opset_import, ir_version=model.ir_version)


def write(model: Any, folder: Path, words: Vectors, *, small: bool) -> SpanModel:
    """Write `model` and its card into `folder`; `small`: int8 weights, one scale a column, the head left as it is."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    if small:
        kinds = ["MatMul", "Attention"]
        quantize_dynamic(
            model,
            path,
            op_types_to_quantize=kinds,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=["raw"],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    else:
        onnx.save(model, path)
    digests = {"sha256": sha256(path.read_bytes()).hexdigest(), "words_sha256": sha256(words.data).hexdigest()}
    _card(folder, digests)
    return SpanModel(folder)


def outputs(model: SpanModel, examples: Sequence[Example]) -> list[Output]:
    """What the model says of each example, in order."""
    return [model.output(e.question, e.title, e.heading, e.sentences) for e in examples]


def readings(model: SpanModel, domain: Domain) -> list[list[Read]]:
    """What the model makes of the six passages nearest by shared words to each question kept aside."""
    found = []
    for example, label in domain.questions(tuning=True):
        near = domain.near(example, label, PASSAGES)
        reads = []
        for passage, score, right in near:
            kept = [(i, s.text) for i, s in enumerate(passage.sentences) if not s.gap]
            if kept:
                title = domain.articles[passage.article].title
                output = model.output(example.question, title, passage.heading, [text for _, text in kept])
                hits = tuple(i in right for i, _ in kept)
                reads.append(Read(score / near[0][1], model.log_odds(output), sentence_scores(output), hits))
        found.append(reads)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Export, then calibrate on the facts kept aside; prints their figures for the float32 and the int8 model."""
    import torch

    parser = argparse.ArgumentParser(prog="python -m rag.training.export", description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=shipped_corpus())
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args(arguments)
    saved = torch.load(chosen.run / "reader.pt", weights_only=True, map_location="cpu")
    trained = {name: value.float().numpy() for name, value in saved.items()}
    domain = Domain(chosen.corpus)
    examples = [example for example, _ in domain.questions(tuning=True)]
    answered = np.array([e.held is not None for e in examples])
    for folder, small in ((chosen.run / "float32", False), (chosen.folder, True)):
        model = write(graph(trained), folder, trained["encoder." + WORDS], small=small)
        found = outputs(model, examples)
        _card(folder, {"calibration": calibrated(np.array([signals(o) for o in found]), answered)})
        _card(folder, {"tuning": figures(examples, found)})
    _card(
        folder,
        {"reading": fit_reading(readings(SpanModel(folder), domain), answered) | {"short": _surest(examples, found)}},
    )
    for folder in (chosen.run / "float32", chosen.folder):
        print((folder / "model.json").read_text("utf-8"))  # noqa: T201


def _surest(examples: Sequence[Example], found: Sequence[Output]) -> float:
    """The least margin from which four of five short answers overlap the true one by half (F1), on answered questions."""
    rated = []
    for example, output in zip(examples, found, strict=True):
        best = best_span(output)
        if best and example.span:
            rated.append((best.margin, overlap(example, output) >= 0.5))
    rated.sort(reverse=True)
    right = np.cumsum([ok for _, ok in rated]) / np.arange(1, len(rated) + 1)
    enough = np.flatnonzero(right >= 0.8)
    return float(rated[int(enough[-1])][0]) if len(enough) else float(rated[0][0])


def _card(folder: Path, values: dict[str, Any]) -> None:
    path = folder / "model.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(known | values, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
