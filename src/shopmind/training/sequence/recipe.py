"""The recipe `sequence`: a few networks over the same log, trained side by side, that answer as one."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from shopmind.kit.options import positive
from shopmind.kit.progress import Progress
from shopmind.training.encoder import alone
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sequence import need_torch
from shopmind.training.sequence.material import gather
from shopmind.training.sequence_model import CENTRE, TRAITS

CHECKPOINT = "sequence.pt"


class SequenceRecipe(Recipe):
    """A causal transformer over a user's newest events, whose items are vectors of id, text and traits.

    Source: Kang, McAuley, SASRec (ICDM 2018), with cross-entropy over all items (Klenitskiy, Vasilev, RecSys 2023), a
    cosine output of learned temperature, and text and traits added to the id vector.
    The last step of every user (or Tables.held) ends the training and is not learned from.
    """

    @dataclass(frozen=True)
    class Options:
        """networks: trained side by side, each in a process of its own, by seeds of their own; their answers are
        averaged. threads: of each. dimension: of the vectors. blocks, heads: of the transformer. dropout: in it.
        text_scale: size of the text's part of an item's vector beside that of its id, at the start. id_dropout: share
        of the items that a step knows by text and traits alone.
        epochs: at most. patience: epochs without gain. learning_rate: at its highest. weight_decay: of matrices.
        average: how slowly the mean of the weights forgets, 0 for the weights themselves. batch: events of a step.
        half: products in bfloat16; "auto" where the processor is quicker in it. whole_up_to: items up to which a step
        looks at all of them. sample: items it looks at beyond. minutes: to train for, fewer epochs where they are
        short; 0 for as long as it takes. save_every_s: what a kill can cost. users: with two events that are needed.
        judges: users whose last step is looked at.
        """

        networks: int = 2
        threads: int = 1
        dimension: int = 64
        blocks: int = 2
        heads: int = 2
        dropout: float = 0.2
        text_scale: float = 0.5
        id_dropout: float = 0.1
        epochs: int = 12
        patience: int = 3
        learning_rate: float = 1.5e-3
        weight_decay: float = 0.0
        average: float = 0.99
        batch: int = 1_536
        half: Literal["auto", "yes", "no"] = "auto"
        whole_up_to: int = 50_000
        sample: int = 20_000
        minutes: float = 20.0
        save_every_s: float = 60.0
        users: int = 200
        judges: int = 10_000

        def __post_init__(self) -> None:
            positive(self, "networks", "threads", "dimension", "blocks", "heads")
            positive(self, "epochs", "patience", "batch", "judges")
            if self.dimension % self.heads:
                raise ValueError(f"dimension {self.dimension} is not a multiple of heads {self.heads}")
            for name in ("dropout", "id_dropout", "average"):
                if not 0 <= getattr(self, name) < 1:
                    raise ValueError(f"{name} is {getattr(self, name)}, allowed is 0 up to below 1")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of sequence_model, with nDCG@10 of the held step for the card.

        Raises:
            MissingExtraError: torch is not installed.
            BusyError: another process trains it.
            NotReadyError: fewer users than `users` have two events.
        """
        need_torch("training the sequence model")
        with ExitStack() as held:
            work = tables.work or Path(held.enter_context(tempfile.TemporaryDirectory(prefix="shopmind-sequence-")))
            held.enter_context(alone(work, CHECKPOINT))
            return _fit(tables, options, seed, progress, work)


def _fit(tables: Tables, options: Any, seed: int, progress: Progress, work: Path) -> Fitted:
    from shopmind.training.sequence.side_by_side import trained

    material = gather(tables, least=options.users, judges=options.judges, seed=seed)
    networks = trained(material, options, tables.columns.size, seed=seed, work=work, progress=progress)
    arrays = {f"{name}_{number}": array for number, each in enumerate(networks) for name, array in each.arrays.items()}
    figures = {
        "users": int(len(material.starts) - 1),
        "items": int(np.count_nonzero(material.seen)),
        "targets": int(np.count_nonzero(material.weights)),
        "held_steps": int(len(material.held_starts) - 1),
        "networks": [each.figures for each in networks],
    }
    return Fitted({**arrays, CENTRE: material.centre, TRAITS: material.keys}, figures)
