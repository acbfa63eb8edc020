"""The cross-encoder as a reranker: bounded, in time, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import shopmind
from shopmind.domain import Candidates, Query
from shopmind.encoders import adapted, bert_graph, pair_scorer
from shopmind.encoders.pair_scorer import joined
from shopmind.kit.errors import InputError, StorageError
from shopmind.pipeline.rerankers.cross_encoder import CrossEncoder, reordered
from shopmind.shop import Shop
from shopmind.testing.encoder_suite import tiny_artifact, tiny_checkpoint

SCENARIO = """
base = "search"
rerankers = [{part = "top"}, {part = "cross_encoder", pool = 6, weight = 1.0, budget_ms = %s}]
"""


def tiny_scorer(shop_folder: Path, budget_ms: float = 60_000) -> Path:
    """Trains nothing: a tiny scorer with random weights as the artifact, and a scenario "read" that uses it."""
    base = tiny_checkpoint()
    state = dict(base.state) | {
        "score.weight": np.random.default_rng(1).standard_normal((1, base.dimension)).astype(np.float32),
        "score.bias": np.zeros(1, np.float32),
    }
    model = bert_graph.build(state, base.shape, max_tokens=base.max_tokens, scored=True)
    (shop_folder / "scenarios").mkdir(exist_ok=True)
    (shop_folder / "scenarios" / "read.toml").write_text(SCENARIO % budget_ms)
    with shopmind.open(shop_folder) as shop:
        card = {"events": 0, "event_number": 0, "tail": False}
        made = shop.artifacts.save("cross_encoder", adapted.pack(model, base), card)
        return shop.artifacts.folder / "cross_encoder" / made.version


def ask(shop: Shop, scenario: str, n: int = 30):
    return shop.answer(Query(scenario, text="green tea coffee cotton lamp bag", n=n))


def test_the_head_is_reordered_by_the_score_and_the_tail_stays(shop_folder: Path) -> None:
    folder = tiny_scorer(shop_folder)
    with shopmind.open(shop_folder) as shop:
        plain, read = ask(shop, "search"), ask(shop, "read")
        size = 6
        assert len(plain.hits) > size
        ids = [hit.item.item_id for hit in plain.hits]
        after = [hit.item.item_id for hit in read.hits]
        assert sorted(after[:size]) == sorted(ids[:size])
        assert after[:size] != ids[:size]
        assert after[size:] == ids[size:]
        scores = [hit.score for hit in read.hits]
        assert scores == sorted(scores, reverse=True)
        assert read.degraded == plain.degraded
        scorer = pair_scorer.load(folder)
        assert scorer.score("tea", []).shape == (0,)
        assert ((scorer.score("tea", ["green tea", ""]) > 0) & (scorer.score("tea", ["green tea", ""]) < 1)).all()


def test_when_the_time_is_spent_the_order_stays_and_the_answer_says_so(shop_folder: Path) -> None:
    tiny_scorer(shop_folder, budget_ms=0)
    with shopmind.open(shop_folder) as shop:
        plain, read = ask(shop, "search"), ask(shop, "read")
        assert [hit.item.item_id for hit in read.hits] == [hit.item.item_id for hit in plain.hits]
        assert any(each.startswith("cross_encoder: 0 ms were spent after 0 of") for each in read.degraded)


def test_what_was_read_in_time_is_reordered_and_the_rest_stands_behind_it() -> None:
    given = Candidates(np.arange(5), {}, np.array([5, 4, 3, 2, 1], np.float32))
    moved = reordered(given, np.array([0.1, 0.2, 0.9], np.float32), weight=1.0)
    assert moved.items.tolist() == [2, 1, 0, 3, 4]
    np.testing.assert_array_equal(moved.scores, [5, 4, 3, 2, 1])
    np.testing.assert_allclose(moved.columns["cross_encoder"][:3], [0.9, 0.2, 0.1])
    assert np.isnan(moved.columns["cross_encoder"][3:]).all()


def test_the_mixture_by_hand() -> None:
    # scaled scores 1, .5, 0; scaled readings 0, 1, .5; half and half: .5, .75, .25
    given = Candidates(np.arange(3), {}, np.array([3, 2, 1], np.float32))
    assert reordered(given, np.array([0.2, 0.6, 0.4], np.float32), weight=0.5).items.tolist() == [1, 0, 2]
    even = replace(given, scores=np.ones(3, np.float32))
    assert reordered(even, np.full(3, 0.5, np.float32), weight=0.5).items.tolist() == [0, 1, 2]


def test_untrained_or_damaged_it_is_left_out_by_name(shop_folder: Path) -> None:
    folder = tiny_scorer(shop_folder)
    (folder / "graph.npy").write_bytes((folder / "graph.npy").read_bytes()[:150])
    with shopmind.open(shop_folder) as shop:
        read = ask(shop, "read")
        assert read.hits
        assert any(each.startswith("cross_encoder:") and "damaged" in each for each in read.degraded)
        assert any("cross_encoder" in need for need in shop.readiness()["read"])
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with shopmind.open(shop_folder) as shop:
        read = ask(shop, "read")
        assert read.hits
        assert any("cross_encoder: not trained yet" in each for each in read.degraded)


def test_an_encoder_of_texts_is_refused_as_a_scorer(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop, pytest.raises(StorageError, match="gives no score"):
        pair_scorer.load(tiny_artifact(shop.artifacts, promote=False))


def test_a_long_query_leaves_half_of_the_room_to_the_passage() -> None:
    assert joined([1, 5, 2], [1, 7, 8, 2], 16) == [1, 5, 2, 7, 8, 2]
    long = joined([1, *[5] * 50, 2], [1, *[7] * 50, 2], 16)
    assert long == [1, 5, 5, 5, 5, 5, 5, 2, 7, 7, 7, 7, 7, 7, 7, 2]


@pytest.mark.parametrize("options", [{"weight": 1.5}, {"pool": 0}, {"budget_ms": float("nan")}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises((ValueError, InputError)):
        CrossEncoder.Options(**options)
