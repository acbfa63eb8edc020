"""What the encoder and the cross-encoder learn from, gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopmind.indexing.documents import passage
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.encoder import pairs
from shopmind.training.encoder.mining import mine
from shopmind.training.encoder.pairs import Graded, Pair
from shopmind.training.recipe import Tables


@dataclass(frozen=True)
class Material:
    """What is learned from, and what is held out for the proof."""

    learn: Sequence[Pair]
    held: Sequence[Pair]
    judged: Sequence[Graded]
    negatives: Mapping[str, Sequence[int]]
    passages: Mapping[int, str]
    texts: Sequence[str]

    def counts(self) -> dict[str, Any]:
        """How many pairs of each kind, and of the rest."""
        kinds = sorted({pair.kind for pair in (*self.learn, *self.held)})
        of: dict[str, Any] = {
            kind: {
                "learned": sum(pair.kind == kind for pair in self.learn),
                "held_out": sum(pair.kind == kind for pair in self.held),
            }
            for kind in kinds
        }
        return {**of, "judgments": len(self.judged), "hard_negatives": sum(map(len, self.negatives.values()))}


def gather(tables: Tables, options: Any, *, seed: int, progress: Progress) -> Material:
    """Pairs, judgments and hard negatives; no held-out query or item is among what is learned from.

    Raises:
        NotReadyError: there is nothing to learn from.
    """
    every = pairs.gather(tables, options.kinds, good=options.good, seed=seed)
    learn, held = pairs.split(every, options.held_out, options.most_held, seed)
    items = pairs.passages(tables)
    texts = pairs.words_to_read(tables)
    hidden = {pair.group for pair in held}
    judged = [
        row
        for row in (pairs.graded(tables, items) if "judged" in options.kinds else [])
        if pairs.plain(row.query) not in hidden
    ]
    if (options.steps and not learn) or not texts:
        raise NotReadyError(
            f"encoder: the shop has no pairs of the kinds {', '.join(options.kinds)}; it needs descriptions, or "
            "searches followed by clicks, or judgments"
        )
    search = tables.search if options.hard else None
    negatives = mine(
        learn, judged, search, skip=options.skip, depth=options.depth, poor=options.poor, progress=progress
    )
    texts = [text for text in texts if text not in hidden]
    return Material(learn, held, judged, negatives, {number: passage(item) for number, item in items.items()}, texts)


def base_of(tables: Tables, named: str) -> str:
    """The base named, else the shop's own pretrained encoder.

    Raises:
        NotReadyError: the shop's encoder is none that can be trained.
    """
    if named:
        return named
    if tables.encoder in ("minilm", "e5"):
        return tables.encoder
    raise NotReadyError(
        f'encoder: the shop answers with {tables.encoder!r}, which cannot be trained; set encoder = "auto" in '
        "shop.toml, or name a base in its [training.encoder]"
    )
