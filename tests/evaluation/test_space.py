"""Which options a search may vary, and how far."""

from __future__ import annotations

import pytest

from shopmind.evaluation.space import Span, spans, toml
from shopmind.kit.errors import InputError


def by_name(*asked: str, settings: dict[str, dict[str, object]] | None = None) -> dict[str, Span]:
    return {span.name: span for span in spans(["ease", "item_knn"], asked, settings or {})}


def test_an_option_without_bounds_is_varied_around_what_it_is() -> None:
    found = by_name("ease.ridge", "ease.k", "item_knn.tilt")
    assert (found["ease.ridge"].low, found["ease.ridge"].high, found["ease.ridge"].whole) == (1.25, 20.0, False)
    assert (found["ease.k"].low, found["ease.k"].high, found["ease.k"].whole) == (75, 1200, True)
    assert found["item_knn.tilt"].high == 1.0, "what is a share stays one"
    assert by_name("ease.ridge", settings={"ease": {"ridge": 8.0}})["ease.ridge"].now == 8.0


def test_bounds_and_values_are_taken_as_given() -> None:
    found = by_name("ease.ridge=0..50", "ease.k=100,300")
    assert (found["ease.ridge"].low, found["ease.ridge"].high, found["ease.ridge"].log) == (0.0, 50.0, False)
    assert by_name("ease.ridge=0.5..50")["ease.ridge"].log, "two powers of ten are searched by factors"
    assert found["ease.k"].values == (100, 300)
    assert found["ease.k"].holds(300)
    assert not found["ease.k"].holds(200)
    assert not found["ease.ridge"].holds(51)


def test_without_names_every_number_of_the_recipes_is_varied_and_nothing_else() -> None:
    found = by_name()
    assert {"ease.ridge", "ease.k", "item_knn.shrink"} <= set(found)
    assert "ease.weights" not in found


@pytest.mark.parametrize(
    ("asked", "words"),
    [("ease.ridges", "did you mean 'ease.ridge'"), ("ease.ridge=9..1", "LOW..HIGH"), ("ease.k=a..b", "LOW..HIGH")],
)
def test_what_cannot_be_searched_is_refused(asked: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        by_name(asked)


def test_options_are_written_as_the_settings_read_them() -> None:
    import tomllib

    options = {"ease": {"ridge": 2.5, "k": 100}, "sequence": {"mix": True, "kind": "a"}}
    assert tomllib.loads(toml(options)) == {"training": options}
