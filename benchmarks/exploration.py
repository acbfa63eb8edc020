"""Do the bandits that fill slots lose as little as other implementations of them, and is what they log what they do?

One slot of a simulated shop whose true rates are known, every policy in the same worlds with the same luck: an arm that
is played at a step is rewarded or not whoever plays it. Beside ours stand MABWiser's policies of the same names at the
same settings (epsilon, prior Beta(1, 1), width, ridge 1), both hearing of every reward before the next request. Two
kinds of worlds: rates that stay, and rates that depend on the request. Regret is what the best arm of each request
would have brought more, with 95 % intervals by bootstrap over the worlds, differences paired. Then what stands in the
logs: how often each arm is drawn against the propensity that is logged, over many draws from one state.

    python -m benchmarks.exploration [--worlds 20] [--steps 5000] [--peers PYTHON]

`--peers` is a Python with mabwiser installed (it brings pandas, scikit-learn and more, so it is no dependency); without
it only ours are run. Writes results/exploration.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import write
from shopmind.kit.seeds import generator, hash64_all
from shopmind.pipeline.bandits import chance_of_best, drawn, mixed
from shopmind.testing.slot_worlds import Policy, World, constant, epsilon_greedy, even, linear, linucb, thompson

ARMS, FEATURES = 10, 4
DRAWS = 2_000
KINDS: Mapping[str, Mapping[str, Policy]] = {
    "constant": {
        "even": even(),
        "epsilon_greedy": epsilon_greedy(0.1),
        "thompson": thompson(),
        "thompson_default": thompson(uniform=0.02, rate=0.05),
    },
    "linear": {"even": even(), "epsilon_greedy": epsilon_greedy(0.1), "linucb": linucb(0.5)},
}
"""Kind of world → ours. "thompson_default" is the reranker as it comes: its prior knows that rewards are rare."""

PEERS: Mapping[str, Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "constant": {
        "epsilon_greedy": ("EpsilonGreedy", {"epsilon": 0.1}),
        "thompson": ("ThompsonSampling", {}),
    },
    "linear": {"linucb": ("LinUCB", {"alpha": 0.5, "l2_lambda": 1.0})},
}
"""Kind of world → ours → MABWiser's policy of that kind and its settings."""

PEER = Path(__file__).with_name("exploration_peer.py")


def worlds_of(kind: str, count: int, steps: int) -> list[World]:
    """The same for everybody."""
    if kind == "constant":
        return [constant(seed, steps=steps, arms=ARMS, best=0.1, spread=0.6) for seed in range(count)]
    return [linear(seed, steps=steps, arms=ARMS, features=FEATURES) for seed in range(count)]


def figure(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean over the worlds, with the interval of the bootstrap."""
    rng = generator(0, "bootstrap")
    means = values[rng.integers(len(values), size=(DRAWS, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {"value": round(float(values.mean()), 2), "low": round(float(low), 2), "high": round(float(high), 2)}


def measure(kind: str, count: int, steps: int, peers: str | None) -> dict[str, Any]:
    """Regret of ours and of the peers in worlds of one kind."""
    worlds = worlds_of(kind, count, steps)
    played: dict[str, list[NDArray[np.int64]]] = {}
    seconds: dict[str, float] = {}
    for name, policy in KINDS[kind].items():
        begun = time.process_time()
        played[f"shopmind.{name}"] = [policy(world, seed, 1) for seed, world in enumerate(worlds)]
        seconds[f"shopmind.{name}"] = time.process_time() - begun
    version = None
    if peers is not None:
        with tempfile.TemporaryDirectory(prefix="shopmind-exploration-") as scratch:
            arrays = {f"{n}_{s}": getattr(w, n) for s, w in enumerate(worlds) for n in ("contexts", "rates", "luck")}
            np.savez(Path(scratch) / "worlds.npz", count=count, **arrays)
            for name, (policy, settings) in PEERS[kind].items():
                done = subprocess.run(
                    [peers, str(PEER), scratch, policy, json.dumps(settings)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                told = json.loads(done.stdout.splitlines()[-1])
                version, seconds[f"mabwiser.{name}"] = told["version"], told["seconds"]
                played[f"mabwiser.{name}"] = list(np.load(Path(scratch) / f"{policy}.npy"))
    regrets = {
        name: np.stack([world.regret(arms) for world, arms in zip(worlds, each, strict=True)])
        for name, each in played.items()
    }
    return {
        "worlds": count,
        "steps": steps,
        "arms": ARMS,
        "mabwiser": version,
        "regret": {
            name: {
                "whole": figure(each[:, -1]),
                "second half": figure(each[:, -1] - each[:, steps // 2]),
                "ms_per_step": round(1000 * seconds[name] / (count * steps), 3),
            }
            for name, each in regrets.items()
        },
        "differences": {
            f"shopmind.{name}-mabwiser.{name}": figure(
                regrets[f"shopmind.{name}"][:, -1] - regrets[f"mabwiser.{name}"][:, -1]
            )
            for name in PEERS[kind]
            if f"mabwiser.{name}" in regrets
        },
    }


def logged(states: int = 20, draws: int = 10_000) -> dict[str, Any]:
    """How far what is drawn lies from what is logged, in standard errors, and the chances from sampled rates."""
    rng = generator(1, "states")
    off, gaps = [], []
    for state in range(states):
        arms = int(rng.integers(2, 40))
        shown = rng.integers(0, 2_000, arms).astype(np.float64)
        won = rng.binomial(shown.astype(np.int64), rng.beta(2, 40, arms)).astype(np.float64)
        alpha, beta = 1 + won, 19 + shown - won
        pure = chance_of_best(alpha, beta)
        chances = mixed(pure, 0.02)
        hashes = hash64_all(f"{state} {each}" for each in range(arms))
        often = np.bincount([drawn(chances, seed, hashes) for seed in range(draws)], minlength=arms) / draws
        off.append((often - chances) / np.sqrt(chances * (1 - chances) / draws))
        rates = rng.beta(alpha, beta, (100_000, arms))
        gaps.append(np.abs(np.bincount(rates.argmax(axis=1), minlength=arms) / len(rates) - pure).max())
    every = np.concatenate(off)
    return {
        "states": states,
        "arms": len(every),
        "draws": draws,
        "standard_errors": {"mean": round(float(every.mean()), 3), "spread": round(float(every.std()), 3)},
        "largest_gap_to_sampled_rates": round(float(max(gaps)), 5),
    }


def main() -> None:
    """Runs all and writes the record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--peers", help="a Python with mabwiser installed")
    asked = parser.parse_args()
    result: dict[str, Any] = {
        "question": (__doc__ or "").split("\n\n")[0],
        "command": f"python -m benchmarks.exploration --worlds {asked.worlds} --steps {asked.steps}"
        + (" --peers PYTHON" if asked.peers else ""),
        "logged": logged(),
    }
    for kind in KINDS:
        result[kind] = measure(kind, asked.worlds, asked.steps, asked.peers)
        print(json.dumps(result[kind]["regret"], indent=1), file=sys.stderr)
    print(write("exploration", result))


if __name__ == "__main__":
    main()
