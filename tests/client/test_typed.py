from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shopmind.client.typed import read, read_all
from shopmind.kit.errors import ShopmindError


@dataclass(frozen=True, slots=True)
class Inner:
    from_: float | None


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    at_ms: int | None
    took_ms: float
    inner: tuple[Inner, ...]
    counts: Mapping[int, Inner | None]
    more: tuple[str, ...] = field(default=())


JSON = {
    "name": "a",
    "at": "1970-01-01T00:00:01Z",
    "took_ms": 3,
    "inner": [{"from": 1}, {"from": None}],
    "counts": {"7": {"from": 2.5}, "30": None},
    "news": "of a later version",
}


def test_fields_are_read_by_their_types() -> None:
    outer = read(Outer, JSON)
    assert outer == Outer("a", 1_000, 3.0, (Inner(1.0), Inner(None)), {7: Inner(2.5), 30: None})
    assert isinstance(outer.took_ms, float)
    assert read_all(Outer, [{**JSON, "at": None, "more": ["x"]}])[0].more == ("x",)


def test_a_field_that_is_missing_is_told_by_name() -> None:
    with pytest.raises(ShopmindError, match="Inner: the answer has no 'from'"):
        read(Outer, {**JSON, "inner": [{}]})
