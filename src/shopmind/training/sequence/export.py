"""From a trained network to arrays that answer without torch: an ONNX graph, and vectors of the items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from shopmind.training.sequence.network import LOUDNESS, Network
from shopmind.training.sequence_model import ARRAYS

FUSED = "com.microsoft"
EPSILON = 1e-5
State = Mapping[str, NDArray[np.float32]]


def arrays(network: Network, numbers: NDArray[np.int64], size: int) -> dict[str, NDArray[Any]]:
    """Those of sequence_model.ARRAYS, in their order.

    Args:
        numbers: item numbers of the network's rows. size: of the catalogue.
    """
    network.eval()
    state = {name: each.detach().numpy() for name, each in network.state_dict().items()}
    vectors = np.zeros((size, network.shape.dimension), np.float32)
    vectors[numbers] = network.items().detach().numpy()
    content = graph(state, network.shape.blocks, network.shape.heads).SerializeToString()
    made = (np.frombuffer(content, np.uint8), vectors, state["items.from_text"], state["items.from_traits"])
    return dict(zip(ARRAYS, made, strict=True))


def graph(state: State, blocks: int, heads: int) -> onnx.ModelProto:
    """Inputs `vectors` (b, T, d) float32, `types`, `gaps` (b, T) and `lengths` (b,) int64; output `hidden` (b, d)."""
    made = _Graph(state)
    width = state["places"].shape[1]
    loud = made.constant("loud", np.array(LOUDNESS * np.sqrt(width), np.float32))
    zero, length = made.constant("zero", np.array([0])), made.add("Shape", "types", start=1, end=2)
    x = made.add("Mul", "vectors", loud)
    for added in (
        made.add("Slice", made.weight("places"), zero, length),
        made.add("Gather", made.weight("types", "types_table"), "types"),
        made.add("Gather", made.weight("gaps", "gaps_table"), "gaps"),
    ):
        x = made.add("Add", x, added)
    x = made.norm("first", x)
    for block in range(blocks):
        x = _block(made, f"blocks.{block}", x, heads)
    places = made.add("Sub", "lengths", made.constant("one", np.array(1)))
    places = made.add("Unsqueeze", places, made.constant("middle", np.array([1])))
    x = made.norm("last", made.add("GatherND", x, places, batch_dims=1))
    x = made.add("LpNormalization", x, axis=-1, p=2)
    scale = made.constant("scale", np.exp(state["temperature"]))
    made.nodes.append(helper.make_node("Mul", [x, scale], ["hidden"], name="hidden"))
    return made.model(width)


def _block(made: _Graph, name: str, x: str, heads: int) -> str:
    seen = made.norm(f"{name}.before", x)
    weight = made.constant(f"{name}.both.weight", np.ascontiguousarray(made.state[f"{name}.both.weight"].T))
    bias = made.weight(f"{name}.both.bias")
    found = made.add("Attention", seen, weight, bias, domain=FUSED, num_heads=heads, unidirectional=1)
    x = made.add("Add", x, made.linear(f"{name}.out", found))
    wide = made.add("Gelu", made.linear(f"{name}.wide", made.norm(f"{name}.between", x)), domain=FUSED)
    return made.add("Add", x, made.linear(f"{name}.narrow", wide))


class _Graph:
    """Nodes and tensors in the making; every method adds what it names and returns the name of its output."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.tensors.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def weight(self, name: str, called: str | None = None) -> str:
        return self.constant(called or name, self.state[name])

    def add(self, operator: str, *inputs: str, domain: str = "", **fields: Any) -> str:
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **fields))
        return name

    def norm(self, name: str, x: str) -> str:
        return self.add(
            "LayerNormalization", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), epsilon=EPSILON
        )

    def linear(self, name: str, x: str) -> str:
        weight = self.constant(f"{name}.weight", np.ascontiguousarray(self.state[f"{name}.weight"].T))
        return self.add("Add", self.add("MatMul", x, weight), self.weight(f"{name}.bias"))

    def model(self, width: int) -> onnx.ModelProto:
        number, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
        inputs = [
            helper.make_tensor_value_info("vectors", real, ["users", "events", width]),
            helper.make_tensor_value_info("types", number, ["users", "events"]),
            helper.make_tensor_value_info("gaps", number, ["users", "events"]),
            helper.make_tensor_value_info("lengths", number, ["users"]),
        ]
        output = helper.make_tensor_value_info("hidden", real, ["users", width])
        made = helper.make_graph(self.nodes, "sequence", inputs, [output], self.tensors)
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(made, opset_imports=versions, ir_version=9, producer_name="shopmind")
