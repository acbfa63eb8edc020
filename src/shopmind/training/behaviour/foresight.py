"""The artifact `behaviour` as it answers: what users did in, what they will do out. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.training.behaviour.doings import Doings, Floats, Ints
from shopmind.training.behaviour.evidence import GROUPS, Evidence
from shopmind.training.behaviour.heads import Head, Matrix, Softmax
from shopmind.training.next_item.asked import NEWEST, Asked
from shopmind.training.sequence_model import SequenceModel
from shopmind.training.worth import UNWANTED

BACKBONE = "backbone_"
"""Before the names of the arrays of the sequence model that the heads look through."""
_MEANT = np.array([kind in HISTORY_TYPES and kind not in UNWANTED for kind in EVENT_TYPES])
BLOCK = 2_000


@dataclass(frozen=True)
class Foreseen:
    """Of b users, as of one moment each.

    Attributes:
        days: (h,) rising horizons. purchase: (b, h) probability of a purchase within them, never falling.
        actions: names. next_action: (b, actions) probability that each is next; no columns where it cannot be said.
    """

    days: Ints
    purchase: Floats
    actions: tuple[str, ...]
    next_action: Floats

    def quantile(self, share: float = 0.5) -> Floats:
        """(b,) days by which a purchase has come with this probability; NaN beyond the longest horizon.

        Between two horizons the probability is taken to grow evenly.
        """
        days = np.concatenate([[0.0], self.days.astype(np.float64)])
        risen = np.column_stack([np.zeros(len(self.purchase)), self.purchase])
        found = np.full(len(risen), np.nan)
        reached = risen[:, -1] >= share
        if reached.any():
            some = risen[reached]
            high = np.argmax(some >= share, axis=1)
            low, rows = high - 1, np.arange(len(some))
            rise = some[rows, high] - some[rows, low]
            part = (share - some[rows, low]) / np.where(rise > 0, rise, 1.0)
            found[reached] = days[low] + part * (days[high] - days[low])
        return found


@dataclass(frozen=True)
class Foresight:
    """Heads over one set of columns.

    Attributes:
        prices: see doings.usual_prices.
        heads: horizon in days → head.
        actions: names of those the log has enough of; `action` their head and `warmth` what its log-odds are
            multiplied by; None where there are too few kinds.
        backbone: None where no sequence model is old enough.
    """

    prices: NDArray[np.float32]
    heads: Mapping[int, Head]
    actions: tuple[str, ...]
    action: Softmax | None
    warmth: float
    backbone: SequenceModel | None

    def of(self, doings: Doings, moments: Ints) -> Foreseen:
        """What these users will do after their moments; the columns of the backbone are made in blocks."""
        columns = Evidence(doings).columns(moments)
        own = np.column_stack(list(columns.values())) if columns else np.zeros((len(doings), 0), np.float32)
        return self.read(own, seen_through(self.backbone, doings, np.arange(len(doings)), moments))

    def read(self, own: Matrix, hidden: Matrix) -> Foreseen:
        """The heads' answers to (b, m) columns and (b, d) of the backbone, d 0 without one."""
        matrix, width = np.concatenate([own, hidden], axis=1), own.shape[1]
        days = np.array(sorted(self.heads), np.int64)
        told = [self.heads[each].probabilities(matrix, width) for each in days.tolist()]
        risen = np.maximum.accumulate(np.column_stack(told), axis=1) if told else np.zeros((len(own), 0))
        actions = np.zeros((len(own), 0))
        if self.action is not None:
            actions = softmax(self.warmth * self.action.log_odds(own), axis=1)
        return Foreseen(days, risen, self.actions, actions)

    def arrays(self, backbone: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """For an artifact, with the arrays of the backbone."""
        found: dict[str, NDArray[Any]] = {"prices": self.prices}
        for days, head in self.heads.items():
            found |= head.arrays(str(days))
        if self.action is not None:
            found |= {"action": self.action.weights, "warmth": np.array([self.warmth])}
        return found | {f"{BACKBONE}{name}": np.asarray(array) for name, array in backbone.items()}

    @staticmethod
    def of_arrays(arrays: Mapping[str, NDArray[Any]], figures: Mapping[str, Any]) -> Foresight:
        """As an artifact keeps it; the card's figures name horizons, ways and actions.

        Raises:
            StorageError: the backbone is damaged.
        """
        backbone = {name.removeprefix(BACKBONE): array for name, array in arrays.items() if name.startswith(BACKBONE)}
        return Foresight(
            np.asarray(arrays["prices"]),
            {int(days): Head.of(arrays, days, told["way"]) for days, told in figures["purchase"].items()},
            tuple(figures["actions"]),
            Softmax(np.asarray(arrays["action"])) if "action" in arrays else None,
            float(arrays["warmth"][0]) if "warmth" in arrays else 1.0,
            SequenceModel.of(backbone) if backbone else None,
        )


def seen_through(backbone: SequenceModel | None, doings: Doings, rows: Ints, moments: Ints) -> Matrix:
    """(c, networks · d) hidden states of users as of moments; zeros for whom the backbone knows nothing.

    Args:
        rows: (c,) rows of the doings. moments: (c,) epoch milliseconds.
    """
    if backbone is None:
        return np.zeros((len(rows), 0), np.float32)
    parts = []
    for start in range(0, len(rows), BLOCK):
        some = slice(start, start + BLOCK)
        histories = []
        for row, moment in zip(rows[some].tolist(), moments[some].tolist(), strict=True):
            history = doings.history(row, moment, 2 * NEWEST)
            histories.append(history.take(_MEANT[history.types]))
        hidden = backbone.hidden(Asked.of(histories, moments[some].tolist()))
        parts.append(np.nan_to_num(hidden).transpose(1, 0, 2).reshape(len(histories), -1))
    if parts:
        return np.concatenate(parts)
    return np.zeros((0, len(backbone.networks) * backbone.networks[0].vectors.shape[1]), np.float32)


def named(groups: NDArray[np.int64]) -> tuple[str, ...]:
    """Names of places in GROUPS."""
    every = tuple(GROUPS)
    return tuple(every[place] for place in groups.tolist())
