"""The recipe `encoder`, on a BERT of 2 layers: only where torch is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.kit.errors import BusyError, NotReadyError
from shopmind.kit.progress import silent
from shopmind.shop import Shop, learning
from shopmind.stores.lease import Lease
from shopmind.testing.encoder_suite import tiny_base
from shopmind.testing.tiny_shop import make_tiny_shop
from shopmind.training.encoder import NEEDED
from shopmind.training.encoder.adapt import EncoderRecipe
from shopmind.training.encoder.material import base_of

for name in NEEDED:
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'shopmind[train]'")

pytestmark = pytest.mark.filterwarnings("default")

FAST = {"steps": 12, "batch": 8, "masked_steps": 6, "masked_batch": 8, "save_every": 4, "half": "no", "longest": 48}
KILLED = """
import os, sys, shopmind
from shopmind.training.encoder import steps
kept = steps._save
def save(place, number, step, *rest):
    kept(place, number, step, *rest)
    if (number, step) == (int(sys.argv[2]), int(sys.argv[3])):
        os._exit(9)
steps._save = save
with shopmind.open(sys.argv[1]) as shop:
    shop.train(["encoder"])
"""


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny shop that may adapt a tiny base; copied by the tests."""
    home = tmp_path_factory.mktemp("young")
    base = tiny_base(home / "base")
    with make_tiny_shop(home / "shop", encoder="auto"):
        pass
    options = "\n".join(f"{key} = {json.dumps(value)}" for key, value in {**FAST, "base": str(base)}.items())
    with (home / "shop" / "shop.toml").open("a") as file:
        file.write(f"\n[training.encoder]\n{options}\n")
    return home / "shop"


@pytest.fixture
def shop(young: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOPMIND_CACHE", str(tmp_path / "no weights"))
    shutil.copytree(young, tmp_path / "shop")
    with shopmind.open(tmp_path / "shop") as opened:
        yield opened


def fitted(shop: Shop, judgments: pl.DataFrame | None = None, hidden: frozenset[str] = frozenset(), **options):
    base = shop.settings.training["encoder"]["base"]
    tables = learning.tables(
        shop.folder, shop._answering, shop.events.table(), shop.folder.clock(), judgments=judgments, hidden=hidden
    )
    chosen = EncoderRecipe.Options(**{**FAST, "base": base, **options})
    return EncoderRecipe().fit(replace(tables, work=None), chosen, seed=0, progress=silent)


def test_the_adapted_encoder_is_promoted_indexed_and_answers(shop: Shop) -> None:
    seen: list[str] = []
    (artifact,) = shop.train(["encoder"], lambda title, done, total: seen.append(title))
    assert {"masked words", "contrast"} <= set(seen)
    figures = artifact.card["figures"]
    assert figures["kept_back"] == ""
    assert figures["pairs"]["described"]["learned"] > 10
    assert figures["drift"]["int8"]["mean"] > 0.97
    assert len(figures["losses"]["contrast"]) == 1
    assert shop.search("green tea").degraded == ()
    assert shop.folder.adapted == artifact.version
    assert not (shop.path / "training" / "encoder.pt").exists()


@pytest.mark.parametrize(("phase", "step"), [(0, 4), (0, 6), (1, 8)])
def test_a_killed_run_goes_on_where_it_stopped_and_ends_the_same(shop: Shop, phase: int, step: int) -> None:
    whole = fitted(shop)
    (shop.path / "training").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(shop.path), str(phase), str(step)], check=False, env=dict(os.environ)
    )
    assert done.returncode == 9
    assert (shop.path / "training" / "encoder.pt").exists()
    steps: list[tuple[str, int]] = []
    (artifact,) = shop.train(["encoder"], lambda title, done, total: steps.append((title, done)))
    first = next(done for title, done in steps if title in ("masked words", "contrast"))
    assert first == (step % {0: 6, 1: 12}[phase]) + 1
    assert artifact.card["figures"]["losses"] == whole.figures["losses"]
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(artifact.arrays[name], array)


def test_thin_additions_are_merged_and_move_less_than_full_training(shop: Shop) -> None:
    full, thin = fitted(shop, rate=1e-3), fitted(shop, method="lora", rank=4, rate=1e-3)
    assert full.figures["drift"]["base"]["mean"] < thin.figures["drift"]["base"]["mean"] < 1.0
    assert thin.figures["drift"]["int8"]["mean"] > 0.97
    assert set(full.arrays) == set(thin.arrays)


def test_a_shallow_student_stays_near_its_teacher_when_told_to(shop: Shop) -> None:
    free, kept = fitted(shop, layers=1, rate=1e-3, steps=40), fitted(shop, layers=1, keep=20.0, rate=1e-3, steps=40)
    assert kept.figures["drift"]["base"]["mean"] > free.figures["drift"]["base"]["mean"]
    assert len(kept.arrays["tensors"]) < len(fitted(shop, steps=1).arrays["tensors"])


def test_hidden_queries_and_their_judgments_teach_nothing(shop: Shop) -> None:
    numbers = shop.catalogue.numbers(["tea-01", "tea-02"])
    judgments = pl.DataFrame({"query": ["green leaf"] * 2, "item": numbers, "grade": [3.0, 0.0]})
    assert fitted(shop, judgments).figures["pairs"]["judgments"] == 2
    told = fitted(shop, judgments, frozenset({"Green  LEAF"})).figures["pairs"]
    assert told["judgments"] == 0
    assert "judged" not in told


def test_a_shop_whose_encoder_cannot_be_trained_says_what_to_set(shop: Shop) -> None:
    with shopmind.open(shop.path, encoder="hash") as other:
        tables = learning.tables(other.folder, other._answering, other.events.table(), 0)
    with pytest.raises(NotReadyError, match="cannot be trained"):
        base_of(tables, "")
    assert base_of(tables, "minilm") == "minilm"


def test_two_processes_do_not_train_the_same_thing_at_once(shop: Shop) -> None:
    with Lease(shop.path / "training" / "encoder.pt.lease").hold(), pytest.raises(BusyError, match="has the lease"):
        shop.train(["encoder"])
