"""The recipe `sequence` on a shop with a rule: only where torch is installed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.progress import silent
from shopmind.training.next_item.asked import Asked
from shopmind.training.recipe import Fitted, Tables
from shopmind.training.sequence import NEEDED
from shopmind.training.sequence.recipe import SequenceRecipe
from shopmind.training.sequence_model import CENTRE, TRAITS, SequenceModel

for name in NEEDED:
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'shopmind[train]'")

pytestmark = pytest.mark.filterwarnings("default")
SMALL = {"dimension": 32, "dropout": 0.1, "epochs": 6, "patience": 9, "batch": 64, "learning_rate": 1e-2}
PURCHASE = EVENT_TYPES.index("purchase")


def asked(*histories: list[int]) -> Asked:
    items = np.array([item for each in histories for item in each], np.int64)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in histories])]).astype(np.int64)
    times = np.array([place for each in histories for place in range(len(each))], np.int64) * 86_400_000
    kinds = np.full(len(items), PURCHASE, np.int8)
    return Asked(starts, items, kinds, times, np.arange(len(items)), np.full(len(histories), 10**12))


@pytest.fixture(scope="module")
def fitted(shop_with_a_rule: Tables) -> Fitted:
    options = SequenceRecipe.Options(**SMALL)  # type: ignore[arg-type]
    return SequenceRecipe().fit(shop_with_a_rule, options, seed=0, progress=silent)


@pytest.fixture(scope="module")
def model(fitted: Fitted) -> SequenceModel:
    return SequenceModel.of(fitted.arrays)


def test_a_planted_rule_is_learned(model: SequenceModel) -> None:
    histories = [[start, start + 1, start + 2] for aisle in range(4) for start in range(aisle * 12 + 1, aisle * 12 + 9)]
    shares = model.log_shares(asked(*histories), 49)
    right = [shares[row].argmax() == history[-1] + 1 for row, history in enumerate(histories)]
    assert np.mean(right) > 0.8


def test_shares_are_logs_over_known_items(model: SequenceModel) -> None:
    shares = model.log_shares(asked([1, 2], [30]), 60)
    assert shares.shape == (2, 60)
    assert np.isneginf(shares[:, 0]).all()
    assert np.isneginf(shares[:, 49:]).all()
    assert np.isfinite(shares[:, 1:49]).all()
    one = model.hidden(asked([1, 2], [30]))[0] @ model.networks[0].vectors.T
    two = model.hidden(asked([1, 2], [30]))[1] @ model.networks[1].vectors.T
    wanted = sum(each - np.log(np.exp(each[:, 1:]).sum(axis=1, keepdims=True)) for each in (one, two)) / 2
    np.testing.assert_allclose(shares[:, 1:49], wanted[:, 1:49], atol=1e-4)


def test_who_did_nothing_known_gets_no_answer_and_harms_no_other(model: SequenceModel) -> None:
    alone, among = model.log_shares(asked([5, 6]), 49), model.log_shares(asked([], [999, 5, 6], [999]), 49)
    assert np.isnan(among[[0, 2]]).all()
    np.testing.assert_allclose(among[1, 1:], alone[0, 1:], atol=1e-5)
    assert model.log_shares(asked(), 49).shape == (0, 49)


def test_an_item_known_by_its_text_alone_stands_near_its_twin(model: SequenceModel, shop_with_a_rule: Tables) -> None:
    texts = shop_with_a_rule.vectors(np.array([6]))  # type: ignore[misc]
    grown = model.extended(np.array([49]), texts)
    assert model.size == 49
    for network in grown.networks:
        cosines = network.vectors[1:49] @ network.vectors[49]
        assert 6 in 1 + np.argsort(-cosines)[:12]
        assert (cosines.argmax()) // 12 == 0
    shares = grown.log_shares(asked([3, 4, 5]), 50)[0]
    assert np.isfinite(shares[49])
    assert shares[49] > np.median(shares[13:49])


def test_an_item_without_text_or_traits_stays_unknown(model: SequenceModel) -> None:
    grown = model.extended(np.array([49]), np.full((1, 16), np.nan, np.float32))
    assert np.isneginf(grown.log_shares(asked([3]), 50)[0, 49])


def test_the_card_says_what_was_reached(fitted: Fitted) -> None:
    networks = fitted.figures["networks"]
    assert len(networks) == 2
    assert all(each["held_ndcg@10"] > 0.5 for each in networks)
    assert networks[0]["after_each"] != networks[1]["after_each"]


KILLED = """
import os, sys
from pathlib import Path
from typing import Any
import torch
from dataclasses import replace
from shopmind.kit.progress import silent
from shopmind.training.sequence import loop
from shopmind.training.sequence.material import Material
from shopmind.training.sequence.recipe import SequenceRecipe
torch.set_num_threads(1)
home, left = Path(sys.argv[1]), int(sys.argv[2])
name = "resumed" if left else "whole"
kept = loop._save
def save(*given):
    global left
    kept(*given)
    left -= 1
    if left == 0:
        os._exit(9)
loop._save = save
options = SequenceRecipe.Options(dimension=16, epochs=2, batch=128, save_every_s=0.0)
keep = home / "one.pt" if left else None
network, run = loop.train(
    Material.load(home / "material.npz"), options, seed=3, keep=keep, fingerprint="f", progress=silent, title=""
)
torch.save({**network.state_dict(), "told": torch.tensor(run.told)}, home / f"{name}.pt")
"""


def test_a_killed_training_ends_as_one_that_was_not(tmp_path: Path, shop_with_a_rule: Tables) -> None:
    import torch

    from shopmind.training.sequence.material import gather

    gather(shop_with_a_rule, least=200, judges=100, seed=0).save(tmp_path / "material.npz")

    def run(left: int) -> int:
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(left)]
        return subprocess.run(command, check=False, capture_output=True).returncode

    assert run(0) == 0
    assert run(3) == 9  # in the middle of an epoch
    assert run(10_000) == 0
    whole, resumed = (torch.load(tmp_path / f"{name}.pt") for name in ("whole", "resumed"))
    for name, tensor in whole.items():
        assert torch.equal(tensor, resumed[name]), name


FIT = """
import importlib.util, sys
from pathlib import Path
from typing import Any
from dataclasses import replace
from shopmind.kit.progress import silent
from shopmind.training.sequence.recipe import SequenceRecipe
spec = importlib.util.spec_from_file_location("rule", sys.argv[1])
rule = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rule)
options = SequenceRecipe.Options(dimension=16, epochs=int(sys.argv[3]), patience=999, batch=64, save_every_s=0.2)
SequenceRecipe().fit(replace(rule.walks(), work=Path(sys.argv[2])), options, seed=0, progress=silent)
"""


def test_kill_dash_nine_leaves_what_the_next_fit_goes_on_with(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIT, str(Path(__file__).with_name("conftest.py")), str(tmp_path), "60"]
    parts = tmp_path / "sequence.parts"
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while not (parts / "network.0.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert (parts / "network.0.pt").exists()
    assert not list(parts.glob("*.npz"))
    assert not list(tmp_path.rglob("material*"))
    subprocess.run(command, check=True, timeout=240)
    assert not parts.exists()


def quick(tables: Tables, seed: int = 0, **others: object) -> tuple[dict[str, NDArray[Any]], float]:
    """One network trained in this very process: its arrays and the nDCG@10 it reached."""
    from shopmind.training.sequence.export import arrays
    from shopmind.training.sequence.loop import train
    from shopmind.training.sequence.material import gather

    options = SequenceRecipe.Options(**{**SMALL, **others})  # type: ignore[arg-type]
    material = gather(tables, least=200, judges=10_000, seed=0)
    network, run = train(material, options, seed=seed, keep=None, fingerprint="", progress=silent, title="")
    made = {f"{name}_0": each for name, each in arrays(network, material.numbers, tables.columns.size).items()}
    return {**made, CENTRE: material.centre, TRAITS: material.keys}, run.best_ndcg


def test_equal_seeds_make_equal_networks_and_others_others(shop_with_a_rule: Tables) -> None:
    short = {"dimension": 16, "epochs": 1}
    first, again, other = (quick(shop_with_a_rule, seed, **short)[0]["vectors_0"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_a_catalogue_too_large_to_look_at_whole_is_sampled(shop_with_a_rule: Tables) -> None:
    assert quick(shop_with_a_rule, whole_up_to=10, sample=16)[1] > 0.4


def test_a_shop_without_texts_and_catalogue_trains_on_ids_alone(shop_with_a_rule: Tables) -> None:
    found, reached = quick(replace(shop_with_a_rule, vectors=None, catalogue=None))
    model = SequenceModel.of(found)
    assert reached > 0.4
    assert np.isfinite(model.log_shares(asked([1, 2]), 49)[0, 1:]).all()
    assert np.isneginf(model.extended(np.array([50]), np.zeros((1, 0), np.float32)).log_shares(asked([1]), 51)[0, 50])


def test_little_time_means_fewer_epochs(shop_with_a_rule: Tables) -> None:
    from shopmind.training.sequence.loop import _affordable

    options = SequenceRecipe.Options(epochs=20, minutes=1.0)
    assert [_affordable(options, seconds) for seconds in (1.0, 6.0, 600.0)] == [20, 9, 1]
    assert _affordable(replace(options, minutes=0.0), 600.0) == 20
