"""The training of one network: it ends when the held step is foreseen no better, and goes on after a kill."""

from __future__ import annotations

import copy
import logging
import math
import os
import pickle
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from shopmind.kit.files import storage_faults
from shopmind.kit.log import note
from shopmind.kit.progress import Progress
from shopmind.training.sequence.batches import batch, plan
from shopmind.training.sequence.loss import cross_entropy, quick_half, stratified
from shopmind.training.sequence.material import Material
from shopmind.training.sequence.measure import held_ndcg
from shopmind.training.sequence.network import Network, Shape

logger = logging.getLogger(__name__)

WARM_UP = 200
LOWEST = 0.05
CLIP = 1.0
UNJUDGED = 0.3
"""Share of the epochs after which the held step is first looked at: no training is best so early."""
TRIED = 20
"""Steps after which the time of an epoch is foretold."""


@dataclass
class Run:
    """What a training goes on with after a kill: everything else is drawn from the numbers in here.

    Attributes:
        half: whether products are in bfloat16. epochs: planned, fewer than asked for where time is short; 0 before
            it is known. epoch, step: the next step.
        average: a slow mean of the weights, which is what is measured and kept.
        best: the state that foresaw most, its nDCG and the epoch after which it was there.
        told: nDCG of the held step after each epoch that was judged.
        spent_s, processor_s: of all processes that worked at it, by the clock and on the processor.
    """

    half: bool
    epochs: int = 0
    epoch: int = 0
    step: int = 0
    spent_s: float = 0.0
    processor_s: float = 0.0
    average: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    best_ndcg: float = -1.0
    best_epoch: int = 0
    told: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


def train(
    material: Material,
    options: Any,
    *,
    seed: int,
    keep: Path | None,
    fingerprint: str,
    progress: Progress,
    title: str,
) -> tuple[Network, Run]:
    """A trained network in its best state, and how it came to be.

    Args:
        options: SequenceRecipe.Options.
        keep: the file a killed training goes on from; None keeps nothing.
        fingerprint: of material, options and seed; what another training kept is not taken.
    """
    torch.manual_seed(seed)
    network = Network(material, Shape(**{name: getattr(options, name) for name in Shape.__dataclass_fields__}))
    optimiser = _optimiser(network, options)
    run = _load(keep, fingerprint, network, optimiser)
    if run is None:
        run = Run(_half(options, material))
    lengths = material.starts[1:] - material.starts[:-1]
    network.half = network.items.half = run.half
    steps = _Steps(network, optimiser, material, options, seed, run, len(plan(lengths, options.batch, seed, 0)))
    saved = time.monotonic()
    while not _over(run, options):
        parts = plan(lengths, options.batch, seed, run.epoch)
        while run.step < len(parts):
            start = time.monotonic(), time.process_time()
            steps.take(parts[run.step])
            run.step += 1
            run.spent_s += time.monotonic() - start[0]
            run.processor_s += time.process_time() - start[1]
            if not run.epochs and run.step == min(TRIED, len(parts)):
                run.epochs = _affordable(options, run.spent_s / run.step * len(parts))
            total = len(parts) * (run.epochs or options.epochs)
            progress(title, run.epoch * len(parts) + run.step, total)
            if time.monotonic() - saved > options.save_every_s:
                _save(keep, fingerprint, network, optimiser, run)
                saved = time.monotonic()
        if run.epoch + 1 >= (run.epochs or options.epochs) * UNJUDGED:
            _judge(network, material, run)
        run.epoch, run.step = run.epoch + 1, 0
        _save(keep, fingerprint, network, optimiser, run)
        saved = time.monotonic()
    network.load_state_dict(run.best or run.average)
    network.eval()
    return network, run


def _half(options: Any, material: Material) -> bool:
    if options.half != "auto":
        return bool(options.half == "yes")
    return quick_half(options.dimension, len(material.numbers))


def _over(run: Run, options: Any) -> bool:
    late = bool(run.best) and run.epoch - run.best_epoch >= options.patience
    return (run.epochs > 0 and run.epoch >= run.epochs) or late


def _affordable(options: Any, epoch_s: float) -> int:
    """Epochs that fit into the time budget, one at least; a tenth is left for measuring."""
    if options.minutes <= 0:
        return int(options.epochs)
    return max(1, min(int(options.epochs), int(0.9 * options.minutes * 60 / max(epoch_s, 1e-6))))


def _optimiser(network: Network, options: Any) -> Any:
    """AdamW; only matrices decay."""
    matrices = [each for each in network.parameters() if each.dim() >= 2]
    others = [each for each in network.parameters() if each.dim() < 2]
    groups = [{"params": matrices, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), fused=True)


@dataclass
class _Steps:
    network: Network
    optimiser: Any
    material: Material
    options: Any
    seed: int
    run: Run
    of_epoch: int

    def take(self, windows: Any) -> None:
        """One step. Dropout and samples are drawn from its number, so a resumed run is the same run."""
        run, options = self.run, self.options
        number = run.epoch * self.of_epoch + run.step
        torch.manual_seed((self.seed << 32) + number)
        self.network.chance.draw((self.seed << 32) + number)
        rate = options.learning_rate * _share(number, self.of_epoch * (run.epochs or options.epochs))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad()
        loss = self._loss(windows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimiser.step()
        run.losses.append(float(loss.detach()))
        self._average(number)

    def _loss(self, windows: Any) -> Any:
        given = batch(self.material, windows)
        counted = given.weights > 0
        if not bool(counted.any()):
            return 0.0 * self.network.temperature
        targets, offsets, items = given.targets[counted], None, None
        inputs = given.rows
        if len(self.material.numbers) > self.options.whole_up_to:
            known = torch.ones(len(self.material.numbers), dtype=torch.bool)
            items, offsets, targets = stratified(targets, known, self.options.sample, torch.default_generator)
            used, inputs = torch.unique(inputs, return_inverse=True)
            both = torch.unique(torch.cat([items, used]))
            table = self.network.items(both)
            vectors, inputs = table[torch.searchsorted(both, items)], torch.searchsorted(both, used)[inputs]
        else:
            vectors = table = self.network.items()
        hidden = self.network(table[inputs], given.types, given.gaps)[counted]
        return cross_entropy(
            hidden,
            vectors,
            targets,
            given.weights[counted],
            offsets=offsets,
            half=self.run.half,
        )

    def _average(self, number: int) -> None:
        """Source: Izmailov et al. (2018) and others; the mean forgets its beginning as (1 + t) / (10 + t)."""
        state = self.network.state_dict()
        if not self.run.average:
            self.run.average = copy.deepcopy(state)
            return
        share = 1 - min(self.options.average, (1 + number) / (10 + number))
        names = list(state)
        torch._foreach_lerp_([self.run.average[name] for name in names], [state[name] for name in names], share)


def _share(number: int, steps: int) -> float:
    """Rises over the first WARM_UP steps (or a tenth), then falls as a cosine to LOWEST."""
    warm = min(1.0, (number + 1) / max(1, min(WARM_UP, steps // 10)))
    return warm * (LOWEST + (1 - LOWEST) * 0.5 * (1 + math.cos(math.pi * min(1.0, number / steps))))


def _judge(network: Network, material: Material, run: Run) -> None:
    """Measures the averaged weights on the held step; without one the newest are the best."""
    own = copy.deepcopy(network.state_dict())
    network.load_state_dict(run.average)
    found = held_ndcg(network, material)
    run.told.append(round(found, 5))
    if not found <= run.best_ndcg:
        run.best, run.best_ndcg, run.best_epoch = copy.deepcopy(run.average), found, run.epoch + 1
    network.load_state_dict(own)


def _save(keep: Path | None, fingerprint: str, network: Network, optimiser: Any, run: Run) -> None:
    if keep is None:
        return
    body = {
        "fingerprint": fingerprint,
        "run": {name: getattr(run, name) for name in Run.__dataclass_fields__},
        "weights": network.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    draft = keep.with_suffix(".draft")
    with storage_faults(keep):
        keep.parent.mkdir(parents=True, exist_ok=True)
        torch.save(body, draft)
        os.replace(draft, keep)


def _load(keep: Path | None, fingerprint: str, network: Network, optimiser: Any) -> Run | None:
    if keep is None or not keep.exists():
        return None
    try:
        held = torch.load(keep, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        note(logger, logging.WARNING, "an interrupted training cannot be read, it begins anew", why=str(error)[:200])
        return None
    if held.get("fingerprint") != fingerprint:
        return None
    network.load_state_dict(held["weights"])
    optimiser.load_state_dict(held["optimiser"])
    return Run(**held["run"])
