"""The ranker `objectives` once something was learned: the contract, shares, the gate, and a damaged artifact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.rankers.objectives import Objectives
from shopmind.shop import Shop
from shopmind.testing import part_suite
from shopmind.training.lambdamart import Growth, chance_trees
from shopmind.training.objective_model import ObjectiveModel

COLUMNS = ("lexical", "popularity", "prior")


def keep(shop: Shop, *, used: bool = True) -> None:
    """An artifact by which a click is likelier the less popular an item is, in the places home and search."""
    randomness = np.random.default_rng(0)
    matrix = randomness.uniform(0, 1, (2_000, 6)).astype(np.float32)
    happened = (randomness.random(2_000) < 1 - matrix[:, 1]).astype(np.float64)
    trees = chance_trees(matrix, happened, np.ones(2_000), np.zeros(6, np.bool_), Growth(trees=20), 0)
    model = ObjectiveModel(COLUMNS, {"click": trees})
    told: dict[str, Any] = {"used": used, "columns": list(COLUMNS), "objectives": ["click"]}
    arrays = {name: each for place in ("home", "search") for name, each in model.arrays(place).items()}
    card = {"figures": {"scenarios": dict.fromkeys(("home", "search"), told)}, "tail": False, "event_number": 0}
    shop.artifacts.save("objectives", arrays, card)


def ranker(shop: Shop, **options: Any) -> Objectives:
    return Objectives(Objectives.Options(**options), shop.tools)


def asked(shop: Shop, *, explain: bool = False) -> tuple[Context, Candidates]:
    context = part_suite.requests(shop)["regular"]
    context.query = replace(context.query, explain=explain)
    return context, part_suite.sample(context)


def test_it_keeps_the_contract_with_and_without_reasons(shop: Shop) -> None:
    keep(shop)
    part = ranker(shop)
    assert part_suite.check_ready(part)
    for context in part_suite.requests(shop).values():
        part_suite.check_ranker(part, context)
        context.query = replace(context.query, explain=True)
        part_suite.check_ranker(part, context)


def test_what_was_learned_turns_the_order_round(shop: Shop) -> None:
    keep(shop)
    context, candidates = asked(shop, explain=True)
    ranked = ranker(shop).rank(context, candidates)
    known = ~np.isnan(candidates.columns["popularity"])
    order = np.argsort(-ranked.scores[known], kind="stable")
    assert candidates.columns["popularity"][known][order[0]] < candidates.columns["popularity"][known][order[-1]]
    assert np.ptp(ranked.contributions["popularity"]) > np.ptp(ranked.contributions["lexical"])
    assert context.degraded == []


def test_weights_of_the_file_scale_the_score(shop: Shop) -> None:
    keep(shop)
    context, candidates = asked(shop)
    whole = ranker(shop, weights={"click": 1.0}).rank(context, candidates)
    half = ranker(shop, weights={"click": 0.5, "purchase": 0.5}).rank(context, candidates)
    np.testing.assert_allclose(half.scores, whole.scores / 2, rtol=1e-5)


def test_an_order_that_was_no_better_leaves_the_prior_and_says_nothing(shop: Shop) -> None:
    keep(shop, used=False)
    part = ranker(shop, prior={"part": "fusion", "by": "score"})
    context, candidates = asked(shop)
    ranked = part.rank(context, candidates)
    np.testing.assert_array_equal(ranked.scores, part.prior.rank(context, candidates).scores)
    assert context.degraded == []


def test_a_damaged_artifact_leaves_the_prior_and_is_named(shop: Shop) -> None:
    keep(shop)
    damaged = next((shop.path / "artifacts" / "objectives").rglob("home.click_values.npy"))
    damaged.write_bytes(b"")
    part = ranker(shop)
    assert not part_suite.check_ready(part)
    context, candidates = asked(shop)
    ranked = part.rank(context, candidates)
    np.testing.assert_array_equal(ranked.scores, part.prior.rank(context, candidates).scores)
    assert any("ranked by fusion" in each for each in context.degraded)


def test_without_any_weight_it_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Objectives.Options(weights={"click": 0.0})
