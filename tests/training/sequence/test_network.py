"""The loss, the network and its graph: only where torch is installed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shopmind.training.recipe import Tables
from shopmind.training.sequence import NEEDED

for name in NEEDED:
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'shopmind[train]'")

import torch  # noqa: E402

from shopmind.encoders.onnx_encoder import open_session  # noqa: E402
from shopmind.training.sequence.batches import batch, plan  # noqa: E402
from shopmind.training.sequence.export import graph  # noqa: E402
from shopmind.training.sequence.loss import cross_entropy, stratified  # noqa: E402
from shopmind.training.sequence.material import Material, gather  # noqa: E402
from shopmind.training.sequence.measure import held_ndcg  # noqa: E402
from shopmind.training.sequence.network import Chance, Network, Shape  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")
SHAPE = Shape(dimension=16, blocks=2, heads=2, dropout=0.0, text_scale=0.5, id_dropout=0.0)


@pytest.fixture(scope="module")
def material(shop_with_a_rule: Tables) -> Material:
    return gather(shop_with_a_rule, least=200, judges=10_000, seed=0)


def network(material: Material, **others: float) -> Network:
    torch.manual_seed(0)
    made = Network(material, replace(SHAPE, **others)).eval()
    with torch.no_grad():
        for each in made.parameters():
            each.add_(torch.randn_like(each) * 0.1)
    return made


@pytest.mark.parametrize("scale", [1.0, 60.0])
@pytest.mark.parametrize("offset", [False, True])
def test_the_blockwise_loss_and_its_gradients_are_those_of_torch(scale: float, offset: bool) -> None:
    torch.manual_seed(1)
    hidden = torch.randn(600, 8, requires_grad=True)
    vectors = torch.randn(70, 8, requires_grad=True)
    targets, weights = torch.randint(0, 70, (600,)), torch.rand(600)
    offsets = torch.randn(70) if offset else None
    ours = 3 * cross_entropy(hidden * scale / 10, vectors, targets, weights, offsets=offsets)
    ours.backward()
    found = (hidden.grad.clone(), vectors.grad.clone())
    hidden.grad = vectors.grad = None
    logits = hidden * scale / 10 @ vectors.T + (0 if offsets is None else offsets)
    each = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    theirs = 3 * (each * weights).sum() / weights.sum()
    theirs.backward()
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
    torch.testing.assert_close(found[0], hidden.grad, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(found[1], vectors.grad, rtol=1e-4, atol=1e-6)


def test_half_precision_is_near() -> None:
    torch.manual_seed(1)
    vectors = torch.nn.functional.normalize(torch.randn(300, 16), dim=-1)
    hidden = (torch.nn.functional.normalize(torch.randn(400, 16), dim=-1) * 14).requires_grad_()
    targets, weights = torch.randint(0, 300, (400,)), torch.ones(400)
    slopes = {}
    for half in (False, True):
        hidden.grad = None
        loss = cross_entropy(hidden, vectors, targets, weights, half=half)
        loss.backward()
        slopes[half] = (loss.item(), hidden.grad.clone())
    assert slopes[True][0] == pytest.approx(slopes[False][0], rel=2e-3)
    assert float((slopes[True][1] - slopes[False][1]).norm() / slopes[False][1].norm()) < 0.02


def test_a_sample_stands_for_the_catalogue() -> None:
    """Over many samples the estimated sums are the exact ones; the logits of targets are never estimated."""
    torch.manual_seed(2)
    logits = torch.randn(1, 200)
    targets = torch.tensor([3, 50, 3])
    sums, known = [], torch.ones(200, dtype=torch.bool)
    for number in range(400):
        rows, offsets, places = stratified(targets, known, 40, torch.Generator().manual_seed(number))
        assert rows[places].tolist() == [3, 50, 3]
        assert len(rows) == 42
        assert offsets[places].abs().max() == 0
        sums.append(float((logits[0, rows] + offsets).exp().sum()))
    assert np.mean(sums) == pytest.approx(float(logits.exp().sum()), rel=0.02)


def test_nothing_later_changes_an_output(material: Material) -> None:
    made = network(material)
    vectors = made.items()[torch.tensor([[0, 1, 2, 3, 4]])]
    kinds, gaps = torch.tensor([[7, 7, 7, 7, 7]]), torch.tensor([[0, 5, 5, 5, 5]])
    before = made(vectors, kinds, gaps)
    vectors = torch.cat([vectors[:, :3], made.items()[torch.tensor([[30, 31]])]], dim=1)
    changed = made(vectors, torch.tensor([[7, 7, 7, 2, 1]]), torch.tensor([[0, 5, 5, 9, 9]]))
    torch.testing.assert_close(before[:, :3], changed[:, :3])
    assert (before[:, 3:] - changed[:, 3:]).abs().max().item() > 1e-3


def test_the_graph_gives_what_torch_gives(material: Material) -> None:
    made = network(material)
    state = {name: each.detach().numpy() for name, each in made.state_dict().items()}
    session = open_session(graph(state, 2, 2).SerializeToString(), threads=1)
    chance = np.random.default_rng(0)
    for width in (1, 7, 50):
        rows, kinds, gaps = (chance.integers(0, top, (9, width)) for top in (48, 14, 24))
        lengths = chance.integers(1, width + 1, 9)
        vectors = made.items()[torch.from_numpy(rows)]
        wanted = made(vectors, torch.from_numpy(kinds), torch.from_numpy(gaps))[torch.arange(9), lengths - 1]
        feed = {"vectors": vectors.detach().numpy(), "types": kinds, "gaps": gaps, "lengths": lengths}
        np.testing.assert_allclose(session.run(None, feed)[0], wanted.detach().numpy(), atol=1e-4)


def test_some_items_and_all_items_have_the_same_vectors(material: Material) -> None:
    made = network(material)
    rows = torch.tensor([47, 3, 3, 0])
    torch.testing.assert_close(made.items(rows), made.items()[rows])


def test_dropout_leaves_the_mean_and_can_be_drawn_again() -> None:
    chance, x = Chance(), torch.ones(200, 500)
    chance.draw(5)
    first = chance.drop(x, 0.3)
    assert float((first == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(first.mean()) == pytest.approx(1, abs=0.01)
    chance.draw(5)
    torch.testing.assert_close(chance.drop(x, 0.3), first)
    assert chance.drop(x, 0.0) is x


def test_a_batch_holds_every_prefix(material: Material) -> None:
    given = batch(material, np.array([0, 1]))
    start = int(material.starts[0])
    length = int(material.starts[1]) - start
    assert given.rows[0, : length - 1].tolist() == material.rows[start : start + length - 1].tolist()
    assert given.targets[0, : length - 1].tolist() == material.rows[start + 1 : start + length].tolist()


def test_an_epoch_takes_every_window_once_and_the_next_in_another_order() -> None:
    lengths = np.random.default_rng(0).integers(2, 50, 300)
    first, second = plan(lengths, 100, 0, 0), plan(lengths, 100, 0, 1)
    assert sorted(np.concatenate(first).tolist()) == list(range(300))
    assert [part.tolist() for part in first] == [part.tolist() for part in plan(lengths, 100, 0, 0)]
    assert [part.tolist() for part in first] != [part.tolist() for part in second]
    assert max((lengths[part] - 1).sum() for part in first) <= 150


def test_the_held_step_is_measured_over_all_items_but_those_had(material: Material) -> None:
    made = network(material)
    vectors = made.items().detach().numpy()
    gains = []
    for row in range(len(material.held_starts) - 1):
        here = slice(int(material.held_starts[row]), int(material.held_starts[row + 1]))
        rows, kinds, gaps = (
            torch.from_numpy(each[here].astype(np.int64))[None]
            for each in (material.held_rows, material.held_types, material.held_gaps)
        )
        scores = vectors @ made(made.items()[rows], kinds, gaps)[0, -1].detach().numpy()
        had = material.held_had[material.held_had[:, 0] == row, 1]
        scores[had] = -np.inf
        target = int(material.held_targets[material.held_targets[:, 0] == row, 1][0])
        rank = int((scores > scores[target]).sum())
        gains.append(1 / np.log2(rank + 2) if rank < 10 else 0.0)
    assert held_ndcg(made, material) == pytest.approx(float(np.mean(gains)), abs=1e-6)
