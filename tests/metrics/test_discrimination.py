from __future__ import annotations

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.metrics.discrimination import auc, average_precision


def test_auc_is_worked_by_hand() -> None:
    """Positives .9 and .4, negatives .6, .4 and .1: of six pairs 4 are in order, one is a tie, one is turned round."""
    assert auc([0.9, 0.4, 0.6, 0.4, 0.1], [1, 1, 0, 0, 0]) == pytest.approx(4.5 / 6 + 0 / 6)


def test_auc_of_one_outcome_alone_is_not_known() -> None:
    assert np.isnan(auc([0.1, 0.2], [1, 1]))


def test_auc_of_an_unknown_score_is_refused() -> None:
    with pytest.raises(InputError, match="NaN"):
        auc([0.1, np.nan], [1, 0])


def test_average_precision_is_worked_by_hand() -> None:
    """Precision 1 at the first positive, 2/3 at the second: half each. Of a tie of one and one both come in: 1/2."""
    assert average_precision([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([0.5, 0.5], [1, 0]) == pytest.approx(0.5)
    assert np.isnan(average_precision([0.5, 0.4], [0, 0]))
    with pytest.raises(InputError):
        average_precision([np.nan], [1])
