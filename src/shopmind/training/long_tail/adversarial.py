"""The recipe `tail_generator`: a network that makes up goods a user would like, taught by one that tells real ones.

The generator sees a user's profile and noise and answers with a point of the space of goods; the discriminator sees the
profile and a point, and tells the goods of the tail that users like this went on to choose from points that were made
up. At serving the goods of the tail nearest to a few generated points are shown (pipeline/retrievers/imagined.py).

Source: conditional adversarial nets, Mirza and Osindero (arXiv:1411.1784), on users' vectors as in CFGAN, Chae, Kang,
Kim, Lee (CIKM 2018), for the long tail as in Krishnan, Sharma, Sankar, Sundaram, An adversarial approach to improve
long-tail performance in neural collaborative filtering (CIKM 2018); the loss of the generator is the non-saturating one
of Goodfellow et al. (NIPS 2014). Other users' goods of the tail are shown to the discriminator as wrong too, so that
the profile matters (matching-aware, Reed et al., ICML 2016).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator, hash64
from shopmind.training.baskets import held
from shopmind.training.likeness import text_vectors
from shopmind.training.long_tail.space import LEAK, generated, item_space, profile, unit
from shopmind.training.long_tail.tail import chosen, tail_of
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sequence import need_torch
from shopmind.training.worth import WORTH

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float32]
AMONG = 100
"""Goods of the tail that the right one is ranked among, for the card."""


class TailGeneratorRecipe(Recipe):
    """The space of goods and the weights of the generator, as arrays that numpy reads."""

    @dataclass(frozen=True)
    class Options:
        """weights: event type → weight. head_share: share of all choices that the head takes; the tail is the rest.
        dimension: of each half of the space (space.item_space). newest: events of a user that make a profile. noise:
        dimensions of it. hidden: width of both networks. draws: points that are made for one user. steps: of the
        training. batch: pairs of a step. learning_rate: of both networks. pull: weight of 1 - cosine to the real one
        beside the adversarial loss; 0 is a purely adversarial generator. pairs: that teach, at most. at_least: pairs
        that are needed.
        """

        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        head_share: float = 0.8
        dimension: int = 48
        newest: int = 20
        noise: int = 16
        hidden: int = 256
        draws: int = 4
        steps: int = 2_000
        batch: int = 256
        learning_rate: float = 2e-4
        pull: float = 1.0
        pairs: int = 200_000
        at_least: int = 200

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Arrays `space` (size, d) float16, `tail` (size,), the generator's weights and its kept `noise`.

        Raises:
            MissingExtraError: without the extra [train].
            NotReadyError: too few users went on to something of the tail.
        """
        need_torch("the recipe tail_generator")
        lines = chosen(tables, options.weights)
        tail = tail_of(tables, lines, options.head_share, "tail_generator")
        holding = held(lines, tables.columns.size, 200, seed)
        space = item_space(text_vectors(tables), holding, options.dimension, seed)
        profiles, items = pairs_of(lines, space, tail, options.newest)
        if len(items) < options.at_least:
            raise NotReadyError(
                f"tail_generator: {len(items)} times somebody went on to something of the tail; "
                f"{options.at_least} are needed"
            )
        chance = generator(seed, "tail_generator")
        order = chance.permutation(len(items))[: options.pairs]
        judged = order[: max(1, len(order) // 20)]
        taught = order[len(judged) :]
        arrays = Game(space, tail, options, seed).play(profiles[taught], items[taught], progress)
        arrays |= {"space": space.astype(np.float16), "tail": tail}
        figures = {
            "pairs": len(items),
            "tail": int(tail.sum()),
            **_judged(arrays, profiles[judged], items[judged], chance),
        }
        return Fitted(arrays, figures)


def pairs_of(
    lines: pl.DataFrame, space: Floats, tail: NDArray[np.bool_], newest: int
) -> tuple[Floats, NDArray[np.int64]]:
    """(n, d) profiles and (n,) goods of the tail that the user chose next, by owner and time."""
    ordered = lines.sort("owner", "last_ms")
    owners, items = ordered["owner"].to_numpy(), ordered["item"].to_numpy()
    starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
    first = np.repeat(starts, np.diff(np.append(starts, len(owners))))
    steps = np.flatnonzero(tail[items] & (np.arange(len(items)) > first) & space[items].any(axis=1))
    made = [profile(space, items[max(first[step], step - newest) : step]) for step in steps]
    kept = np.array([each.any() for each in made], np.bool_)
    profiles = np.stack(made)[kept] if len(made) else np.empty((0, space.shape[1]), np.float32)
    return profiles, items[steps[kept]] if len(made) else np.empty(0, np.int64)


class Game:
    """Both networks, playing against each other."""

    def __init__(self, space: Floats, tail: NDArray[np.bool_], options: Any, seed: int) -> None:
        import torch
        from torch import nn

        torch.manual_seed(hash64(f"tail_generator {seed}") % 2**31)
        width, self._options, self._space = space.shape[1], options, space
        self._likely = np.flatnonzero(tail & space.any(axis=1))
        self._chance = generator(seed, "game")

        def network(given: int, out: int) -> nn.Sequential:
            return nn.Sequential(nn.Linear(given, options.hidden), nn.LeakyReLU(LEAK), nn.Linear(options.hidden, out))

        self._makes = network(width + options.noise, width)
        self._tells = network(2 * width, 1)
        betas = (0.5, 0.999)
        self._makers = torch.optim.Adam(self._makes.parameters(), lr=options.learning_rate, betas=betas)
        self._tellers = torch.optim.Adam(self._tells.parameters(), lr=options.learning_rate, betas=betas)

    def play(self, profiles: Floats, items: NDArray[np.int64], progress: Progress) -> dict[str, NDArray[Any]]:
        """The generator's arrays after all steps."""
        import torch

        options = self._options
        for step in range(options.steps):
            rows = self._chance.integers(0, len(items), options.batch)
            of = torch.from_numpy(profiles[rows])
            real = torch.from_numpy(self._space[items[rows]])
            wrong = torch.from_numpy(self._space[self._chance.permutation(items[rows])])
            made = self._make(of)
            self._teach_to_tell(of, real, made.detach(), wrong)
            self._teach_to_make(of, real, made)
            if step % 200 == 0 or step == options.steps - 1:
                progress("fit tail_generator", step + 1, options.steps)
        layers = [self._makes[0], self._makes[2]]
        arrays: dict[str, NDArray[Any]] = {}
        for name, layer in zip(("first", "second"), layers, strict=True):
            arrays[name] = layer.weight.detach().numpy().copy()
            arrays[f"{name}_bias"] = layer.bias.detach().numpy().copy()
        return arrays | {"noise": self._chance.standard_normal((options.draws, options.noise)).astype(np.float32)}

    def _make(self, of: torch.Tensor) -> torch.Tensor:
        import torch

        noise = self._chance.standard_normal((len(of), self._options.noise)).astype(np.float32)
        made = self._makes(torch.cat([of, torch.from_numpy(noise)], dim=1)) + of
        return torch.nn.functional.normalize(made, dim=1)

    def _teach_to_tell(self, of: torch.Tensor, real: torch.Tensor, made: torch.Tensor, wrong: torch.Tensor) -> None:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

        told = [self._tells(torch.cat([of, each], dim=1)) for each in (real, made, wrong)]
        loss = loss_of(told[0], torch.full_like(told[0], 0.9))  # one-sided smoothing, Salimans et al., NIPS 2016
        loss = loss + sum(loss_of(each, torch.zeros_like(each)) for each in told[1:]) / 2
        self._tellers.zero_grad()
        loss.backward()
        self._tellers.step()

    def _teach_to_make(self, of: torch.Tensor, real: torch.Tensor, made: torch.Tensor) -> None:
        import torch
        from torch.nn.functional import softplus

        loss = softplus(-self._tells(torch.cat([of, made], dim=1))).mean()
        if self._options.pull:
            loss = loss + self._options.pull * (1 - (made * real).sum(dim=1)).mean()
        self._makers.zero_grad()
        loss.backward()
        self._makers.step()


def _judged(
    arrays: dict[str, NDArray[Any]], profiles: Floats, items: NDArray[np.int64], chance: np.random.Generator
) -> dict[str, float]:
    """Share of held-out pairs whose item is among the first ten of AMONG goods of the tail, and the same by profile."""
    others = np.flatnonzero(arrays["tail"])
    space = unit(np.asarray(arrays["space"], np.float32))
    hits = plain = 0
    for of, item in zip(profiles, items, strict=True):
        among = np.append(chance.choice(others, min(AMONG, len(others))), item)
        made = (space[among] @ generated(arrays, of).T).max(axis=1)
        near = space[among] @ of
        hits += int((made[:-1] >= made[-1]).sum() < 10)
        plain += int((near[:-1] >= near[-1]).sum() < 10)
    return {"found_among_100": hits / len(items), "found_by_profile_alone": plain / len(items)}
