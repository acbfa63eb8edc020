"""The tiny shop learns what its customers do with what it shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import shopmind
from shopmind.kit.errors import InputError
from shopmind.shop import Shop
from shopmind.testing.tiny_shop import make_tiny_shop

RANKER = 'ranker = {part = "objectives", weights = {click = 0.4, purchase = 0.6}, prior = {part = "fusion"}}\n'
CHOSEN = """
title      = "For you, by objectives"
n          = 8
retrievers = {popularity = {k = 50}, item_knn = {k = 50}, fresh = {k = 50}}
"""
FEW = {"objectives": {"at_least": 20, "of_each": 10, "trees": 40}}


@pytest.fixture
def learning(tmp_path: Path) -> Shop:
    """A tiny shop with a place that ranks by objectives."""
    folder = tmp_path / "shop"
    make_tiny_shop(folder).close()
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "chosen.toml").write_text(CHOSEN + RANKER, "utf-8")
    return shopmind.open(folder, training=FEW)


def visits(shop: Shop, n: int) -> None:
    randomness = np.random.default_rng(0)
    for visit in range(n):
        slate = shop.recommend("chosen", user=f"u{visit % 20 + 1:02}", n=8)
        shown = [hit.item.item_id for hit in slate.hits]
        for place, item_id in enumerate(shown):
            likes = 0.8 if hash_of(item_id) % 3 == 0 else 0.05
            if randomness.random() < likes / (place + 1) ** 0.5:
                event = {"user_id": f"u{visit % 20 + 1:02}", "item_id": item_id, "request_id": slate.request_id}
                shop.track([{"type": "click", **event}])


def hash_of(item_id: str) -> int:
    return sum(map(ord, item_id))


def test_until_it_is_trained_the_prior_ranks_and_the_answer_says_so(learning: Shop) -> None:
    with learning:
        slate = learning.recommend("chosen", user="u01")
        assert slate.hits
        assert any("objectives: not trained yet" in each and "ranked by fusion" in each for each in slate.degraded)
        assert any("objectives" in each for each in learning.readiness()["chosen"])
        assert learning.train(["objectives"]) == []
        assert "answers that somebody took something of" in learning.untrained()["objectives"]


def test_answers_are_asked_again_as_of_then_and_learned_from(learning: Shop) -> None:
    with learning:
        visits(learning, 120)
        learning._slates.flush()
        made = learning.train(["objectives"])
        told = made[0].card["figures"]["scenarios"]["chosen"]
        assert told["answers"] > 60
        assert told["objectives"] == ["click"]
        assert {"popularity", "item_knn", "fresh", "prior"} <= set(told["columns"])
        slate = learning.recommend("chosen", user="u01", explain=True)
        assert not any("objectives" in each for each in slate.degraded)
        assert [hit.score for hit in slate.hits] == sorted((hit.score for hit in slate.hits), reverse=True)


@pytest.mark.parametrize(
    ("ranker", "said"),
    [
        ('{part = "objectives", weights = {luck = 1.0}}', "weights name"),
        ('{part = "objectives", weights = {click = 0.0}}', "one weight must be above 0"),
        ('{part = "objectives", prior = {part = "objectives"}}', "prior names the part of another ranker"),
        ('{part = "objectives", prior = {part = "fusion", by = "luck"}}', "luck"),
        ('{part = "objectives", prior = {part = "nothing"}}', "nothing"),
    ],
)
def test_a_wrong_table_is_told_when_the_scenario_is_read(shop_folder: Path, ranker: str, said: str) -> None:
    (shop_folder / "scenarios").mkdir(exist_ok=True)
    (shop_folder / "scenarios" / "chosen.toml").write_text(f"{CHOSEN}ranker = {ranker}\n", "utf-8")
    with pytest.raises(InputError, match=said):
        shopmind.open(shop_folder)


def test_what_came_after_an_answer_changes_nothing_in_its_replay(learning: Shop) -> None:
    with learning:
        visits(learning, 5)
        learning._slates.flush()

        def replayed() -> list[dict[str, np.ndarray]]:
            replays = learning.tables().replays
            assert replays is not None
            replay = replays()["chosen"]
            first = int(replay.answers["timestamp_ms"][0])
            return [dict(found.columns) for found in replay.candidates(replay.answers, first)]

        before = replayed()
        late = [{"type": "purchase", "user_id": "u01", "item_id": "tea-01", "order_id": f"late-{n}"} for n in range(30)]
        learning.track(late)
        after = replayed()
        assert len(before) == len(after) == 5
        for one, other in zip(before, after, strict=True):
            assert one.keys() == other.keys()
            for name, column in one.items():
                np.testing.assert_array_equal(column, other[name], err_msg=name)
