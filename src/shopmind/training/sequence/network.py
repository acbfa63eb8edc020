"""The network: vectors of items from their id, text and traits; and a causal transformer over a user's events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from shopmind.domain import EVENT_TYPES
from shopmind.training.next_item.asked import NEWEST
from shopmind.training.sequence.material import Material
from shopmind.training.sequence_model import GAPS

START = 0.02
"""Standard deviation of what begins by chance."""
TEMPERATURE = 14.0
FORBIDDEN = -1e9
LOUDNESS = 0.3
"""Root mean square of an item vector's elements as the transformer sees it."""


@dataclass(frozen=True)
class Shape:
    """Numbers of a network: see SequenceRecipe.Options."""

    dimension: int
    blocks: int
    heads: int
    dropout: float
    text_scale: float
    id_dropout: float


class Chance:
    """Masks of dropout from random bytes: torch draws a real number an element, which takes a third of a step."""

    def __init__(self) -> None:
        self.draw(0)

    def draw(self, number: int) -> None:
        """Begins the stream `number`."""
        self._stream = np.random.Generator(np.random.SFC64(number))

    def drop(self, x: Any, share: float) -> Any:
        """x with about `share` of its elements 0 (a multiple of 1 / 256) and the others scaled up."""
        threshold = round(share * 256)
        if not threshold:
            return x
        drawn = np.frombuffer(self._stream.bytes(x.numel()), np.uint8)
        mask = (torch.from_numpy(drawn >= threshold)).view(x.shape).to(x.dtype)
        return x * mask.mul_(256 / (256 - threshold))


class Items(nn.Module):  # type: ignore[misc]
    """Unit vectors of items.

    An item that occurs in no history has no id part: it is known by its text and traits, like one that comes later.
    """

    def __init__(self, material: Material, shape: Shape, chance: Chance) -> None:
        super().__init__()
        self.chance, self.half = chance, False
        n, d, scale = len(material.numbers), shape.dimension, START * shape.text_scale
        self.own = nn.Embedding(n, d)
        nn.init.normal_(self.own.weight, std=START)
        self.from_text = nn.Parameter(torch.randn(material.text.shape[1], d) * scale)
        self.from_traits = nn.Parameter(torch.randn(len(material.keys), d) * START)
        self.id_dropout = shape.id_dropout
        self.register_buffer("seen", torch.from_numpy(material.seen.astype(np.float32))[:, None], persistent=False)
        self.register_buffer("text", torch.from_numpy(material.text), persistent=False)
        self.register_buffer("trait_starts", torch.from_numpy(material.trait_starts), persistent=False)
        self.register_buffer("traits", torch.from_numpy(material.traits), persistent=False)

    def forward(self, rows: Any = None) -> Any:
        """(n, d) unit vectors of all items or of the given rows."""
        here = slice(None) if rows is None else rows
        weights = self.seen[here]
        if self.training and self.id_dropout:
            weights = weights * (self.chance.drop(torch.ones_like(weights), self.id_dropout) > 0)
        vectors = self.own.weight[here] * weights
        if self.text.shape[1]:
            kind = torch.bfloat16 if self.training and self.half else torch.float32
            vectors = vectors + (self.text[here].to(kind) @ self.from_text.to(kind)).float()
        if len(self.from_traits):
            vectors = vectors + self._of_traits(rows)
        return functional.normalize(vectors, dim=-1)

    def _of_traits(self, rows: Any) -> Any:
        if rows is None:
            return functional.embedding_bag(self.traits, self.from_traits, self.trait_starts[:-1], mode="mean")
        begin, lengths = self.trait_starts[rows], self.trait_starts[rows + 1] - self.trait_starts[rows]
        starts = torch.cumsum(lengths, 0) - lengths
        flat = torch.arange(int(lengths.sum())) + torch.repeat_interleave(begin - starts, lengths)
        return functional.embedding_bag(self.traits[flat], self.from_traits, starts, mode="mean")


class Block(nn.Module):  # type: ignore[misc]
    """Causal attention and a wide layer, each added to what came in, normalised before.

    Source: Vaswani et al., Attention is all you need (2017); Kang, McAuley, SASRec (2018).
    """

    def __init__(self, shape: Shape, chance: Chance) -> None:
        super().__init__()
        d = shape.dimension
        self.heads, self.dropout, self.chance = shape.heads, shape.dropout, chance
        self.before = nn.LayerNorm(d)
        self.both = nn.Linear(d, 3 * d)
        self.out = nn.Linear(d, d)
        self.between = nn.LayerNorm(d)
        self.wide = nn.Linear(d, 4 * d)
        self.narrow = nn.Linear(4 * d, d)

    def _drop(self, x: Any) -> Any:
        return self.chance.drop(x, self.dropout) if self.training else x

    def forward(self, x: Any, mask: Any) -> Any:
        """(b, T, d) and what is added to (T, T) scores → (b, T, d)."""
        b, length, d = x.shape
        q, k, v = self.both(self.before(x)).view(b, length, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        shares = ((q @ k.transpose(-1, -2)) * (d // self.heads) ** -0.5 + mask).softmax(-1)
        found = (self._drop(shares).to(v.dtype) @ v).transpose(1, 2).reshape(b, length, d)
        x = x + self._drop(self.out(found))
        wide = self._drop(functional.gelu(self.wide(self.between(x))))
        return x + self._drop(self.narrow(wide))


class Network(nn.Module):  # type: ignore[misc]
    """Events in, for each of them a vector out whose product with an item's vector is the logit of coming next."""

    def __init__(self, material: Material, shape: Shape) -> None:
        super().__init__()
        d = shape.dimension
        self.shape = shape
        self.half = False
        self.chance = Chance()
        self.items = Items(material, shape, self.chance)
        self.places = nn.Parameter(torch.randn(NEWEST, d) * START)
        self.types = nn.Parameter(torch.zeros(len(EVENT_TYPES), d))
        self.gaps = nn.Parameter(torch.zeros(GAPS, d))
        self.first = nn.LayerNorm(d)
        self.blocks = nn.ModuleList(Block(shape, self.chance) for _ in range(shape.blocks))
        self.last = nn.LayerNorm(d)
        self.temperature = nn.Parameter(torch.tensor(math.log(TEMPERATURE)))

    def forward(self, vectors: Any, types: Any, gaps: Any) -> Any:
        """(b, T, d) unit vectors of the items, (b, T) event types and gap buckets → (b, T, d).

        Only what stands before decides an output, so rows may be filled up at their end with anything.
        """
        d = self.shape.dimension
        x = vectors * (LOUDNESS * math.sqrt(d)) + self.places[: vectors.shape[1]]
        x = x + functional.embedding(types, self.types) + functional.embedding(gaps, self.gaps)
        x = self.first(x)
        if self.training:
            x = self.chance.drop(x, self.shape.dropout)
        length = vectors.shape[1]
        mask = torch.full((length, length), FORBIDDEN).triu(1)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half and self.training):
            for block in self.blocks:
                x = block(x, mask)
        return functional.normalize(self.last(x.float()), dim=-1) * self.temperature.exp()
