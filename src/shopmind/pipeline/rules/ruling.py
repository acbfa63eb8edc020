"""What the rules that a request meets say of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.rules.rule import RuleVersion


@dataclass(frozen=True, slots=True)
class Push:
    """A boost or bury.

    Attributes:
        items: (size,) by item number, True where the rule is about the item.
        doublings: logarithm to base 2 of what it multiplies by; negative for a bury.
    """

    by: RuleVersion
    items: NDArray[np.bool_]
    doublings: float


@dataclass(frozen=True, slots=True)
class Pin:
    """One item and the first place it may take, from 0 on; of a ruling's pins the earlier ones choose first."""

    by: RuleVersion
    place: int
    item: int


@dataclass(frozen=True, slots=True)
class Cap:
    """How many of a group may stand on the first places; `by.rule` says how many and on which.

    Attributes:
        groups: (size,) by item number: the group of the item, below 0 for an item that the cap is not about.
    """

    by: RuleVersion
    groups: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules of one request, resolved to item numbers.

    Attributes:
        hidden: (size,) by item number, True where a rule hides the item; None when none does.
        names: item number → id, of the items that rules name.
    """

    hidden: NDArray[np.bool_] | None
    pushes: tuple[Push, ...]
    pins: tuple[Pin, ...]
    names: Mapping[int, str]
    caps: tuple[Cap, ...] = ()
