"""Adapts the pretrained encoder to a shop, and trains a cross-encoder from it: the extra [train].

torch is imported when a fit begins, not before: the menu of recipes can be read without it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from shopmind.kit.errors import MissingExtraError
from shopmind.stores.lease import Lease

NEEDED = ("torch", "transformers", "peft")


def need_extra(what: str) -> None:
    """Raises MissingExtraError when a package that training needs is not installed."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtraError(what, "train")


@contextlib.contextmanager
def alone(work: Path | None, name: str) -> Iterator[None]:
    """No other process trains the same thing in `work` for the block; without a folder nothing can be in the way.

    Raises:
        BusyError: one does.
    """
    if work is None:
        yield
        return
    with Lease(work / f"{name}.lease").hold():
        yield
