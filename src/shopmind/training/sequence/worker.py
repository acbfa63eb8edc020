"""`python -m shopmind.training.sequence.worker FOLDER NUMBER PIPE`: trains one network of a task, writes its arrays.

The material comes as a file on standard input.
It prints the share that is done, a line a second at most. It ends with the process that started it: that one holds the
other end of the pipe, and the next training must not meet what this one would still write.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from shopmind.kit.orphans import end_with

EVERY_S = 1.0


class Told:
    """Progress as lines on standard output."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, title: str, done: int, total: int | None) -> None:
        """Prints the share."""
        if time.monotonic() - self._last >= EVERY_S:
            self._last = time.monotonic()
            sys.stdout.write(f"{done / (total or 1):.4f}\n")
            sys.stdout.flush()


def main(folder: Path, number: int) -> None:
    """Trains network `number` of the task in `folder`."""
    import numpy as np  # here: all this takes seconds to import
    import torch

    from shopmind.kit.options import build
    from shopmind.training.sequence.export import arrays
    from shopmind.training.sequence.loop import train
    from shopmind.training.sequence.material import Material
    from shopmind.training.sequence.recipe import SequenceRecipe
    from shopmind.training.sequence.side_by_side import TASK

    task = json.loads((folder / TASK).read_text("utf-8"))
    options = build(SequenceRecipe.Options, task["options"], where="task")
    material = Material.load(sys.stdin.buffer)
    torch.set_num_threads(options.threads)
    network, run = train(
        material,
        options,
        seed=1_000 * task["seed"] + number,
        keep=folder / f"network.{number}.pt",
        fingerprint=task["mark"],
        progress=Told(),
        title="network",
    )
    figures = {
        "held_ndcg@10": None if run.best_ndcg < 0 or np.isnan(run.best_ndcg) else round(run.best_ndcg, 5),
        "epoch": run.best_epoch,
        "epochs": run.epoch,
        "after_each": [None if np.isnan(each) else each for each in run.told],
        "half": run.half,
        "processor_s": round(run.processor_s, 1),
    }
    file = folder / f"network.{number}.npz"
    draft = file.with_suffix(".draft.npz")
    made: dict[str, Any] = arrays(network, material.numbers, task["size"])
    np.savez(draft, figures=np.array(json.dumps(figures)), **made)
    os.replace(draft, file)


if __name__ == "__main__":
    end_with(int(sys.argv[3]))
    main(Path(sys.argv[1]), int(sys.argv[2]))
