"""The ranker `slate_policy` from the log to the answer: what was shown by chance, asked again, learned, judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import shopmind
from shopmind.stores.ports import Artifact
from shopmind.training.softmax_policy import SoftmaxPolicy

EXPLORING = """
title = "The one at the top"
n = 1
retrievers = {popularity = {k = 6}}
ranker = {part = "slate_policy", prior = {part = "weighted", weights = {popularity = 1.0}}}
rerankers = [{part = "epsilon", share = 1.0, slots = [0], head = 1, pool = 5}]
"""


def taught(folder: Path, popular: float, others: float) -> Artifact:
    """Learned from a place that explored among six items, the three most popular clicked at the first rate."""
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "home.toml").write_text(EXPLORING, encoding="utf-8")
    random = np.random.default_rng(0)
    with shopmind.open(folder) as shop:
        assert "slate_policy: not trained yet" in " ".join(shop.recommend("home").degraded)
        first = {hit.item.item_id for hit in shop.recommend("home", n=3, explore=False).hits}
        clicks = []
        for _ in range(1_500):
            slate = shop.recommend("home")
            item = slate.hits[0].item.item_id
            if random.random() < (popular if item in first else others):
                clicks.append({"type": "click", "item_id": item, "request_id": slate.request_id})
        shop._slates.flush()
        shop.track(clicks)
        (made,) = shop.train(["slate_policy"])
        assert shop.recommend("home", explore=False).degraded == ()
        return made


def test_an_order_is_learned_from_the_shop_s_own_answers(shop_folder: Path) -> None:
    """What is less popular is clicked ten times as often: what is learned turns the order round."""
    made = taught(shop_folder, 0.06, 0.6)
    told = made.card["figures"]["scenarios"]["home"]
    assert told["columns"] == ["popularity", "prior"]
    assert told["used"], told
    assert told["held_out"]["low"] > 0
    policy = SoftmaxPolicy.of(made.arrays, "home", told["columns"])
    assert policy.scores(np.array([[1.0, 1.0], [0.1, 0.1]])).argmax() == 1
