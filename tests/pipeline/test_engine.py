"""The engine: strict before relaxed, and an answer without a part that fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shopmind.domain import Constraint, Query
from shopmind.kit.errors import InputError
from shopmind.pipeline.context import Context
from shopmind.pipeline.engine import Engine
from shopmind.pipeline.parts import NoOptions, Tools, Understanding
from shopmind.pipeline.retrievers.lexical import Lexical
from shopmind.pipeline.understanding.words import Words
from shopmind.shop import Shop
from shopmind.testing.part_suite import requests


class Reads(Understanding):
    """Reads the constraints it is given."""

    given: tuple[Constraint, ...] = ()

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        pass

    def understand(self, context: Context) -> None:
        context.constraints.extend(self.given)


class Fails(Reads):
    """Fails as it is told."""

    error: Exception = RuntimeError("broken")

    def understand(self, context: Context) -> None:
        raise self.error


def engine(shop: Shop, part: Understanding) -> Engine:
    made = Engine(shop.scenarios["search"], shop.tools)
    made._understanding = [("test", part), ("words", Words(Words.Options(), shop.tools))]
    return made


def asked(shop: Shop, text: str = "green tea") -> Context:
    return replace(requests(shop)["stranger"], query=Query("search", text=text), text=text, terms=())


def reading(shop: Shop, *constraints: tuple[str, float]) -> Understanding:
    part = Reads(NoOptions(), shop.tools)
    part.given = tuple(Constraint("price", expression, "", sure) for expression, sure in constraints)
    return part


def test_constraints_are_filters_while_enough_is_found(shop: Shop) -> None:
    free = engine(shop, reading(shop)).rank(asked(shop), 5).candidates
    prices = shop.catalogue.columns().column("price").values[free.items]  # type: ignore[union-attr]
    middle = float(np.nanmedian(prices))
    context = asked(shop)
    found = engine(shop, reading(shop, (f"price <= {middle}", 0.9))).rank(context, 1).candidates
    kept = shop.catalogue.columns().column("price").values[found.items]  # type: ignore[union-attr]
    assert len(found)
    assert np.all(kept <= middle)
    assert context.relaxed == []
    assert context.meets is None


def test_the_least_sure_is_given_up_first_and_what_meets_all_stands_in_front(shop: Shop) -> None:
    context = asked(shop)
    part = reading(shop, ("price < 1000000", 0.9), ("price < 0", 0.5))
    found = engine(shop, part).rank(context, 5).candidates
    assert len(found)
    assert context.relaxed == ["price < 0"]
    assert context.meets is not None
    assert not context.meets.any()
    understood = context.understood
    assert understood is not None
    assert understood.relaxed == ("price < 0",)


def test_a_filter_sees_what_the_one_before_it_kept_and_a_retriever_what_all_did(shop: Shop) -> None:
    context = replace(requests(shop)["regular"], query=Query("home"))
    steps = Engine(shop.scenarios["home"], shop.tools).rank(context, 5).trace.steps
    filters, retrievers = ([step for step in steps if step.stage == stage] for stage in ("filter", "retrieve"))
    first = filters[0].saw
    assert [step.saw for step in filters] == [first, *(step.kept for step in filters[:-1])]
    assert filters[-1].kept < first
    assert {step.saw for step in retrievers} == {filters[-1].kept}


def test_a_part_that_fails_is_named_and_the_rest_answers(shop: Shop) -> None:
    context = asked(shop)
    found = engine(shop, Fails(NoOptions(), shop.tools)).rank(context, 5).candidates
    assert len(found)
    assert "test: failed (RuntimeError)" in context.degraded


def test_what_cannot_be_begun_beside_is_named_and_the_retriever_is_asked_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Lexical, context: Context) -> None:
        raise RuntimeError("no thread")

    monkeypatch.setattr(Lexical, "begin", fails)
    context = asked(shop)
    found = engine(shop, reading(shop)).rank(context, 5).candidates
    assert np.isfinite(found.column("lexical")).any()
    assert "lexical: failed (RuntimeError)" in context.degraded


def test_what_the_caller_asked_wrongly_is_an_error(shop: Shop) -> None:
    part = Fails(NoOptions(), shop.tools)
    part.error = InputError("no such thing")
    with pytest.raises(InputError, match="no such thing"):
        engine(shop, part).rank(asked(shop), 5)
