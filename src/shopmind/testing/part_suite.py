"""The contract of the pipeline's parts, run over every menu: see tests/contracts/test_parts.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, History, Query
from shopmind.kit.errors import NotReadyError
from shopmind.kit.menu import Menu
from shopmind.pipeline.context import Context, Term
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import Shop
from shopmind.text.analyse import analyse

K = 7


def make(menu: Menu, name: str, tools: Tools, scenarios: Mapping[str, Scenario]) -> Any:
    """The part with the options of the first scenario that uses it, or with its defaults."""
    cls = menu.load(name)
    for scenario in scenarios.values():
        for other, specs in scenario.parts():
            for spec in specs:
                if other == menu.what and spec.part == name:
                    return cls(spec.options, tools)
    return cls(cls.Options(), tools)


def requests(shop: Shop) -> dict[str, Context]:
    """What parts meet: a stranger, a regular with anchors and text, one whose history runs ahead of the picture."""
    columns = shop.catalogue.columns()
    user = shop.pseudonyms.user("u01")
    history = shop.events.history(user, None)
    stranger = Context(
        query=Query("home"),
        kinds=("product",),
        now_ms=int(shop.folder.clock()),
        columns=columns,
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda text: _vector(shop),
        allowed=columns.shown & columns.kinds(("product",)),
    )
    text = "green tea"
    regular = replace(
        stranger,
        query=Query("search", text=text),
        load_history=lambda: history,
        anchors=shop.catalogue.numbers(["tea-01", "ele-01"]),
        text=text,
        terms=tuple(Term(token) for token in analyse(text, "en")),
        language="en",
    )
    beyond = replace(history, items=history.items + columns.size)
    ahead = replace(regular, load_history=lambda: beyond)
    nothing = replace(regular, allowed=np.zeros(columns.size, np.bool_))
    return {"stranger": stranger, "regular": regular, "ahead of the picture": ahead, "nothing allowed": nothing}


def _vector(shop: Shop) -> NDArray[np.float32]:
    encoder = shop.folder.encoder
    if encoder is None:
        raise NotReadyError("no encoder")
    return np.asarray(encoder.encode(["green tea"], role="query")[0], np.float32)


def sample(context: Context) -> Candidates:
    """Some candidates with a column that is partly unknown."""
    items = np.flatnonzero(context.allowed)[:9].astype(np.int64)
    scores = np.linspace(1, 0, len(items), dtype=np.float32)
    column = scores.copy()
    column[1::3] = np.nan
    return Candidates(items, {"popularity": column, "lexical": scores}, scores)


def check_ready(part: Any) -> bool:
    """`ready` returns nothing or raises NotReadyError with words."""
    try:
        if part.ready() is not None:
            raise TypeError("ready returns None")
    except NotReadyError as error:
        if not error.message:
            raise
        return False
    return True


def check_retriever(part: Any, context: Context) -> None:
    """Only allowed items, each once, at most k, best first; the same again when asked again."""
    numbers, scores = part.retrieve(context, K)
    np.testing.assert_equal(len(numbers), len(scores))
    assert len(numbers) <= K
    np.testing.assert_equal(len(np.unique(numbers)), len(numbers))
    assert context.allowed[numbers].all(), "an item that is not allowed was brought"
    assert not np.isnan(scores).any(), "a retriever brought what it cannot judge"
    assert (np.diff(scores) <= 0).all(), "not best first"
    again, _ = part.retrieve(context, K)
    np.testing.assert_array_equal(again, numbers)
    more, _ = part.retrieve(context, 2 * K)
    np.testing.assert_array_equal(more[: len(numbers)], numbers)


def check_filter(part: Any, context: Context) -> None:
    """A mask over the whole catalogue, the same again when asked again."""
    kept = part.keep(context)
    np.testing.assert_equal((kept.shape, kept.dtype), ((context.columns.size,), np.dtype(np.bool_)))
    np.testing.assert_array_equal(part.keep(context), kept)


def check_feature(part: Any, context: Context) -> None:
    """Columns as long as the candidates, float32, the same for a candidate whoever stands beside it."""
    candidates = sample(context)
    columns = part.compute(context, candidates)
    for name, column in columns.items():
        np.testing.assert_equal((column.shape, column.dtype), ((len(candidates),), np.dtype(np.float32)), name)
    if len(candidates) > 1:
        alone = part.compute(context, candidates.take(np.array([1])))
        for name, column in columns.items():
            np.testing.assert_allclose(alone[name], column[[1]], rtol=1e-4, atol=1e-5, err_msg=name)


def check_ranker(part: Any, context: Context) -> None:
    """The same rows in the same order with a score each; contributions add up to it up to a constant."""
    candidates = sample(context)
    ranked = part.rank(context, candidates)
    np.testing.assert_array_equal(ranked.items, candidates.items)
    np.testing.assert_equal((ranked.scores.shape, ranked.scores.dtype), ((len(candidates),), np.dtype(np.float32)))
    if ranked.contributions and len(candidates):
        rest = ranked.scores - np.sum([np.nan_to_num(share) for share in ranked.contributions.values()], axis=0)
        np.testing.assert_allclose(rest, np.full(len(rest), rest[0]), atol=1e-3)


def check_reranker(part: Any, context: Context) -> None:
    """Nothing new and nothing twice; a longer slate begins with the shorter one."""
    candidates = sample(context)
    chosen = part.rerank(context, candidates, 3)
    np.testing.assert_equal(len(np.unique(chosen.items)), len(chosen))
    assert set(chosen.items.tolist()) <= set(candidates.items.tolist())
    longer = part.rerank(context, candidates, 6)
    np.testing.assert_array_equal(longer.items[:3], chosen.items[:3])


def check_understanding(part: Any, context: Context) -> None:
    """Fills the context and never fails on a text."""
    for text in ("", "green tea", "绿茶", "😀", "'; drop table items; --", "a" * 1000, "\x00\u202e"):
        part.understand(replace(context, query=replace(context.query, text=text)))
