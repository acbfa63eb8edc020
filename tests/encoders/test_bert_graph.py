from __future__ import annotations

from math import erf

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.encoders import bert_graph, graph_file, onnx_encoder
from shopmind.encoders.bert_graph import BertShape, build, quantise
from shopmind.kit.errors import InputError
from shopmind.testing.encoder_suite import HEADS, LAYERS, TINY_SHAPE, VOCABULARY, tiny_state

Floats = NDArray[np.float64]
STATE = tiny_state()


def reference(state: dict[str, NDArray[np.float32]], ids: list[int], pooling: str = "mean") -> Floats:
    """One text through the equations of BERT, in float64 numpy."""
    tensors = {name: tensor.astype(np.float64) for name, tensor in state.items()}

    def linear(name: str, x: Floats) -> Floats:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(name: str, x: Floats) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    x = tensors["embeddings.word_embeddings.weight"][ids]
    x = x + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm("embeddings.LayerNorm", x + tensors["embeddings.token_type_embeddings.weight"][0])
    for layer in (f"encoder.layer.{i}" for i in range(LAYERS)):
        q, k, v = (linear(f"{layer}.attention.self.{part}", x) for part in ("query", "key", "value"))
        heads = []
        for columns in np.split(np.arange(q.shape[1]), HEADS):
            scores = q[:, columns] @ k[:, columns].T / np.sqrt(len(columns))
            shares = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(shares / shares.sum(-1, keepdims=True) @ v[:, columns])
        attended = linear(f"{layer}.attention.output.dense", np.concatenate(heads, 1))
        x = norm(f"{layer}.attention.output.LayerNorm", x + attended)
        inner = linear(f"{layer}.intermediate.dense", x)
        gelu = inner * 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        x = norm(f"{layer}.output.LayerNorm", x + linear(f"{layer}.output.dense", gelu))
    pooled = x.mean(0) if pooling == "mean" else x[0]
    return pooled / np.linalg.norm(pooled)


def run(tmp_path, texts: list[list[int]], **options) -> NDArray[np.float32]:
    graph_file.write(build(STATE, TINY_SHAPE, **options), tmp_path)
    session = onnx_encoder.open_session(tmp_path / graph_file.GRAPH, threads=1)
    width = max(map(len, texts))
    ids = np.array([row + [0] * (width - len(row)) for row in texts])
    mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in texts])
    return session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def some_texts(count: int) -> list[list[int]]:
    random = np.random.default_rng(1)
    return [[2, *random.integers(4, len(VOCABULARY), random.integers(1, 20)).tolist(), 3] for _ in range(count)]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_float_graph_is_bert_and_padding_changes_nothing(tmp_path, pooling) -> None:
    texts = some_texts(12)
    expected = np.array([reference(STATE, text, pooling) for text in texts])
    found = run(tmp_path, texts, precision="float32", pooling=pooling)
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_int8_graph_points_where_the_float_one_points(tmp_path) -> None:
    texts = some_texts(40)
    expected = np.array([reference(STATE, text) for text in texts])
    cosine = (run(tmp_path, texts) * expected).sum(1)
    assert cosine.mean() > 0.98
    assert cosine.min() > 0.95


def test_a_checkpoint_may_call_its_tensors_bert_dot(tmp_path) -> None:
    prefixed = {f"bert.{name}": tensor for name, tensor in STATE.items()}
    assert build(prefixed, TINY_SHAPE).SerializeToString() == build(STATE, TINY_SHAPE).SerializeToString()


def test_each_column_is_quantised_by_its_own_largest_value() -> None:
    weight = np.array([[63.0, 0.25, 0.0], [-31.5, 1.0, 0.0]], np.float32)
    integers, scales = quantise(weight)
    np.testing.assert_array_equal(integers, [[63, 16, 0], [-32, 63, 0]])  # 15.75; -31.5 goes to the even neighbour
    np.testing.assert_allclose(scales, [1.0, 1 / 63, 1.0])


def test_large_tensors_are_kept_beside_the_graph_on_pages_of_their_own(tmp_path) -> None:
    model = build(STATE, TINY_SHAPE)
    graph_file.write(model, tmp_path)
    places = [
        {entry.key: entry.value for entry in tensor.external_data}
        for tensor in model.graph.initializer
        if tensor.external_data
    ]
    assert places
    assert all(int(place["offset"]) % graph_file.PAGE_BYTES == 0 for place in places)
    assert (tmp_path / graph_file.GRAPH).stat().st_size < (tmp_path / graph_file.TENSORS).stat().st_size


def test_other_architectures_are_refused_by_name() -> None:
    config = {"model_type": "bert", "num_hidden_layers": 2, "num_attention_heads": 4, "layer_norm_eps": 1e-5}
    assert BertShape.of(config) == BertShape(2, 4, 1e-5)
    with pytest.raises(InputError, match="'roberta'"):
        BertShape.of({**config, "model_type": "roberta"})
    assert bert_graph.WEIGHT_LIMIT == 63
