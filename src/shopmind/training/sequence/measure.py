"""How well a network foresees the step held back: nDCG@10 over the whole catalogue, what the user had left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from shopmind.training.sequence.material import Material
from shopmind.training.sequence.network import Network
from shopmind.training.sequence_model import padded

CUTOFF = 10
BLOCK = 512


def held_ndcg(network: Network, material: Material) -> float:
    """Mean over the held steps; NaN without any."""
    gains = np.concatenate([np.zeros(0), *(_gains(*part, material) for part in held_logits(network, material))])
    return float(gains.mean()) if len(gains) else float("nan")


def held_logits(network: Network, material: Material) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """(b,) rows of held steps and (b, n) logits, -inf for what the user had, block by block."""
    lengths = np.diff(material.held_starts)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    had_starts = np.searchsorted(material.held_had[:, 0], np.arange(len(lengths) + 1))
    network.eval()
    with torch.inference_mode():
        vectors = network.items()
        for start in range(0, len(order), BLOCK):
            rows = order[start : start + BLOCK]
            places, counts = padded(material.held_starts, rows)
            events = torch.from_numpy(material.held_rows[places])
            kinds, gaps = (
                torch.from_numpy(each[places].astype(np.int64)) for each in (material.held_types, material.held_gaps)
            )
            hidden = network(vectors[events], kinds, gaps)[torch.arange(len(rows)), torch.from_numpy(counts) - 1]
            logits = (hidden @ vectors.T).numpy()
            whose, what = _pairs(had_starts, material.held_had[:, 1], rows)
            logits[whose[what >= 0], what[what >= 0]] = -np.inf
            yield rows, logits
    network.train()


def _pairs(
    starts: NDArray[np.int64], items: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Place in `rows` and item of every pair of these rows."""
    lengths = starts[rows + 1] - starts[rows]
    whose = np.repeat(np.arange(len(rows)), lengths)
    within = np.arange(len(whose)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return whose, items[starts[rows][whose] + within]


def _gains(rows: NDArray[np.int64], logits: NDArray[np.float32], material: Material) -> NDArray[np.float64]:
    """(b,) nDCG@CUTOFF; equal logits share the mean of their ranks."""
    starts = np.searchsorted(material.held_targets[:, 0], np.arange(len(material.held_starts)))
    whose, what = _pairs(starts, material.held_targets[:, 1], rows)
    counts = np.bincount(whose, minlength=len(rows))
    whose, what = whose[what >= 0], what[what >= 0]
    own = logits[whose, what]
    ranks = np.empty(len(own))
    for start in range(0, len(own), BLOCK):
        part = slice(start, start + BLOCK)
        block, mine = logits[whose[part]], own[part, None]
        ranks[part] = (block > mine).sum(axis=1) + ((block == mine).sum(axis=1) - 1) / 2
    gained = np.bincount(whose, np.where(ranks < CUTOFF, 1 / np.log2(ranks + 2), 0), minlength=len(rows))
    ideal = np.concatenate([[1.0], np.cumsum(1 / np.log2(np.arange(CUTOFF) + 2))])
    ideal[0] = 1.0
    found: NDArray[np.float64] = gained / ideal[np.minimum(counts, CUTOFF)]
    return found
