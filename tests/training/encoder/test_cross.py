"""The recipe `cross_encoder`, on a BERT of 2 layers: only where torch is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.kit.seeds import generator
from shopmind.shop import Shop, learning
from shopmind.testing.encoder_suite import tiny_base
from shopmind.training.encoder import NEEDED
from shopmind.training.encoder.cross import CrossEncoderRecipe, Plan

for name in NEEDED:
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'shopmind[train]'")

pytestmark = pytest.mark.filterwarnings("default")

FAST = {"steps": 30, "batch": 8, "save_every": 10, "half": "no", "max_tokens": 48, "rate": 1e-3}


def judged(shop: Shop) -> pl.DataFrame:
    """Forty queries, each a letter of titles: items that begin with it are right."""
    items = {number: item for number, item in shop.catalogue.scan() if item.kind == "product" and item.title.isascii()}
    chance = generator(0, "judged")
    rows = []
    for query in range(40):
        for number in chance.choice(list(items), 6, replace=False).tolist():
            letter = "abcdefghijklmnopqrstuvwxyz"[query % 26]
            rows.append((f"{letter} {query}", number, float(items[number].title.lower().count(letter) > 1)))
    return pl.DataFrame(rows, ["query", "item", "grade"], orient="row")


def fitted(shop: Shop, base: Path, judgments: pl.DataFrame | None, **options):
    silence = shop.events.table().head(0)
    tables = learning.tables(shop.folder, shop._answering, silence, shop.folder.clock(), judgments=judgments)
    chosen = CrossEncoderRecipe.Options(**{**FAST, "base": str(base), **options})
    return CrossEncoderRecipe().fit(tables, chosen, seed=0, progress=silent)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_base(tmp_path / "base")


def test_it_learns_from_judgments_proves_itself_and_serves(shop_folder: Path, base: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        made = fitted(shop, base, judged(shop), held_out=0.7)
        assert made.figures["held_out"]["queries"] >= 20
        assert set(made.figures["held_out"]["ndcg@10"]) == {"before", "after", "difference"}
        assert {"tensors", "graph", "about", "words.tokenizer.json"} == set(made.arrays)
        again = fitted(shop, base, judged(shop), held_out=0.7)
        np.testing.assert_array_equal(again.arrays["tensors"], made.arrays["tensors"])


def test_too_few_pairs_are_said_with_the_number_that_is_needed(shop_folder: Path, base: Path) -> None:
    with shopmind.open(shop_folder) as shop, pytest.raises(NotReadyError, match="it needs 50 or more"):
        fitted(shop, base, judged(shop).head(20))


def test_every_example_comes_once_an_epoch_among_others_of_like_length() -> None:
    lengths = generator(0, "lengths").integers(5, 60, 1_000)
    plan = Plan(lengths.tolist(), 10, seed=0)
    batches = [plan.batch(step) for step in range(100)]
    assert sorted(np.concatenate(batches).tolist()) == list(range(1_000))
    assert np.mean([np.ptp(lengths[batch]) for batch in batches]) < 10
    np.testing.assert_array_equal(Plan(lengths.tolist(), 10, seed=0).batch(42), batches[42])
    assert plan.batch(100).tolist() != batches[0].tolist()
