"""The trained sequence model as it answers: histories in, a share of the next step for every item out. No torch.

The artifact `sequence` holds for each of its networks N (0, 1, …) the arrays of ARRAYS: the graph, the vectors of the
items it was fitted on, and how a vector is made for an item that came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Item
from shopmind.encoders.onnx_encoder import open_session
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.seeds import hash64
from shopmind.training.next_item.asked import NEWEST, Asked
from shopmind.training.next_item.meaning import centred, traits_of

ARRAYS = ("graph", "vectors", "from_text", "from_traits")
"""Names of a network's arrays, followed by _N: graph (bytes,) uint8, an ONNX model; vectors (size, d) float32 unit rows
by item number, zeros for no item; from_text (D, d) float32, from a centred text vector; from_traits (t, d) float32."""
CENTRE, TRAITS = "centre", "traits"
"""(D,) float32, the mean text vector; and (t,) rising uint64 keys of the traits. One of each for all networks."""
GAPS = 24
BATCH = 512
FEW = 8

Floats = NDArray[np.float32]


def gap_buckets(times_ms: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int8]:
    """(m,) bucket of the time since the event before: floor of log2(1 + minutes), under GAPS; 0 for a first event."""
    gaps = np.diff(times_ms, prepend=times_ms[:1]) / MINUTE_MS
    gaps[starts[:-1][np.diff(starts) > 0]] = 0
    buckets: NDArray[np.int8] = np.minimum(np.log2(1 + np.maximum(gaps, 0)), GAPS - 1).astype(np.int8)
    return buckets


def trait_keys(item: Item) -> NDArray[np.uint64]:
    """Rising keys of an item's traits, each once."""
    return np.unique(np.fromiter((hash64("\x1f".join(each)) for each in traits_of(item)), np.uint64))


@dataclass(frozen=True)
class _Network:
    """One network; `missing` are the numbers without a vector."""

    session: Any = field(repr=False)
    vectors: Floats
    from_text: Floats
    from_traits: Floats
    missing: NDArray[np.intp]


@dataclass(frozen=True)
class SequenceModel:
    """Networks of one artifact, ready to answer. Items are known up to the catalogue of the fit, and by `extended`."""

    networks: tuple[_Network, ...]
    centre: Floats
    traits: NDArray[np.uint64]

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]]) -> SequenceModel:
        """The model of an artifact's arrays; each network answers on one thread of the caller's.

        Raises:
            StorageError: a graph is damaged.
        """
        numbers = list(takewhile(lambda number: f"graph_{number}" in arrays, count()))
        networks = []
        for number in numbers:
            graph, *others = (arrays[f"{name}_{number}"] for name in ARRAYS)
            session = open_session(graph.tobytes(), threads=1)
            vectors, from_text, from_traits = (np.asarray(each, np.float32) for each in others)
            networks.append(_Network(session, vectors, from_text, from_traits, _missing(vectors)))
        return SequenceModel(
            tuple(networks), np.asarray(arrays[CENTRE], np.float32), np.asarray(arrays[TRAITS], np.uint64)
        )

    @property
    def size(self) -> int:
        """Item numbers below it may have a vector."""
        return len(self.networks[0].vectors)

    def extended(
        self, numbers: NDArray[np.int64], texts: Floats, items: Iterable[Item | None] | None = None
    ) -> SequenceModel:
        """The same model with more items, from what they say of themselves alone; items it knows stay as they are.

        Args:
            numbers: (n,) item numbers.
            texts: (n, D) unit text vectors as of Tables.vectors, NaN rows where there is none.
            items: n items for their traits; None for none. An item with neither text nor known trait stays unknown.
        """
        about = centred(texts, self.centre) if len(self.centre) else np.zeros((len(numbers), 0), np.float32)
        weights = self._trait_weights(items, len(numbers))
        size = max(self.size, int(numbers.max(initial=-1)) + 1)
        grown = []
        for network in self.networks:
            vectors = np.zeros((size, network.vectors.shape[1]), np.float32)
            vectors[: self.size] = network.vectors
            made = about @ network.from_text + weights @ network.from_traits
            length = np.linalg.norm(made, axis=1, keepdims=True)
            made = np.divide(made, length, out=np.zeros_like(made), where=length > 0)
            new = ~vectors[numbers].any(axis=1)
            vectors[numbers[new]] = made[new]
            grown.append(replace(network, vectors=vectors, missing=_missing(vectors)))
        return replace(self, networks=tuple(grown))

    def _trait_weights(self, items: Iterable[Item | None] | None, n: int) -> Floats:
        """(n, t) weight of each trait in the mean over an item's known ones."""
        weights = np.zeros((n, len(self.traits)), np.float32)
        for row, item in enumerate(items or ()):
            if item is not None:
                known = np.flatnonzero(np.isin(self.traits, trait_keys(item)))
                weights[row, known] = 1 / max(len(known), 1)
        return weights

    def hidden(self, asked: Asked) -> Floats:
        """(networks, b, d): its product with an item's vector is the item's logit; NaN for whom no item is known."""
        found = np.full((len(self.networks), len(asked), self.networks[0].vectors.shape[1]), np.nan, np.float32)
        known = self._known(asked.last(NEWEST))
        gaps = gap_buckets(known.times_ms, known.starts)
        order = np.argsort(known.lengths, kind="stable")
        order = order[known.lengths[order] > 0]
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            places, lengths = padded(known.starts, rows)
            feed = {
                "types": known.types[places].astype(np.int64),
                "gaps": gaps[places].astype(np.int64),
                "lengths": lengths,
            }
            items = known.items[places]
            for number, network in enumerate(self.networks):
                found[number, rows] = network.session.run(None, {"vectors": network.vectors[items], **feed})[0]
        return found

    def _known(self, asked: Asked) -> Asked:
        """Without events of items that have no vector."""
        inside = asked.items < self.size
        inside &= self.networks[0].vectors[np.where(inside, asked.items, 0)].any(axis=1)
        return asked if inside.all() else asked.where(inside)

    def log_shares(self, asked: Asked, size: int) -> Floats:
        """(b, size) mean over the networks of the log of each item's share of the next step.

        -inf for a number without a vector; a row of NaN for a user of whom no item is known. It takes
        8 * b * size bytes: ask for users in blocks.
        """
        total = np.zeros((len(asked), size), np.float32)
        for network, hidden in zip(self.networks, self.hidden(asked), strict=True):
            vectors = network.vectors[:size]
            logits = _product(hidden, vectors)
            logits[:, network.missing[network.missing < size]] = -np.inf
            logits -= logits.max(axis=1, keepdims=True)
            logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
            total[:, : len(vectors)] += logits
        total[:, self.size :] = -np.inf
        total /= len(self.networks)
        return total


def _product(hidden: Floats, vectors: Floats) -> Floats:
    """(b, n). For few users without BLAS: waking its threads takes 8 ms of a busy machine, the product .1 ms."""
    if len(hidden) > FEW:
        return hidden @ vectors.T
    return np.asarray(np.vecdot(hidden[:, None], vectors[None]), np.float32)


def _missing(vectors: Floats) -> NDArray[np.intp]:
    return np.flatnonzero(~vectors.any(axis=1))


def padded(starts: NDArray[np.int64], rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(b, T) places of each row's events, oldest first and filled up with its last one, and (b,) lengths."""
    begin = starts[rows]
    lengths = starts[rows + 1] - begin
    within = np.minimum(np.arange(lengths.max(initial=0)), lengths[:, None] - 1)
    return begin[:, None] + within, lengths
