"""Losses and networks, worked out by hand or against our own graph: only where torch is installed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shopmind.encoders import bert_graph
from shopmind.kit.seeds import generator
from shopmind.testing.encoder_suite import tiny_checkpoint
from shopmind.training.encoder import NEEDED

for name in NEEDED:
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'shopmind[train]'")

import torch  # noqa: E402

from shopmind.training.encoder.contrast import near, ordered  # noqa: E402
from shopmind.training.encoder.export import encoder_of, exported  # noqa: E402
from shopmind.training.encoder.masked import mask_id, taken_out  # noqa: E402
from shopmind.training.encoder.network import Network, shallow  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")
TEXTS = ["red shirt", "usb cable 2 m", "x", "green tea and a longer title of many words"]


def network(**others: object) -> Network:
    given = {"method": "full", "rank": 4, "dropout": 0.0, "seed": 0, "half": False}
    return Network(tiny_checkpoint(), **{**given, **others})  # type: ignore[arg-type]


def test_near_by_hand() -> None:
    left = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    right = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    none = torch.zeros((2, 3), dtype=torch.bool)
    first = -math.log(math.exp(2) / (math.exp(2) + 1 + math.exp(1.2)))
    second = -math.log(math.exp(2) / (1 + math.exp(2) + math.exp(1.6)))
    assert float(near(left, right, none, 2.0)) == pytest.approx((first + second) / 2, rel=1e-5)
    also = torch.tensor([[True, False, True], [False, True, False]])
    first = -math.log(math.exp(2) / (math.exp(2) + 1))
    assert float(near(left, right, also, 2.0)) == pytest.approx((first + second) / 2, rel=1e-5)


def test_ordered_by_hand() -> None:
    cosines, grades = torch.tensor([0.5, 0.9, 0.1]), torch.tensor([1.0, 0.0, 0.0])
    assert float(ordered(cosines, grades, 10.0)) == pytest.approx(math.log(1 + math.exp(4) + math.exp(-4)), rel=1e-5)
    assert float(ordered(cosines, torch.zeros(3), 10.0)) == pytest.approx(0.0, abs=1e-6)


def test_the_network_and_our_graph_give_the_same_vectors() -> None:
    base = tiny_checkpoint()
    made = network()
    graph = bert_graph.build(exported(base, made.state(), made.shape).state, made.shape, precision="float32")
    ours = encoder_of(base, graph, "1")
    theirs = made.encode([list(row) for row in ours.token_ids(TEXTS)])
    np.testing.assert_allclose(ours.encode(TEXTS, role="passage"), theirs, atol=2e-5)


def test_a_scored_graph_gives_the_head_over_the_mean_of_the_tokens() -> None:
    base, made = tiny_checkpoint(), network()
    weight = generator(0, "head").standard_normal((1, base.dimension)).astype(np.float32)
    state = dict(base.state) | {"score.weight": weight, "score.bias": np.array([0.25], np.float32)}
    graph = bert_graph.build(state, base.shape, precision="float32", scored=True)
    ours = encoder_of(base, graph, "1")
    for text in TEXTS:
        ids = [list(ours.token_ids([text])[0])]
        made.model.eval()
        with torch.inference_mode():
            wanted = float(made.pooled(ids)[0].numpy() @ weight[0]) + 0.25
        feed = {"input_ids": np.array(ids), "attention_mask": np.ones((1, len(ids[0])), np.int64)}
        assert ours.session.run(None, feed)[0][0, 0] == pytest.approx(wanted, abs=1e-4)


def test_low_rank_additions_start_as_nothing_and_merge_to_what_they_do() -> None:
    thin = network(method="lora")
    ids = [[2, 5, 6, 3], [2, 9, 3]]
    np.testing.assert_allclose(thin.encode(ids), network().encode(ids), atol=1e-6)
    with torch.no_grad():
        for key, each in thin.trained():
            assert "lora" in key
            each.add_(torch.full_like(each, 0.02))
    merged = network()
    merged.model.load_state_dict({key: torch.from_numpy(value) for key, value in thin.state().items()})
    np.testing.assert_allclose(merged.encode(ids), thin.encode(ids), atol=1e-5)
    assert np.abs(thin.encode(ids) - network().encode(ids)).max() > 1e-3


def test_layers_are_kept_evenly_from_first_to_last() -> None:
    base = tiny_checkpoint()
    shape, state = shallow(base.state, base.shape, 1)
    assert shape.layers == 1
    np.testing.assert_array_equal(
        state["encoder.layer.0.output.dense.bias"], base.state["encoder.layer.0.output.dense.bias"]
    )
    assert not any(key.startswith("encoder.layer.1.") for key in state)
    assert shallow(base.state, base.shape, 0) == (base.shape, base.state)


def test_words_are_taken_out_of_the_inside_of_every_text() -> None:
    texts = [[2, *range(10, 30), 3] for _ in range(200)] + [[2, 11, 3]]
    whole = [list(text) for text in texts]
    places, right = taken_out(texts, 1, np.arange(10, 30), generator(0, "words"))
    assert [whole[row][place] for row, place in places] == right.tolist()
    assert all(text[0] == 2 and text[-1] == 3 for text in texts)
    assert set(places[:, 0].tolist()) == set(range(201))
    assert 0.12 < len(places) / (200 * 20) < 0.19
    masked = np.mean([texts[row][place] == 1 for row, place in places])
    assert 0.75 < masked < 0.85
    assert mask_id(tiny_checkpoint().words) == 1
