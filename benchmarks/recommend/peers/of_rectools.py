"""RecTools (https://github.com/MobileTeleSystems/RecTools): its SASRec with full softmax."""

from __future__ import annotations

import logging
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Rounds, Stop

LONGEST, USUAL = 50, 98
"""Steps that are looked at: as many as USUAL per cent of the known lists have, at most LONGEST; padding costs time."""

MOST_EPOCHS, PATIENCE = 200, 20
"""Its first rounds stay near popularity for a while: with a patience of 5 it ended there on Office."""
START_MS = 1_500_000_000_000


class SasRec(Peer):
    """SASRecModel, one epoch after the other; the best of the validation part is kept."""

    told = "SASRecModel: 2 blocks, 2 heads, 64 factors, softmax over all items, dropout 0.3"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        import torch
        from pytorch_lightning import seed_everything  # type: ignore[import-not-found]
        from rectools.models import SASRecModel  # type: ignore[import-not-found]

        if stop is None:
            raise ValueError("it learns in rounds and needs a validation part to end by")
        _hush()
        torch.set_num_threads(1)
        seed_everything(seed)
        self._model = SASRecModel(
            n_blocks=2,
            n_heads=2,
            n_factors=64,
            dropout_rate=0.3,
            session_max_len=min(LONGEST, int(np.percentile(np.diff(known.starts), USUAL))),
            loss="softmax",
            lr=0.001,
            batch_size=128,
            recommend_torch_device="cpu",
            **options,
        )
        table, rounds = _dataset(known), Rounds(stop.seconds, PATIENCE)
        for _ in range(MOST_EPOCHS):
            self._model.fit_partial(table, min_epochs=1, max_epochs=1)
            value = stop.score(self.rank(stop.asked, 10))
            if rounds.ends(value, self._model.torch_model.state_dict()):
                break
        self._model.torch_model.load_state_dict(rounds.best)
        self._rounds = rounds.about()

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer; a history without an item that it knows gets nothing."""
        found = np.full((len(asked), k), -1, np.int64)
        cases = np.arange(len(asked))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = self._model.recommend(
                cases, _dataset(asked), k=k, filter_viewed=True, on_unsupported_targets="ignore"
            )
        found[told["user_id"].to_numpy(), told["rank"].to_numpy() - 1] = told["item_id"].to_numpy()
        return found

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"rectools": version("rectools"), "torch": version("torch"), "numpy": version("numpy"), **self._rounds}


def _dataset(lists: Lists) -> Any:
    """Its Dataset; the order within a list is all that the times say."""
    import pandas as pd  # type: ignore[import-untyped]
    from rectools.dataset import Dataset  # type: ignore[import-not-found]

    places = np.arange(len(lists.rows))
    moments = pd.to_datetime(START_MS + 1000 * places, unit="ms")
    columns = {"user_id": lists.owners, "item_id": lists.rows, "weight": 1.0, "datetime": moments}
    return Dataset.construct(pd.DataFrame(columns))


def _hush() -> None:
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=".*lightning.*")
