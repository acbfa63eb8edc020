"""Curves of a training, wherever a recipe keeps them, and versions that come and go."""

from __future__ import annotations

import pytest

from shopmind.operations.registry import Registry, curves
from shopmind.shop import Shop
from shopmind.stores.folder_artifacts import FolderArtifacts


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


def test_a_version_that_newer_fits_push_out_while_versions_are_listed_is_not_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, listed = shop.artifacts.versions("popularity"), FolderArtifacts.versions
    monkeypatch.setattr(FolderArtifacts, "versions", lambda held, name: ["gone", *listed(held, name)])
    kind = Registry(shop).kind("popularity")
    assert [each.version for each in kind.versions] == there
    assert all(each.card for each in kind.versions)
