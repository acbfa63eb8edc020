from __future__ import annotations

import pytest

from shopmind.kit.errors import InputError
from shopmind.metrics.proportion import wilson


def test_wilson_by_hand() -> None:
    # 1 of 10: (0.1 + 0.19207 ± 1.96 √(0.009 + 0.0096036)) / 1.38415 = (0.29207 ± 0.26733) / 1.38415
    low, high = wilson(1, 10)
    assert low == pytest.approx(0.01788, abs=1e-4)
    assert high == pytest.approx(0.40415, abs=1e-4)


def test_wilson_keeps_its_bounds() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 1) == pytest.approx((0.0, 0.79345), abs=1e-4)
    assert wilson(5, 5)[1] == pytest.approx(1.0)
    assert wilson(500, 1000)[0] == pytest.approx(0.469, abs=1e-3)


@pytest.mark.parametrize(("hits", "trials", "level"), [(2, 1, 0.95), (-1, 1, 0.95), (0, 1, 1.0)])
def test_wilson_refuses_what_is_no_share(hits: int, trials: int, level: float) -> None:
    with pytest.raises(InputError, match="wilson"):
        wilson(hits, trials, level=level)
