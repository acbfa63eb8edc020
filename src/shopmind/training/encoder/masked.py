"""Masked words: the network guesses words of the shop's own texts that were taken out.

Source: Devlin et al., BERT (2019): 15 % of the words are chosen; of these 80 % are masked, 10 % become another word,
10 % stay. Gururangan et al., Don't stop pretraining (2020): the same on the domain's own texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from shopmind.encoders import unigram
from shopmind.kit.seeds import generator
from shopmind.training.encoder.network import Ids, Network

CHOSEN = 0.15
MASKS = ("[MASK]", "<mask>", "[UNK]", "<unk>")


def mask_id(words: Mapping[str, bytes]) -> int:
    """The id that stands for a word taken out; the unknown word where a vocabulary has none of its own."""
    if unigram.PIECES in words:
        pieces = words[unigram.PIECES].decode().split("\n")
        return next(pieces.index(each) for each in MASKS if each in pieces)
    tokenizer = Tokenizer.from_buffer(words["tokenizer.json"])
    return int(next(found for each in MASKS if (found := tokenizer.token_to_id(each)) is not None))


class Guessing:
    """The loss of guessing, with a head of its own over the words that the texts use (a small part of E5's 250,000).

    Args:
        ids: the texts, each begun and ended by a special token.
        batch: texts of a step.
    """

    def __init__(self, network: Network, ids: Ids, *, mask: int, batch: int, seed: int) -> None:
        self._network = network
        self._ids = [row for row in ids if len(row) > 2]
        self._mask = mask
        self._batch = batch
        self._seed = seed
        self._used = np.unique(np.concatenate([np.asarray(row) for row in self._ids]))
        hidden = network.base.dimension
        self._dense = torch.nn.Linear(hidden, hidden)
        torch.nn.init.eye_(self._dense.weight)  # a sentence encoder has lost its head: begin as if there were none
        torch.nn.init.zeros_(self._dense.bias)
        self._norm = torch.nn.LayerNorm(hidden)
        self._bias = torch.nn.Parameter(torch.zeros(len(self._used)))

    def trained(self) -> list[tuple[str, Any]]:
        """The head's own parameters."""
        named = [(f"dense.{name}", each) for name, each in self._dense.named_parameters()]
        named += [(f"norm.{name}", each) for name, each in self._norm.named_parameters()]
        return [*named, ("bias", self._bias)]

    def loss(self, step: int) -> Any:
        """Mean cross-entropy of the words taken out of the step's texts."""
        chance = generator(self._seed, "masked", step)
        rows = chance.choice(len(self._ids), min(self._batch, len(self._ids)), replace=False)
        texts = [list(self._ids[row]) for row in rows]
        places, right = taken_out(texts, self._mask, self._used, chance)
        output, _ = self._network.tokens(texts)
        found = output[torch.from_numpy(places[:, 0]), torch.from_numpy(places[:, 1])]
        found = self._norm(torch.nn.functional.gelu(self._dense(found)) + found)
        table = self._network.words.weight[torch.from_numpy(self._used)]
        scores = found @ table.T + self._bias
        target = torch.from_numpy(np.searchsorted(self._used, right))
        return torch.nn.functional.cross_entropy(scores, target)


def taken_out(
    texts: Sequence[list[int]], mask: int, used: NDArray[np.int64], chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Takes words out of `texts` in place, one of each text at least; never the first or last token.

    Returns:
        (m, 2) text and place of each, and (m,) the ids that stood there.
    """
    places, right = [], []
    for row, text in enumerate(texts):
        inner = np.arange(1, len(text) - 1)
        chosen = inner[chance.random(len(inner)) < CHOSEN]
        if not len(chosen):
            chosen = chance.choice(inner, 1)
        for place in chosen.tolist():
            places.append((row, place))
            right.append(text[place])
            what = chance.random()
            if what < 0.8:
                text[place] = mask
            elif what < 0.9:
                text[place] = int(chance.choice(used))
    return np.array(places, np.int64), np.array(right, np.int64)
