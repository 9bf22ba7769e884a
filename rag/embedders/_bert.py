"""The BERT encoder as an ONNX graph, written down from its weights: no torch, no export step, no file to go stale.

ONNX Runtime's own fused operators (domain com.microsoft) stand for whole blocks, so that a layer is eight nodes:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

import json
import mmap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedders import Vectors

FUSED = "com.microsoft"
Array = NDArray[Any]


def read_safetensors(data: "bytes | mmap.mmap") -> dict[str, Vectors]:
    """The float32 tensors of a safetensors file by name, as views of `data`.

    Layout: 8 bytes length of the header, the header as JSON, then the tensors.
    https://huggingface.co/docs/safetensors/index#format
    """
    body = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:body]).items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            flat: Vectors = np.frombuffer(data, np.float32, count=(end - start) // 4, offset=body + start)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


class Graph:
    """An ONNX graph in the making: `nodes` in order, `constants` by name."""

    def __init__(self, weights: Mapping[str, Vectors]) -> None:
        """`weights` are those of a BertModel, by their names in the file."""
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: int | float) -> str:
        """Append a node and return the name of its output; a word before a colon in `operator` is its domain."""
        from onnx import helper

        domain, _, name = operator.rpartition(":")
        node = helper.make_node(name, list(inputs), [output], domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return output

    def constant(self, name: str, value: Array) -> str:
        """Keep `value` as a constant of the graph and return its name."""
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def weight(self, name: str) -> str:
        """The tensor `name`; a matrix is turned, as the file holds (out, in) and MatMul wants (in, out)."""
        return self.constant(name, self.weights[name].T)


def encoder(weights: Mapping[str, Vectors], *, layers: int, heads: int) -> tuple[bytes, dict[str, Array]]:
    """The graph input_ids, attention_mask (batch, length) int64 -> last_hidden_state (batch, length, hidden) float32.

    Out: the serialized model, whose weights are declared external, and the weights to hand to the session by name.
    """
    graph = Graph(weights)
    x = _embeddings(graph)
    graph.add("Cast", ["attention_mask"], "mask", to=6)  # Attention reads int32
    for number in range(layers):
        x = _layer(graph, f"encoder.layer.{number}.", x, heads)
    graph.add("Identity", [x], "last_hidden_state")
    return _serialize(graph), {name: value for name, value in graph.constants.items() if value.dtype == np.float32}


def _embeddings(graph: Graph) -> str:
    name = "embeddings."
    words = graph.constant("words", graph.weights[name + "word_embeddings.weight"])
    # A single text is all segment 0, so its vector can be added to the positions once and for all.
    segment = graph.weights[name + "token_type_embeddings.weight"][0]
    positions = graph.constant("positions", graph.weights[name + "position_embeddings.weight"] + segment)
    for number in range(3):
        graph.constant(f"at_{number}", np.array([number], np.int64))
    graph.add("Slice", [graph.add("Shape", ["input_ids"], "shape"), "at_1", "at_2", "at_0"], "length")
    graph.add("Slice", [positions, "at_0", "length", "at_0"], "places")
    graph.add("Add", [graph.add("Gather", [words, "input_ids"], "gathered"), "places"], "embedded")
    scale, shift = (graph.weight(f"{name}LayerNorm.{part}") for part in ("weight", "bias"))
    return graph.add("LayerNormalization", ["embedded", scale, shift], "embeddings.out", epsilon=1e-12)


def _layer(graph: Graph, name: str, x: str, heads: int) -> str:
    parts = [f"{name}attention.self.{part}." for part in ("query", "key", "value")]
    matrix = graph.constant(name + "qkv", np.concatenate([graph.weights[p + "weight"] for p in parts]).T)
    bias = graph.constant(name + "qkv_bias", np.concatenate([graph.weights[p + "bias"] for p in parts]))
    seen = graph.add(f"{FUSED}:Attention", [x, matrix, bias, "mask"], name + "attention", num_heads=heads)
    x = _add_and_normalise(graph, name + "attention.output.", seen, x)
    wide = graph.add("MatMul", [x, graph.weight(name + "intermediate.dense.weight")], name + "wide")
    active = graph.add(f"{FUSED}:BiasGelu", [wide, graph.weight(name + "intermediate.dense.bias")], name + "active")
    return _add_and_normalise(graph, name + "output.", active, x)


def _add_and_normalise(graph: Graph, name: str, x: str, skip: str) -> str:
    dense = graph.add("MatMul", [x, graph.weight(name + "dense.weight")], name + "dense")
    rest = [graph.weight(name + part) for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    return graph.add(f"{FUSED}:SkipLayerNormalization", [dense, skip, *rest], name + "out", epsilon=1e-12)


def _serialize(graph: Graph) -> bytes:
    from onnx import TensorProto, helper

    def declared(name: str, value: Array) -> TensorProto:
        tensor = TensorProto(name=name, data_type=helper.np_dtype_to_tensor_dtype(value.dtype), dims=value.shape)
        if value.dtype != np.float32:  # an index: the runtime wants to see it while it reads the graph
            tensor.raw_data = value.tobytes()
            return tensor
        tensor.data_location = TensorProto.EXTERNAL
        for key, entry in (("location", "memory"), ("offset", "0"), ("length", str(value.nbytes))):
            tensor.external_data.add(key=key, value=entry)
        return tensor

    ids, mask = (
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"])
        for n in ("input_ids", "attention_mask")
    )
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", None])
    tensors = [declared(name, value) for name, value in graph.constants.items()]
    body = helper.make_graph(graph.nodes, "bert", [ids, mask], [out], tensors)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return bytes(helper.make_model(body, opset_imports=opsets, ir_version=8).SerializeToString())
