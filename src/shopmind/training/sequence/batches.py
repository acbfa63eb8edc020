"""Windows of like length together, as many as a budget of events allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shopmind.kit.seeds import generator
from shopmind.training.sequence.material import Material


def plan(lengths: NDArray[np.int64], budget: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """Windows of each step of an epoch: like lengths together, in an order of chance that (seed, epoch) decides."""
    chance = generator(seed, "epoch", epoch)
    order = np.lexsort((chance.random(len(lengths)), lengths))
    after = np.cumsum(lengths[order] - 1)
    cuts = np.searchsorted(after, np.arange(budget, after[-1] if len(after) else 0, budget))
    parts = [part for part in np.split(order, cuts) if len(part)]
    return [parts[place] for place in chance.permutation(len(parts))]


@dataclass(frozen=True)
class Batch:
    """Tensors of a step: (b, T) rows, types and gaps of the events before each target; (b, T) targets and weights."""

    rows: Any
    types: Any
    gaps: Any
    targets: Any
    weights: Any


def batch(material: Material, windows: NDArray[np.int64]) -> Batch:
    """All prefixes of some windows. What fills a row up has weight 0."""
    begin = material.starts[windows]
    lengths = material.starts[windows + 1] - begin
    within = np.arange(lengths.max() - 1)
    inside = within < lengths[:, None] - 1
    places = begin[:, None] + np.where(inside, within, 0)
    after = places + inside

    def tensor(values: NDArray[Any], at: NDArray[np.int64]) -> Any:
        return torch.from_numpy(values[at].astype(np.int64))

    weights = torch.from_numpy(np.where(inside, material.weights[after], 0).astype(np.float32))
    return Batch(
        tensor(material.rows, places),
        tensor(material.types, places),
        tensor(material.gaps, places),
        tensor(material.rows, after),
        weights,
    )
