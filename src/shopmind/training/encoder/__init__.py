"""Adapts the pretrained encoder to a shop, and trains a cross-encoder from it: the extra [train].

torch is imported when a fit begins, not before: the menu of recipes can be read without it.
"""

from __future__ import annotations

from importlib.util import find_spec

from shopmind.kit.errors import MissingExtraError

NEEDED = ("torch", "transformers", "peft")


def need_extra(what: str) -> None:
    """Raises MissingExtraError when a package that training needs is not installed."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtraError(what, "train")
