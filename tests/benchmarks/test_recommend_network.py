from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.recommend.network import chosen, differing, figures
from shopmind.kit.errors import InputError
from shopmind.training.next_item.asked import Asked


def _asked(users: int) -> Asked:
    starts = np.arange(users + 1)
    zeros = np.zeros(users, np.int64)
    return Asked(starts, np.ones(users, np.int64), np.zeros(users, np.int8), zeros, zeros, zeros)


def test_ranks_leave_out_what_was_had_and_break_ties_by_hash() -> None:
    size = 20
    columns = SimpleNamespace(shown=np.arange(size) > 0, tie=np.arange(size)[::-1].astype(np.uint64), size=size)
    scores = np.tile(np.arange(size, dtype=np.float32), (3, 1))
    scores[1] = np.nan
    scores[2, :] = 1.0
    targets = np.array([[0, 17], [1, 19], [2, 5]])
    had = np.array([[0, 1], [0, 19]])
    found = figures(lambda asked: scores.copy(), _asked(3), targets, had, columns, 0)  # type: ignore[arg-type]
    # the first stands second; of equal ones the higher number has the smaller hash: 19 is first, 5 is fifteenth
    assert found["users"] == 3
    assert found["recall@10"]["value"] == pytest.approx(2 / 3, abs=1e-5)
    assert found["ndcg@10"]["value"] == pytest.approx((1 / np.log2(3) + 1) / 3, abs=1e-5)


def test_options_are_read_and_named() -> None:
    options = chosen(["dropout=0.25", "half=no"])
    assert differing(options) == {"dropout": 0.25, "half": "no"}
    with pytest.raises(InputError, match="'width' is no option"):
        chosen(["width=3"])
