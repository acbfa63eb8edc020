"""What is measured of carts: the figures by hand, and that nobody learns from a window that is asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from benchmarks import cart
from shopmind.shop import Shop


def test_recall_and_ndcg_of_one_hidden_good_are_as_worked_by_hand() -> None:
    carts = [(np.array([1]), 5), (np.array([2]), 6), (np.array([3]), 7)]
    ranked = np.array([[5, 9, *[-1] * 8], [9, 8, 6, *[-1] * 7], [1, 2, *[-1] * 8]])
    values = cart.values_of(ranked, carts)
    assert values["recall@10"].tolist() == [1.0, 1.0, 0.0]
    np.testing.assert_allclose(values["ndcg@10"], [1.0, 1 / np.log2(4), 0.0])


def test_a_list_holds_nothing_of_the_cart_and_ties_go_by_the_hash_of_the_id() -> None:
    goods = np.arange(15) > 0
    parts = cart.Cut(None, 0, sparse.csr_array((0, 15)), goods, np.zeros(15), {})  # type: ignore[arg-type]
    tie = np.arange(15, dtype=np.uint64)[::-1].copy()
    ranked = cart.by_scores(
        parts, [(np.array([3, 14]), 1)], lambda asked: np.ones((asked.shape[0], 15), np.float32), tie
    )
    assert ranked[0].tolist() == [13, 12, 11, 10, 9, 8, 7, 6, 5, 4]


def test_what_is_known_ends_before_both_windows(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart, "WINDOW_MS", 10 * 24 * 3_600_000)
    parts = cart.cut(shop, 50)
    assert int(parts.known["timestamp_ms"].max()) < parts.now_ms  # type: ignore[arg-type]
    assert parts.carts["validation"]
    assert parts.carts["test"]
    held = np.unique(parts.orders.indices)
    for window in parts.carts.values():
        assert all(np.isin([*items, hidden], held).all() for items, hidden in window)
        assert all(hidden not in items for items, hidden in window)
