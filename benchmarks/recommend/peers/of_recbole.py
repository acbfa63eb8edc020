"""RecBole (https://recbole.io): its SASRec and BERT4Rec, trained by its own trainer on its own prefixes."""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Rounds, Stop, best

LONGEST = 50
MOST_EPOCHS, PATIENCE = 300, 10


class SasRec(Peer):
    """SASRec as its defaults are, cross-entropy; an epoch after the other, the best of the validation part is kept."""

    told = "SASRec with its defaults (2 layers, 2 heads, size 64, cross-entropy), 50 steps"
    model: ClassVar[str] = "SASRec"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        if stop is None:
            raise ValueError("it learns in rounds and needs a validation part to end by")
        with tempfile.TemporaryDirectory(prefix="recbole-") as place:
            trainer, batches = self._made(known, options, seed, Path(place))
            rounds = Rounds(stop.seconds, PATIENCE)
            for epoch in range(MOST_EPOCHS):
                trainer._train_epoch(batches, epoch, show_progress=False)
                value = stop.score(self.rank(stop.asked, 10))
                if rounds.ends(value, self._model.state_dict()):
                    break
        self._model.load_state_dict(rounds.best)
        self._rounds = rounds.about()

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer; a history without an item that it knows gets nothing."""
        import torch
        from recbole.data.interaction import Interaction  # type: ignore[import-not-found]

        self._model.eval()
        lists = [each[-LONGEST:] for each in (self._id_of[rows][self._id_of[rows] > 0] for rows in asked.each())]
        some = np.array([case for case, each in enumerate(lists) if len(each)], np.int64)
        found = np.full((len(asked), k), -1, np.int64)
        for start in range(0, len(some), 256):
            cases = some[start : start + 256]
            steps = np.zeros((len(cases), LONGEST), np.int64)
            for row, case in enumerate(cases):
                steps[row, : len(lists[case])] = lists[case]
            lengths = np.array([len(lists[case]) for case in cases])
            told = {"item_id_list": torch.from_numpy(steps), "item_length": torch.from_numpy(lengths)}
            with torch.no_grad():
                scores = self._model.full_sort_predict(Interaction(told)).numpy()
            whole = np.where(self._id_of > 0, scores[:, self._id_of], -np.inf)
            top = best(whole, asked.take(cases), k)
            found[cases, : top.shape[1]] = top
        return found

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"recbole": version("recbole"), "torch": version("torch"), "numpy": version("numpy"), **self._rounds}

    def _made(self, known: Lists, options: Options, seed: int, place: Path) -> tuple[Any, Any]:
        """Its trainer and its batches of all known events; none is kept for its own validation or test."""
        import torch
        from recbole.config import Config  # type: ignore[import-not-found]
        from recbole.data import create_dataset  # type: ignore[import-not-found]
        from recbole.data.dataloader import TrainDataLoader  # type: ignore[import-not-found]
        from recbole.utils import get_model, get_trainer, init_seed  # type: ignore[import-not-found]

        (place / "known").mkdir()
        lines = ["user_id:token\titem_id:token\ttimestamp:float"]
        lines += [f"{user}\t{row}\t{at}" for at, (user, row) in enumerate(zip(known.owners, known.rows, strict=True))]
        (place / "known" / "known.inter").write_text("\n".join(lines) + "\n")
        sys.argv = sys.argv[:1]  # it would read them
        told = {
            "data_path": str(place),
            "checkpoint_dir": str(place),
            "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
            "eval_args": {"split": {"RS": [1.0, 0.0, 0.0]}, "order": "TO", "group_by": "user", "mode": "full"},
            "MAX_ITEM_LIST_LENGTH": LONGEST,
            "train_neg_sample_args": None,
            "train_batch_size": 256,
            "seed": seed,
            "use_gpu": False,
            "state": "ERROR",
            "show_progress": False,
            **options,
        }
        config = Config(model=self.model, dataset="known", config_dict=told)
        torch.set_num_threads(1)
        init_seed(seed, True)
        dataset = create_dataset(config)
        batches = TrainDataLoader(config, dataset.build()[0], None, shuffle=True)
        self._model = get_model(self.model)(config, batches._dataset)
        self._id_of = np.zeros(known.items, np.int64)
        rows = np.unique(known.rows)
        self._id_of[rows] = dataset.token2id("item_id", rows.astype(str))
        return get_trainer(config["MODEL_TYPE"], self.model)(config, self._model), batches


class Bert4Rec(SasRec):
    """BERT4Rec as its defaults are."""

    told = "BERT4Rec with its defaults (2 layers, 2 heads, size 64, a fifth masked), 50 steps"
    model = "BERT4Rec"
