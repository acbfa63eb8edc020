"""A run of training steps that a kill does not undo: everything a step depends on is kept or drawn from its number."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from shopmind.kit.files import storage_faults
from shopmind.kit.log import note
from shopmind.kit.progress import Progress

logger = logging.getLogger(__name__)

WARM_UP = 0.1
CLIP = 1.0
WEIGHT_DECAY = 0.01
LOSSES_KEPT = 50


@dataclass(frozen=True)
class Phase:
    """A run of steps with one loss.

    Attributes:
        loss: step number → the loss of that step's batch; the batch depends on nothing but the number.
        trained: names and parameters.
        rate: learning rate at its highest; it rises over the first tenth and falls to 0 in a straight line.
        rates: parameter name → its own highest rate.
    """

    name: str
    steps: int
    loss: Callable[[int], Any]
    trained: Sequence[tuple[str, Any]]
    rate: float
    rates: dict[str, float]


@dataclass(frozen=True)
class Kept:
    """Where a run keeps what it goes on with.

    Attributes:
        file: None keeps nothing.
        fingerprint: of data, options and seed; what another run kept is thrown away.
        every: steps between two savings.
    """

    file: Path | None
    fingerprint: str
    every: int


def fingerprint(*things: Any) -> str:
    """A digest of anything that JSON can say."""
    return hashlib.blake2b(json.dumps(things, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def run(phases: Sequence[Phase], kept: Kept, progress: Progress) -> dict[str, list[float]]:
    """Runs the phases in their order, from where a killed run stopped.

    Returns:
        Phase → mean loss of each LOSSES_KEPT steps.
    """
    held = _load(kept)
    losses: dict[str, list[float]] = held.get("losses", {})
    for number, phase in enumerate(phases):
        if number < held.get("phase", 0):
            continue
        optimiser = torch.optim.AdamW(
            [{"params": [each], "lr": phase.rates.get(name, phase.rate)} for name, each in phase.trained],
            weight_decay=WEIGHT_DECAY,
        )
        highest = [float(group["lr"]) for group in optimiser.param_groups]
        start = 0
        if held.get("phase") == number:
            _restore(phase, optimiser, held)
            start = int(held["step"])
        running = losses.setdefault(phase.name, [])
        for step in range(start, phase.steps):
            for group, rate in zip(optimiser.param_groups, highest, strict=True):
                group["lr"] = rate * _share(step, phase.steps)
            running.append(_step(phase, optimiser, step))
            progress(phase.name, step + 1, phase.steps)
            if (step + 1) % kept.every == 0 or step + 1 == phase.steps:
                _save(kept, number, step + 1, phase, optimiser, losses)
    return {name: _thinned(values) for name, values in losses.items()}


def _step(phase: Phase, optimiser: Any, step: int) -> float:
    torch.manual_seed(step)  # dropout, the same whether the run was killed before or not
    optimiser.zero_grad()
    loss = phase.loss(step)
    loss.backward()
    torch.nn.utils.clip_grad_norm_([each for _, each in phase.trained], CLIP)
    optimiser.step()
    return float(loss.detach())


def _share(step: int, steps: int) -> float:
    rise = max(1, math.ceil(WARM_UP * steps))
    return (step + 1) / rise if step < rise else (steps - step) / max(1, steps - rise)


def _save(kept: Kept, number: int, step: int, phase: Phase, optimiser: Any, losses: dict[str, list[float]]) -> None:
    if kept.file is None:
        return
    body = {
        "fingerprint": kept.fingerprint,
        "phase": number,
        "step": step,
        "losses": losses,
        "weights": {name: each.detach() for name, each in phase.trained},
        "optimiser": optimiser.state_dict(),
    }
    draft = kept.file.with_suffix(".draft")
    with storage_faults(kept.file):
        kept.file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(body, draft)
        os.replace(draft, kept.file)


def _load(kept: Kept) -> dict[str, Any]:
    if kept.file is None or not kept.file.exists():
        return {}
    try:
        held: dict[str, Any] = torch.load(kept.file, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        note(logger, logging.WARNING, "an interrupted training cannot be read, it begins anew", why=str(error)[:200])
        return {}
    return held if held.get("fingerprint") == kept.fingerprint else {}


def _restore(phase: Phase, optimiser: Any, held: dict[str, Any]) -> None:
    with torch.no_grad():
        for name, each in phase.trained:
            each.copy_(held["weights"][name])
    optimiser.load_state_dict(held["optimiser"])


def _thinned(values: list[float]) -> list[float]:
    parts = [values[start : start + LOSSES_KEPT] for start in range(0, len(values), LOSSES_KEPT)]
    return [round(sum(part) / len(part), 4) for part in parts]
