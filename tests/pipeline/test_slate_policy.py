"""The ranker `slate_policy` once something was learned: the contract, shares, and the gate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.kit.options import build
from shopmind.pipeline.rankers.slate_policy import SlatePolicy
from shopmind.shop import Shop
from shopmind.testing import part_suite
from shopmind.training.softmax_policy import SoftmaxPolicy

COLUMNS = ("lexical", "popularity", "prior")


def keep(shop: Shop, *, used: bool = True) -> None:
    """An artifact that prefers what is less popular, in the places home and search."""
    policy = SoftmaxPolicy(COLUMNS, np.zeros(3), np.ones(3), np.array([0.0, -2.0, 0.1]))
    arrays = {name: each for place in ("home", "search") for name, each in policy.arrays(place).items()}
    told = {"used": used, "columns": list(COLUMNS)}
    card = {"figures": {"scenarios": dict.fromkeys(("home", "search"), told)}, "tail": False, "event_number": 0}
    shop.artifacts.save("slate_policy", arrays, card)


def ranker(shop: Shop) -> SlatePolicy:
    return SlatePolicy(SlatePolicy.Options(), shop.tools)


def test_it_keeps_the_contract_with_and_without_reasons(shop: Shop) -> None:
    keep(shop)
    part = ranker(shop)
    assert part_suite.check_ready(part)
    for context in part_suite.requests(shop).values():
        part_suite.check_ranker(part, context)
        context.query = replace(context.query, explain=True)
        part_suite.check_ranker(part, context)


def test_what_was_learned_orders_and_says_so(shop: Shop) -> None:
    keep(shop)
    context = part_suite.requests(shop)["regular"]
    candidates = part_suite.sample(context)
    ranked = ranker(shop).rank(context, candidates)
    known = ~np.isnan(candidates.columns["popularity"])
    order = np.argsort(-ranked.scores[known], kind="stable")
    assert candidates.columns["popularity"][known][order[0]] < candidates.columns["popularity"][known][order[-1]]
    assert context.degraded == []


def test_a_policy_that_was_not_surely_better_leaves_the_prior(shop: Shop) -> None:
    keep(shop, used=False)
    part = ranker(shop)
    context = part_suite.requests(shop)["regular"]
    candidates = part_suite.sample(context)
    np.testing.assert_array_equal(part.rank(context, candidates).scores, part.prior.rank(context, candidates).scores)
    assert context.degraded == []


def test_until_it_is_trained_the_prior_ranks_and_the_answer_says_so(shop: Shop) -> None:
    context = part_suite.requests(shop)["regular"]
    ranker(shop).rank(context, part_suite.sample(context))
    assert any("slate_policy: not trained yet" in each for each in context.degraded)


def test_its_prior_is_another_ranker() -> None:
    with pytest.raises(InputError, match="another ranker"):
        build(SlatePolicy.Options, {"prior": {"part": "slate_policy"}}, where="home.toml")
