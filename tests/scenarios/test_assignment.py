from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from shopmind.scenarios.assignment import Layout, bucket
from shopmind.scenarios.experiment import HOLDOUT

UNITS = [f"u{i}" for i in range(20_000)]
KNOWN = [7089, 6919, 9518, 6673]
HALVES = Layout(
    experiment="e",
    unit="user",
    layer="l",
    first=0.0,
    share=1.0,
    ramp=1.0,
    holdout=0.0,
    salt="e",
    scenarios=("home",),
    variants=(("a", 0.5), ("b", 0.5)),
    digests={},
)


def arms(layout: Layout) -> list[str | None]:
    return [layout.arm(unit) for unit in UNITS]


def test_a_bucket_is_the_same_in_every_process_for_ever() -> None:
    assert [bucket("variant", "e", f"user:u{i}") for i in range(4)] == KNOWN
    assert HALVES.arm("u0") == HALVES.arm("u0")


def test_the_shares_are_kept_and_whoever_is_beyond_them_takes_no_part() -> None:
    layout = replace(HALVES, variants=(("a", 0.2), ("b", 0.3)))
    counts = Counter(arms(layout))
    seen = np.array([counts["a"], counts["b"], counts[None]])
    assert chisquare(seen, np.array([0.2, 0.3, 0.5]) * len(UNITS)).pvalue > 0.001


def test_a_higher_ramp_keeps_everybody_where_they_were() -> None:
    small, large = arms(replace(HALVES, ramp=0.1)), arms(replace(HALVES, ramp=0.4))
    assert 0 < sum(each is not None for each in small) < sum(each is not None for each in large)
    assert all(after == before for before, after in zip(small, large, strict=True) if before is not None)


def test_a_variant_that_goes_leaves_the_others_where_they_are() -> None:
    three = replace(HALVES, variants=(("a", 0.3), ("b", 0.3), ("c", 0.4)))
    assert Counter(arms(three)).keys() == {"a", "b", "c"}  # the layout keeps the name of what has gone


def test_two_parts_of_a_layer_share_nobody_and_two_layers_know_nothing_of_each_other() -> None:
    first, second = arms(replace(HALVES, share=0.5)), arms(replace(HALVES, first=0.5, share=0.5, salt="f"))
    assert all(one is None or other is None for one, other in zip(first, second, strict=True))
    assert all(one is not None or other is not None for one, other in zip(first, second, strict=True))
    other = arms(replace(HALVES, layer="m", salt="g"))
    table = Counter(zip(arms(HALVES), other, strict=True))
    assert chi2_contingency([[table[x, y] for y in "ab"] for x in "ab"]).pvalue > 0.001


def test_the_same_people_are_held_out_of_every_experiment() -> None:
    one = arms(replace(HALVES, holdout=0.1))
    two = arms(replace(HALVES, holdout=0.2, salt="f", layer="m"))
    assert 0.08 < sum(each == HOLDOUT for each in one) / len(UNITS) < 0.12
    assert all(y == HOLDOUT for x, y in zip(one, two, strict=True) if x == HOLDOUT)


def test_a_layout_comes_back_from_its_record() -> None:
    layout = replace(HALVES, digests={"a": "1"})
    assert Layout.read(layout.as_json()) == layout


@pytest.mark.parametrize("unit", ["user", "session"])
def test_a_user_and_a_session_of_the_same_id_are_different_units(unit: str) -> None:
    alike = sum(x == y for x, y in zip(arms(HALVES), arms(replace(HALVES, unit=unit)), strict=True))  # type: ignore[arg-type]
    assert (alike == len(UNITS)) == (unit == "user")
