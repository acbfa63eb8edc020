"""Curves of a training, wherever a recipe keeps them."""

from __future__ import annotations

from shopmind.operations.registry import curves


def test_curves_are_found_by_name_at_any_depth_and_named_for_where_they_stood() -> None:
    card = {
        "figures": {
            "steps": 20,
            "losses": {"masked words": [3.0, 2.0], "contrast": [1.0, 0.5]},
            "networks": [{"after_each": [0.1, None, 0.3]}, {"after_each": [0.2, 0.2]}],
            "columns": ["a", "b"],
            "after_each": [1],
        }
    }
    assert curves(card) == {
        "masked words": [3.0, 2.0],
        "contrast": [1.0, 0.5],
        "networks 1": [0.1, None, 0.3],
        "networks 2": [0.2, 0.2],
    }


def test_a_card_without_any_has_none() -> None:
    assert curves({}) == {}
    assert curves({"figures": {"losses": []}}) == {}
