from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.kit.clock import DAY_MS, HOUR_MS, MINUTE_MS, parse_time
from shopmind.operations.messages.moments import (
    HOURS,
    best_moment,
    habits,
    is_quiet,
    likely,
    moved,
    offset_of,
    quiet_until,
    shares,
)

NOW = parse_time("2030-01-15T10:00:00Z")


def at(hour: int, n: int = 1) -> list[int]:
    return [NOW - NOW % DAY_MS - DAY_MS * day + hour * HOUR_MS for day in range(1, n + 1)]


def test_a_persons_own_hour_is_weighed_against_everybodys_worked_by_hand() -> None:
    everybody = shares(np.bincount([9], minlength=HOURS).astype(float))  # all the others act at nine
    np.testing.assert_allclose(everybody[[8, 9, 10]], [0.25, 0.5, 0.25])
    own = habits(np.array(at(20, 4)), 0)
    found = likely(own, everybody, 4.0)
    np.testing.assert_allclose(found[[9, 20, 19]], [4 * 0.5 / 8, 4 * 0.5 / 8, 4 * 0.25 / 8])
    np.testing.assert_allclose(found.sum(), 1)
    more = likely(habits(np.array(at(20, 5)), 0), everybody, 4.0)
    assert np.argmax(more) == 20


def test_who_did_nothing_is_written_to_at_everybodys_hour_and_in_a_new_shop_at_once() -> None:
    everybody = shares(np.bincount([18] * 3 + [9], minlength=HOURS).astype(float))
    nothing = habits(np.empty(0, np.int64), 0)
    assert np.argmax(likely(nothing, everybody, 8.0)) == 18
    flat = likely(nothing, shares(np.zeros(HOURS)), 8.0)
    assert best_moment(NOW, 24, flat.tolist(), (21, 8), 0, 0) == NOW


def test_the_hour_is_of_the_persons_own_zone() -> None:
    offset = offset_of("Asia/Shanghai", "UTC", NOW)
    assert offset == 8 * HOUR_MS
    own = habits(np.array(at(12)), offset)
    assert np.argmax(own) == 20
    assert np.argmax(moved(shares(habits(np.array(at(12)), 0)), offset)) == 20
    assert offset_of("nowhere", "Europe/London", parse_time("2030-07-01T00:00:00Z")) == HOUR_MS
    assert offset_of(None, "UTC", NOW) == offset_of(7, "UTC", NOW) == 0


@pytest.mark.parametrize(
    ("quiet", "hour", "says"),
    [((21, 8), 21, True), ((21, 8), 7, True), ((21, 8), 8, False), ((13, 15), 14, True), ((13, 15), 15, False)],
)
def test_quiet_hours_go_over_midnight(quiet: tuple[int, int], hour: int, says: bool) -> None:
    assert is_quiet(hour, quiet) is says
    assert not is_quiet(hour, (0, 0))


def test_a_quiet_hour_ends_where_it_says() -> None:
    night = NOW - NOW % DAY_MS + 22 * HOUR_MS + 5
    assert quiet_until(night, (21, 8), 0) == NOW - NOW % DAY_MS + (24 + 8) * HOUR_MS
    assert quiet_until(NOW, (21, 8), 0) is None


@given(
    st.integers(0, 10**13),
    st.floats(1, 400),
    st.lists(st.floats(0, 1), min_size=24, max_size=24),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from([-34_200_000, -HOUR_MS, 0, 19_800_000, 12 * HOUR_MS]),
    st.integers(0, 2**64 - 1),
)
def test_no_moment_is_quiet_past_or_later_than_asked(
    now: int, within: float, hours: list[float], begin: int, end: int, offset: int, draw: int
) -> None:
    found = best_moment(now, within, hours, (begin, end), offset, draw)
    if found is None:
        assert begin != end
        return
    assert now <= found
    assert found - found % MINUTE_MS < now + within * HOUR_MS + 2 * HOUR_MS
    assert not is_quiet((found + offset) // HOUR_MS % HOURS, (begin, end))
