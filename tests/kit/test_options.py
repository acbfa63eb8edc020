from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from shopmind.kit.errors import InputError
from shopmind.kit.options import build, positive


@dataclass(frozen=True)
class Sample:
    k: int = 10
    share: float = 0.5
    by: Literal["rank", "score"] = "rank"
    names: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError(f"share is {self.share}, at most 1 is allowed")


def test_what_is_left_out_takes_its_default() -> None:
    assert build(Sample, {}, where="f") == Sample()


def test_values_of_the_right_type_pass_and_integers_pass_for_floats() -> None:
    made = build(Sample, {"k": 3, "share": 1, "names": ["a"], "weights": {"x": 2}, "limit": None}, where="f")
    assert made == Sample(k=3, share=1.0, names=("a",), weights={"x": 2.0})
    assert isinstance(made.share, float)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"kk": 3}, "f: unknown option: 'kk' is not allowed (did you mean 'k'?)"),
        ({"k": "3"}, "f.k: '3' is str, int is expected"),
        ({"k": True}, "f.k: True is bool, int is expected"),
        ({"by": "luck"}, "f.by: 'luck' is not allowed"),
        ({"names": "a"}, "f.names: 'a' is not a list"),
        ({"names": ["a", 1]}, "f.names[1]: 1 is int"),
        ({"weights": {"x": "much"}}, "f.weights.x: 'much' is str"),
        ({"share": 2.0}, "f: share is 2.0, at most 1 is allowed"),
        ({"limit": "no"}, "f.limit: 'no' is str"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(table: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Sample, table, where="f")
    assert says in caught.value.message


def test_an_option_without_default_is_required() -> None:
    @dataclass(frozen=True)
    class Needy:
        path: str

    with pytest.raises(InputError, match="option 'path' is required"):
        build(Needy, {}, where="f")


def test_an_option_below_one_is_refused_by_name() -> None:
    @dataclass(frozen=True)
    class Sizes:
        rows: int = 1
        columns: int = 1

        def __post_init__(self) -> None:
            positive(self, "rows", "columns")

    assert build(Sizes, {"rows": 2}, where="x").rows == 2
    with pytest.raises(InputError, match="x: columns is 0, at least 1 is needed"):
        build(Sizes, {"columns": 0}, where="x")
