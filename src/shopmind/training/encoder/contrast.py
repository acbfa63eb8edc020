"""Contrast: texts that belong together come near, others go apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shopmind.encoders import Role
from shopmind.encoders.checks import readable
from shopmind.encoders.onnx_encoder import TokenIds
from shopmind.kit.seeds import generator
from shopmind.stores.ports import Number
from shopmind.training.encoder.mining import Negatives
from shopmind.training.encoder.network import Network
from shopmind.training.encoder.pairs import Graded, Pair, plain


@dataclass(frozen=True)
class Reader:
    """Texts → ids as the encoder reads them, each text cut once."""

    token_ids: TokenIds
    prefixes: Mapping[str, str]
    longest: int
    kept: dict[tuple[str, str], list[int]]

    def ids(self, texts: Sequence[str], role: Role) -> list[list[int]]:
        """Ids of texts; the last token stays the last one when a text is cut at `longest`."""
        prefix = self.prefixes.get(role, "")
        new = [text for text in dict.fromkeys(texts) if (role, text) not in self.kept]
        if new:
            for text, row in zip(new, self.token_ids([prefix + readable(text) for text in new]), strict=True):
                self.kept[role, text] = [*row[: self.longest - 1], row[-1]]
        return [self.kept[role, text] for text in texts]


class Contrasting:
    """Losses over pairs and judgments; a step's batch is drawn from its number alone.

    Args:
        negatives: hard ones by query; `hard` of them join a batch for each pair.
        scale: cosines are multiplied by it before the softmax.
        keep: weight of staying near the teacher, which keeps what the shop's few texts do not speak of.
        teach: texts and role → the teacher's vectors.
    """

    def __init__(
        self,
        network: Network,
        reader: Reader,
        pairs: Sequence[Pair],
        judged: Sequence[Graded],
        negatives: Negatives,
        passages: Mapping[Number, str],
        *,
        batch: int,
        hard: int,
        scale: float,
        keep: float,
        teach: Callable[[Sequence[str], Role], NDArray[np.float32]],
        seed: int,
    ) -> None:
        self._network, self._reader = network, reader
        self._negatives, self._passages = negatives, passages
        self._batch, self._hard, self._scale, self._seed = batch, hard, scale, seed
        self._keep, self._teach = keep, teach
        self._right: dict[str, set[Number]] = {}
        self._by_kind: dict[str, list[Pair]] = {}
        for pair in pairs:
            self._right.setdefault(pair.group, set()).add(pair.item)
            self._by_kind.setdefault(pair.kind, []).append(pair)
        self._kinds = sorted(self._by_kind)
        self._chances: dict[str, NDArray[np.float64]] = {}
        for kind in self._kinds:
            weights = np.array([pair.weight for pair in self._by_kind[kind]])
            self._chances[kind] = weights / weights.sum()
        sizes = np.sqrt([len(self._by_kind[kind]) for kind in self._kinds])
        self._shares = sizes / max(1.0, float(sizes.sum()))
        self._queries = _by_query(judged)

    def loss(self, step: int) -> Any:
        """The loss of pairs, and of judgments every other step where there are some."""
        chance = generator(self._seed, "contrast", step)
        if self._queries and (step % 2 or not self._kinds):
            return self._graded(chance)
        return self._paired(chance)

    def _paired(self, chance: np.random.Generator) -> Any:
        kind = self._kinds[int(chance.choice(len(self._kinds), p=self._shares))]
        among = self._by_kind[kind]
        wanted = min(2 * self._batch, int(np.count_nonzero(self._chances[kind])))
        drawn = [among[i] for i in chance.choice(len(among), wanted, replace=False, p=self._chances[kind])]
        pairs = _distinct(drawn, self._batch)
        items = [pair.item for pair in pairs]
        rights = [pair.right for pair in pairs]
        for pair in pairs if pairs[0].role == "query" else ():
            found = list(self._negatives.get(plain(pair.left), ()))
            chance.shuffle(found)
            for item in found[: self._hard]:
                items.append(item)
                rights.append(self._passages[item])
        lefts, role = [pair.left for pair in pairs], pairs[0].role
        left = self._network.vectors(self._reader.ids(lefts, role))
        right = self._network.vectors(self._reader.ids(rights, "passage"))
        also = np.array([[item in self._right[pair.group] for item in items] for pair in pairs])
        loss = near(left, right, torch.from_numpy(also), self._scale)
        return loss + self._staying(left, lefts, role) + self._staying(right, rights, "passage")

    def _graded(self, chance: np.random.Generator) -> Any:
        rows: list[Graded] = []
        for query in chance.permutation(len(self._queries)).tolist():
            rows += self._queries[query]
            if len(rows) >= self._batch:
                break
        queries, passages = [row.query for row in rows], [row.passage for row in rows]
        left = self._network.vectors(self._reader.ids(queries, "query"))
        right = self._network.vectors(self._reader.ids(passages, "passage"))
        grades = torch.tensor([row.grade for row in rows])
        loss = ordered((left * right).sum(-1), grades, self._scale)
        return loss + self._staying(left, queries, "query") + self._staying(right, passages, "passage")

    def _staying(self, vectors: Any, texts: Sequence[str], role: Role) -> Any:
        if not self._keep:
            return 0.0
        taught = torch.from_numpy(self._teach(texts, role))
        return self._keep * (1 - (vectors * taught).sum(-1)).mean()


def near(left: Any, right: Any, also_right: Any, scale: float) -> Any:
    """Cross-entropy of finding each left text's own right text among all.

    Args:
        left: (n, d) unit vectors. right: (m, d), m ≥ n; the i-th belongs to the i-th left one.
        also_right: (n, m) which others belong to it too, and count neither way.

    Source: Henderson et al., Efficient natural language response suggestion (2017), "multiple negatives"; van den
    Oord et al., InfoNCE (2018): -ln(exp(s·cos(l_i, r_i)) / Σ_j exp(s·cos(l_i, r_j))), mean over i.
    """
    scores = scale * left @ right.T
    own = torch.arange(len(left))
    left_out = also_right.clone()
    left_out[own, own] = False
    return torch.nn.functional.cross_entropy(scores.masked_fill(left_out, -torch.inf), own)


def ordered(cosines: Any, grades: Any, scale: float) -> Any:
    """Wrongly ordered pairs of judgments cost the more the wider they are apart.

    Source: Su, CoSENT (2022): ln(1 + Σ over i, j with grade i > grade j of exp(s·(cos_j - cos_i))).
    """
    wrong = scale * (cosines[None, :] - cosines[:, None])
    better = grades[:, None] > grades[None, :]
    return torch.logsumexp(torch.cat([torch.zeros(1), wrong[better]]), 0)


def _distinct(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """The first pairs without two of one item or one left text: they would be each other's wrong answers."""
    found: list[Pair] = []
    items: set[Number] = set()
    lefts: set[str] = set()
    for pair in pairs:
        if len(found) < most and pair.item not in items and pair.left not in lefts:
            found.append(pair)
            items.add(pair.item)
            lefts.add(pair.left)
    return found


def _by_query(judged: Sequence[Graded]) -> list[list[Graded]]:
    found: dict[str, list[Graded]] = {}
    for row in judged:
        found.setdefault(plain(row.query), []).append(row)
    return list(found.values())
