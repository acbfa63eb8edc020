"""A variant whose difference is the version of an artifact, and the trial of a version that nobody is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shopmind.domain import History, Query
from shopmind.kit.errors import InputError
from shopmind.shop import Shop
from shopmind.stores.pinned_artifacts import PinnedArtifacts


@pytest.fixture
def version(shop: Shop) -> str:
    """A version of `trending` that turns the order about."""
    served = shop.artifacts.load("trending")
    assert served is not None
    name = next(key for key, array in served.arrays.items() if array.dtype.kind == "f" and array.ndim == 1)
    turned = {**served.arrays, name: np.asarray(served.arrays[name]).max() - served.arrays[name]}
    return PinnedArtifacts(shop.artifacts).save("trending", turned, served.card).version


def ids(shop: Shop, versions: dict[str, str]) -> list[str]:
    slate = shop.trial(Query("trending", history=History.empty()), versions)
    return [hit.item.item_id for hit in slate.hits]


def test_a_trial_answers_by_the_version_and_leaves_nothing(shop: Shop, version: str) -> None:
    served, count = ids(shop, {}), len(shop.records.scan("slate"))
    tried = ids(shop, {"trending": version})
    assert tried != served
    assert ids(shop, {}) == served
    shop.close()
    assert shop.artifacts.current()["trending"] != version
    assert count == 0
    with pytest.raises(InputError, match="scenario"):
        shop.trial(Query("nowhere"), {})


def experiment(**artifacts: str) -> dict[str, Any]:
    variants = {"served": {"share": 0.5}, "candidate": {"share": 0.5, "artifacts": artifacts}}
    return {"title": "A version", "scenario": "trending", "variants": variants}


def test_units_of_the_variant_see_the_version_and_the_others_what_is_served(shop: Shop, version: str) -> None:
    served, tried = ids(shop, {}), ids(shop, {"trending": version})
    shop.experiments.put("turned", experiment(trending=version))
    shop.experiments.start("turned")
    seen: dict[str, set[str]] = {"turned/served": set(), "turned/candidate": set()}
    versions: dict[str, set[str]] = {name: set() for name in seen}
    for user in range(40):
        slate = shop.recommend("trending", user=f"stranger-{user}")
        assert slate.variant is not None
        seen[slate.variant].add(",".join(hit.item.item_id for hit in slate.hits))
        versions[slate.variant].add(slate.model_version)
    assert seen == {"turned/served": {",".join(served)}, "turned/candidate": {",".join(tried)}}
    assert versions["turned/served"].isdisjoint(versions["turned/candidate"])


def test_a_version_that_is_gone_gives_way_to_what_is_served(shop: Shop) -> None:
    assert ids(shop, {"trending": "nosuchversion"}) == ids(shop, {})


def test_an_unknown_artifact_is_refused_with_the_line(shop: Shop) -> None:
    with pytest.raises(InputError, match=r"line \d+: artifacts: 'trendy' is not allowed \(did you mean 'trending'"):
        shop.experiments.put("turned", experiment(trendy="x"))


def test_two_layers_must_not_pin_the_same_artifact(shop: Shop, version: str) -> None:
    shop.experiments.put("one", {**experiment(trending=version), "layer": "a"})
    shop.experiments.start("one")
    with pytest.raises(InputError, match="artifact trending"):
        shop.experiments.put("two", {**experiment(trending=version), "layer": "b", "start": "2020-01-01T00:00:00Z"})
