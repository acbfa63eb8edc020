"""A BERT encoder as an ONNX graph, written with the onnx package alone: text ids in, unit vectors out.

Source: Devlin et al. 2019, BERT (post-norm transformer, learned positions, erf gelu); Reimers & Gurevych 2019,
Sentence-BERT (masked mean pooling). Fused operators: onnxruntime's com.microsoft contrib operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from shopmind.kit.errors import InputError

FUSED = "com.microsoft"
WEIGHT_LIMIT = 63  # 7 of 8 bits: pairs of u8 x s8 products overflow 16 bits on CPUs without VNNI
ROWS_AT_ONCE = 16_384  # of the word table, so that quantising E5's does not double its 380 MB

State = Mapping[str, NDArray[np.float32]]
Precision = Literal["int8", "float32"]
Pooling = Literal["mean", "cls"]


@dataclass(frozen=True)
class BertShape:
    """The numbers of a checkpoint's config.json that its tensors do not say."""

    layers: int
    heads: int
    epsilon: float = 1e-12

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> BertShape:
        """Reads a Hugging Face config.json.

        Raises:
            InputError: not a BERT with erf gelu and absolute positions.
        """
        kind, activation = config.get("model_type"), config.get("hidden_act", "gelu")
        positions = config.get("position_embedding_type", "absolute")
        if (kind, activation, positions) != ("bert", "gelu", "absolute"):
            raise InputError(
                f"bert graph: model_type {kind!r}, hidden_act {activation!r}, position_embedding_type {positions!r} "
                "is not allowed; allowed: 'bert', 'gelu', 'absolute'"
            )
        return cls(config["num_hidden_layers"], config["num_attention_heads"], config.get("layer_norm_eps", 1e-12))


def build(
    state: State,
    shape: BertShape,
    *,
    precision: Precision = "int8",
    pooling: Pooling = "mean",
    max_tokens: int = 512,
    scored: bool = False,
) -> onnx.ModelProto:
    """The graph of a checkpoint.

    Args:
        state: tensors by their Hugging Face names ("encoder.layer.0.output.dense.weight"), float32.
        shape: layers, heads and the layer norm's epsilon.
        precision: "int8" quantises every matrix per output channel and every row of the word table by its own scale;
            activations are quantised on the fly, per tensor: rows of one batch share a scale, so a vector depends
            a little on its neighbours (cosine > .99).
        pooling: "mean" over tokens that are not padding, or the first token.
        max_tokens: positions kept.
        scored: the state holds `score.weight` (1, hidden) and `score.bias` (1,), and one number a text is wanted.

    Returns:
        A model with inputs `input_ids`, `attention_mask` (texts, tokens) int64 and output `vector`
        (texts, hidden) float32 of unit length; with `scored` the output is `score` (texts, 1) float32: the head over
        the mean of the tokens, or over the first one.
    """
    graph = _Graph({name.removeprefix("bert."): tensor for name, tensor in state.items()}, precision)
    x = _embeddings(graph, shape, max_tokens)
    mask = graph.add("Cast", "attention_mask", to=onnx.TensorProto.INT32)
    for layer in range(shape.layers):
        x = _layer(graph, f"encoder.layer.{layer}", x, mask, shape)
    if scored:
        graph.finish("Identity", graph.plain("score", _pool(graph, x, pooling, mean=True)), "score")
        return graph.model("score", 1)
    graph.finish("LpNormalization", _pool(graph, x, pooling), "vector", axis=-1, p=2)
    return graph.model("vector", graph.state["embeddings.LayerNorm.weight"].shape[0])


def _embeddings(graph: _Graph, shape: BertShape, max_tokens: int) -> str:
    state = graph.state
    words = graph.rows("embeddings.word_embeddings.weight", "input_ids")
    first_type = state["embeddings.token_type_embeddings.weight"][0]
    positions = (state["embeddings.position_embeddings.weight"] + first_type)[:max_tokens]
    length = graph.add("Shape", "input_ids", start=1, end=2)
    start = graph.constant("first_position", np.array([0], np.int64))
    places = graph.add("Slice", graph.constant("positions", positions), start, length)
    return graph.norm("embeddings.LayerNorm", graph.add("Add", words, places), shape.epsilon)


def _layer(graph: _Graph, prefix: str, x: str, mask: str, shape: BertShape) -> str:
    attended = graph.attention(f"{prefix}.attention.self", x, mask, shape.heads)
    attended = graph.linear(f"{prefix}.attention.output.dense", attended)
    x = graph.norm(f"{prefix}.attention.output.LayerNorm", graph.add("Add", attended, x), shape.epsilon)
    inner = graph.add("Gelu", graph.linear(f"{prefix}.intermediate.dense", x), domain=FUSED)
    outer = graph.linear(f"{prefix}.output.dense", inner)
    return graph.norm(f"{prefix}.output.LayerNorm", graph.add("Add", outer, x), shape.epsilon)


def _pool(graph: _Graph, x: str, pooling: Pooling, *, mean: bool = False) -> str:
    """(texts, hidden); the sum of tokens unless `mean`, for the division by their count cancels in the unit length."""
    middle = graph.constant("middle", np.array([1], np.int64))
    if pooling == "cls":
        return graph.add("Gather", x, graph.constant("first", np.array(0, np.int64)), axis=1)
    weights = graph.add("Unsqueeze", graph.add("Cast", "attention_mask", to=onnx.TensorProto.FLOAT), middle)
    total = graph.add("Squeeze", graph.add("MatMul", weights, x), middle)
    if not mean:
        return total
    count = graph.add("ReduceSum", graph.add("Squeeze", weights, middle), graph.constant("last", np.array([-1])))
    return graph.add("Div", total, count)


def quantise(weight: NDArray[np.float32], limit: int = WEIGHT_LIMIT) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric integers for each column of a (inputs, outputs) matrix.

    Returns:
        Integers in [-limit, limit], and one scale per column: weight ≈ integers * scales (1 for zeros).
    """
    scales = np.abs(weight).max(axis=0) / np.float32(limit)
    scales = np.where(scales > 0, scales, np.float32(1)).astype(np.float32)
    return np.rint(weight / scales).astype(np.int8), scales


class _Graph:
    """Nodes and tensors in the making; every method adds what it names and returns the name of its output."""

    def __init__(self, state: State, precision: Precision) -> None:
        self.state = state
        self.precision = precision
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.tensors.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **fields: Any) -> str:
        name = f"{operator}_{len(self.nodes)}"
        names = [name, *(f"{name}.{i}" for i in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, inputs, names, name=name, domain=domain, **fields))
        return name

    def finish(self, operator: str, x: str, name: str, **fields: Any) -> None:
        self.nodes.append(helper.make_node(operator, [x], [name], name=name, **fields))

    def rows(self, name: str, ids: str) -> str:
        """Rows of a table, kept as one int8 row and one scale each: (texts, tokens) → (texts, tokens, hidden)."""
        if self.precision == "float32":
            return self.add("Gather", self.constant(name, self.state[name]), ids)
        table = self.state[name]
        integers, scales = np.empty(table.shape, np.int8), np.empty((len(table), 1), np.float32)
        for start in range(0, len(table), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            columns, scales[part, 0] = quantise(table[part].T, limit=127)
            integers[part] = columns.T
        found = self.add("Gather", self.constant(name, integers), ids)
        scale = self.add("Gather", self.constant(f"{name}.scale", scales), ids)
        return self.add("Mul", self.add("Cast", found, to=onnx.TensorProto.FLOAT), scale)

    def norm(self, name: str, x: str, epsilon: float) -> str:
        scale = self.constant(f"{name}.weight", self.state[f"{name}.weight"])
        shift = self.constant(f"{name}.bias", self.state[f"{name}.bias"])
        return self.add("LayerNormalization", x, scale, shift, epsilon=epsilon)

    def linear(self, name: str, x: str) -> str:
        weight = self.state[f"{name}.weight"].T
        bias = self.constant(f"{name}.bias", self.state[f"{name}.bias"])
        if self.precision == "float32":
            return self.add("Add", self.add("MatMul", x, self.constant(f"{name}.weight", weight)), bias)
        integers, scales, zeros = self._quantised(name, weight)
        return self.add("DynamicQuantizeMatMul", x, integers, scales, zeros, bias, domain=FUSED)

    def plain(self, name: str, x: str) -> str:
        """A linear layer in full precision, whatever the others are."""
        weight = self.constant(f"{name}.weight", self.state[f"{name}.weight"].T)
        bias = self.constant(f"{name}.bias", self.state[f"{name}.bias"])
        return self.add("Add", self.add("MatMul", x, weight), bias)

    def attention(self, name: str, x: str, mask: str, heads: int) -> str:
        parts = ("query", "key", "value")
        weight = np.concatenate([self.state[f"{name}.{part}.weight"].T for part in parts], axis=1)
        bias = self.constant(f"{name}.bias", np.concatenate([self.state[f"{name}.{part}.bias"] for part in parts]))
        if self.precision == "float32":
            together = self.constant(f"{name}.weight", weight)
            return self.add("Attention", x, together, bias, mask, domain=FUSED, num_heads=heads)
        integers, scales, zeros = self._quantised(name, weight)
        q = self.add("DynamicQuantizeLinear", x, outputs=3)
        inputs = (q, integers, bias, f"{q}.1", scales, mask, f"{q}.2", zeros)
        return self.add("QAttention", *inputs, domain=FUSED, num_heads=heads)

    def _quantised(self, name: str, weight: NDArray[np.float32]) -> tuple[str, str, str]:
        integers, scales = quantise(weight)
        zeros = np.zeros(scales.shape, np.int8)
        return (
            self.constant(f"{name}.weight", integers),
            self.constant(f"{name}.scale", scales),
            self.constant(f"{name}.zero", zeros),
        )

    def model(self, output: str, width: int) -> onnx.ModelProto:
        ids = onnx.TensorProto.INT64
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [helper.make_tensor_value_info(name, ids, ["texts", "tokens"]) for name in ("input_ids", "attention_mask")],
            [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ["texts", width])],
            self.tensors,
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=9, producer_name="shopmind")
