from __future__ import annotations

import re

import pytest

from shopmind.kit import errors
from shopmind.kit.errors import InputError, MissingExtraError, ShopmindError, not_allowed


def test_every_error_is_drawn_in_the_tree_at_the_top_of_the_file() -> None:
    drawn = set(re.findall(r"(\w+Error)", errors.__doc__ or ""))
    written = {name for name in vars(errors) if name.endswith("Error")}
    assert drawn == written


def test_an_error_says_where_what_was_given_what_is_allowed_and_what_may_be_meant() -> None:
    error = not_allowed("home.toml line 3: retriever", "popularty", ["popularity", "dense"])
    assert isinstance(error, InputError)
    assert error.message == (
        "home.toml line 3: retriever: 'popularty' is not allowed (did you mean 'popularity'?); "
        "allowed: dense, popularity"
    )


def test_a_missing_extra_names_the_command() -> None:
    assert "pip install 'shopmind[train]'" in MissingExtraError("encoder 'x'", "train").message


def test_every_error_of_the_tree_has_a_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ShopmindError)]
    assert all(re.fullmatch("[a-z_]+", kind.code) for kind in kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("given", ["", "zzz", "\x00"])
def test_nothing_near_gives_no_hint(given: str) -> None:
    assert "did you mean" not in not_allowed("part", given, ["popularity"]).message
