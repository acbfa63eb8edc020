"""The learners of scikit-uplift over LightGBM, run by benchmarks.promotions in a Python that has them.

    PYTHON promotions_peer.py FILE.npz …

A file holds learn, treated, outcome and ask; the answers are written beside it, one array a learner.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from lightgbm import LGBMClassifier
from sklift.models import ClassTransformation, SoloModel, TwoModels


def main() -> None:
    """Learns and answers, file after file."""
    for name in sys.argv[1:]:
        answer(Path(name))


def answer(path: Path) -> None:
    """Writes what the learners say of the people of one file."""
    held = np.load(path)

    def model() -> LGBMClassifier:
        return LGBMClassifier(
            n_estimators=60,
            num_leaves=4,
            learning_rate=0.05,
            min_child_samples=int(held["at_least"]),
            n_jobs=1,
            verbose=-1,
            random_state=0,
        )

    learners = {
        "sklift_solo": SoloModel(model()),
        "sklift_two_models": TwoModels(model(), model()),
        "sklift_class_transformation": ClassTransformation(model()),
    }
    said = {}
    for name, learner in learners.items():
        learner.fit(held["learn"], held["outcome"], held["treated"])
        said[name] = np.asarray(learner.predict(held["ask"]))
    np.savez(path.with_suffix(".said.npz"), **said)


if __name__ == "__main__":
    main()
