"""Plays one policy of MABWiser in the worlds of benchmarks/exploration.py; run by a Python that has it installed.

    python exploration_peer.py FOLDER POLICY SETTINGS

Reads FOLDER/worlds.npz, writes FOLDER/POLICY.npy with the arm played at each step of each world, and prints seconds of
processor time and the version.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


def play(contexts: Any, rates: Any, luck: Any, policy: str, settings: dict[str, Any], seed: int) -> Any:
    """(t,) arms; every reward is heard of before the next step. The first arm is given, for it must have seen one."""
    from mabwiser.mab import MAB, LearningPolicy

    steps, arms = rates.shape
    bandit = MAB(list(range(arms)), getattr(LearningPolicy, policy)(**settings), seed=seed)
    played = np.zeros(steps, np.int64)
    for step in range(steps):
        asked = {"contexts": [contexts[step].tolist()]} if contexts.shape[1] else {}
        played[step] = bandit.predict(**asked) if step else seed % arms
        reward = int(luck[step, played[step]] < rates[step, played[step]])
        (bandit.partial_fit if step else bandit.fit)([int(played[step])], [reward], **asked)
    return played


def main() -> None:
    """One policy in all worlds."""
    warnings.filterwarnings("ignore")
    folder, policy, settings = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    worlds = np.load(folder / "worlds.npz")
    begun = time.process_time()
    played = [
        play(*(worlds[f"{name}_{seed}"] for name in ("contexts", "rates", "luck")), policy, settings, seed)
        for seed in range(int(worlds["count"]))
    ]
    np.save(folder / f"{policy}.npy", np.stack(played))
    print(json.dumps({"seconds": time.process_time() - begun, "version": version("mabwiser")}))


if __name__ == "__main__":
    main()
