"""Do offers go where they change something, and is it foreseen who redeems them?

Two questions, for the second cannot answer the first.

Uplift, in simulated trials whose truth is known (testing/trial_worlds.py): each learner learns from one trial and
orders 10,000 other people. Told are the share of the gain that a perfect order of the first 30 % would bring above an
order by chance, the error of the effect, Qini (also beside that of the truth) and AUUC, and what a budget for a tenth
of the people brings, outcomes of a thousand offers, when it goes to the best by each order. Beside ours stand the
response (who takes what is offered) and, with --peers, three learners of scikit-uplift over the same trees. Means over
worlds drawn from seeds, none of which chose a setting, 95 % intervals by bootstrap over them, differences paired.

Redemption within six weeks, on The Complete Journey by time split: learned from campaigns that began before the cut,
asked of all coupons that households were mailed after it. Beside ours stand popularity (how much the covered goods are
bought), the rate of the category, affinity (what the household bought of the covered goods) and habit (what it redeemed
before), each made a probability by two numbers on the same cases. 95 % intervals by bootstrap over households,
differences paired. Its campaigns were targeted: nobody was left out by chance, so no uplift can be told from them.

    python -m benchmarks.promotions [--seeds 20] [--shop shops/demo] [--peers PYTHON] [--only uplift|redemption]

`--peers` is a Python with scikit-uplift and lightgbm. Writes results/promotions.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

import shopmind
from benchmarks.record import RESULTS, commit, write
from shopmind.kit.clock import DAY_MS
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc, average_precision
from shopmind.metrics.intervals import bootstrap, paired
from shopmind.metrics.uplift import auuc, qini
from shopmind.testing.trial_worlds import KINDS, trial_world
from shopmind.training.behaviour.heads import platt
from shopmind.training.lambdamart import Growth
from shopmind.training.redemption.cases import Cases, Log
from shopmind.training.redemption.evidence import NAMES
from shopmind.training.redemption.recipe import chances, given_of, grown
from shopmind.training.uplift.encoding import matrix
from shopmind.training.uplift.learners import LEARNERS, response, summed
from shopmind.training.uplift.learners import Cases as Tried
from shopmind.training.uplift.recipe import growth_of
from shopmind.training.uplift.trial import read_trial

Floats = NDArray[np.float64]
SIZES = (2_000, 10_000)
FRESH = 100
"""The first seed that is reported; those below chose settings and default, and are drawn in the tests."""
ASKED = 10_000
FIRST, BUDGET = 0.3, 0.1
SEED = 0
DRAWS = 200
TEST_CAMPAIGN = "campaign-16"
"""The first campaign that is asked about: it began on 2017-10-04."""
HELD_CAMPAIGN = "campaign-11"
"""The first campaign of those that choose the settings: it began on 2017-07-12."""
GRID = tuple(
    Growth(trees=trees, leaves=leaves, rate=0.05, at_least=at_least)
    for trees, leaves, at_least in ((60, 4, 200), (120, 6, 100), (240, 8, 100), (120, 4, 400))
)


def uplift(seeds: int, peers: str | None) -> dict[str, Any]:
    """Every learner in every world."""
    names = [(kind, size, seed) for size in SIZES for kind in KINDS for seed in _fresh(seeds)]
    worlds = {name: World(*name) for name in names}
    beside = _peers(peers, worlds) if peers else {name: {} for name in names}
    found: dict[str, Any] = {}
    for size in SIZES:
        for kind in KINDS:
            told: dict[str, list[dict[str, float]]] = {}
            for seed in _fresh(seeds):
                for name, figures in worlds[kind, size, seed].figures(beside[kind, size, seed]).items():
                    told.setdefault(name, []).append(figures)
            found[f"{kind}, {size} people"] = {name: _means(rows) for name, rows in told.items()} | {
                "differences": {
                    f"x-{name}": _gap(told["x"], rows) for name, rows in told.items() if name not in ("x", "truth")
                }
            }
    return {"worlds": found, "overall": _overall(found)}


def _fresh(seeds: int) -> range:
    return range(FRESH, FRESH + seeds)


class World:
    """One trial to learn from, and other people of the same world to ask about."""

    def __init__(self, kind: str, size: int, seed: int) -> None:
        drawn = trial_world(kind, size, seed)
        self.asked = trial_world(kind, ASKED, 10_000 + seed)
        trial, self.other = (read_trial(each.frame, "world") for each in (drawn, self.asked))
        self.ask = matrix(trial.columns, self.other.frame)
        self.growth, self.seed = growth_of(size), seed
        self.cases = Tried(
            matrix(trial.columns, trial.frame), trial.arm > 0, trial.outcome, trial.chance, trial.people, binary=True
        )

    def figures(self, others: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
        """Of ours, the response, `others`, chance and the truth."""
        said = {name: summed(each(self.cases, self.growth, self.seed), self.ask) for name, each in LEARNERS.items()}
        said["response"] = summed(response(self.cases, self.growth, self.seed), self.ask)
        chance = np.random.default_rng(self.seed).random(ASKED)
        said |= {**others, "chance": chance, "truth": self.asked.effect}
        return {name: self._of(name, score) for name, score in said.items()}

    def _of(self, name: str, score: Floats) -> dict[str, float]:
        effect, arm, outcome = self.asked.effect, self.other.arm > 0, self.other.outcome
        first, tenth = (np.argsort(-score, kind="stable")[: int(part * ASKED)] for part in (FIRST, BUDGET))
        best, mean, weights = np.sort(effect)[::-1], effect.mean(), 1 / self.other.chance
        spread = effect.std() > 1e-2
        area = qini(score, arm, outcome, weights)
        return {
            "gain": float((effect[first].mean() - mean) / (best[: len(first)].mean() - mean)) if spread else np.nan,
            "error": float(np.sqrt(((score - effect) ** 2).mean())) if name in (*LEARNERS, "truth") else np.nan,
            "qini": area,
            "auuc": auuc(score, arm, outcome, weights),
            "of_true_qini": area / qini(effect, arm, outcome, weights) if spread else np.nan,
            "budget": float(1000 * effect[tenth].mean()),
        }


Named = tuple[str, int, int]


def _peers(python: str, worlds: Mapping[Named, World]) -> dict[Named, dict[str, Floats]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{place}.npz" for place, name in enumerate(worlds)}
        for name, path in paths.items():
            cases = worlds[name].cases
            np.savez(
                path,
                learn=cases.matrix,
                treated=cases.treated.astype(np.int64),
                outcome=cases.outcome.astype(np.int64),
                ask=worlds[name].ask,
                at_least=worlds[name].growth.at_least,
            )
        script = Path(__file__).with_name("promotions_peer.py")
        subprocess.run(
            [python, "-W", "ignore", str(script), *map(str, paths.values())], check=True, capture_output=True
        )
        told = {name: np.load(path.with_suffix(".said.npz")) for name, path in paths.items()}
        return {name: {system: held[system] for system in held.files} for name, held in told.items()}


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    return {name: _plain(bootstrap([row[name] for row in rows], seed=SEED, draws=1_000)) for name in rows[0]}


def _gap(ours: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    return {
        name: _plain(paired([row[name] for row in ours], [row[name] for row in theirs], seed=SEED, draws=1_000))
        for name in ("gain", "qini", "auuc", "budget")
    }


def _overall(found: Mapping[str, Any]) -> dict[str, Any]:
    """Means over the worlds where there is something to order, by size."""
    told: dict[str, Any] = {}
    for size in SIZES:
        worlds = [each for name, each in found.items() if name.endswith(f"{size} people")]
        for system in worlds[0]:
            if system != "differences":
                values = [world[system]["gain"]["value"] for world in worlds]
                known = [each for each in values if each is not None]
                told.setdefault(system, {})[f"{size} people"] = round(float(np.mean(known)), 4)
    return told


def redemption(shop: Path) -> dict[str, Any]:
    """Ours and the rules on the campaigns after the cut."""
    with shopmind.open(shop) as opened:
        tables = opened.tables()
        given = given_of(tables.columns, opened.catalogue, opened.links.table("covers"))
        test, held = opened.catalogue.numbers([TEST_CAMPAIGN, HELD_CAMPAIGN]).tolist()
    starts = dict(zip(given.offers.tolist(), given.starts_ms.tolist(), strict=True))
    cut_ms, held_ms = int(starts[test]), int(starts[held])
    end_ms = int(tables.events["timestamp_ms"].max()) + 1  # type: ignore[arg-type]
    log = Log(tables.events, given)
    begun = time.process_time()
    early = log.cases(0, held_ms, held_ms, few=40, seed=SEED)
    chooses = log.cases(held_ms, cut_ms, cut_ms, few=0, seed=SEED)
    tried = [
        (average_precision(grown(early, each, SEED).scores(chooses.matrix), chooses.redeemed), each) for each in GRID
    ]
    growth = max(tried, key=lambda each: each[0])[1]
    learned = log.cases(0, cut_ms, cut_ms, few=40, seed=SEED)
    trees = grown(learned, growth, SEED)
    spent_s = time.process_time() - begun
    asked = log.cases(cut_ms, end_ms, end_ms, few=0, seed=SEED)
    said = {"shopmind": chances(trees, asked.matrix)}
    for name, column in {
        "popularity": "wanted",
        "category_rate": "rate_near",
        "affinity": "covered_84",
        "habit": "redeemed",
    }.items():
        said[name] = _made_chance(column, learned, asked)
    return {
        "learned": {"pairs": round(float(learned.weights.sum())), "redeemed": int(learned.redeemed.sum())},
        "asked": {
            "pairs": len(asked),
            "redeemed": int(asked.redeemed.sum()),
            "households": len(np.unique(asked.users)),
            "days_after_the_cut": round((end_ms - cut_ms) / DAY_MS),
        },
        "growth": {"trees": growth.trees, "leaves": growth.leaves, "at_least": growth.at_least},
        "processor_s": round(spent_s, 1),
        "of_a_coupon": _compared(said, asked),
        "of_any_coupon_of_a_mailing": _compared(*_joined(said, asked)),
        "first_five_of_a_mailing": _first_five(said, asked),
    }


def _made_chance(column: str, learned: Cases, asked: Cases) -> Floats:
    """A rule's column as a probability: two numbers fitted on the same cases, each as often as it stands for."""
    place = NAMES.index(column)
    x, y = learned.matrix[:, place].astype(np.float64), learned.redeemed
    random = np.random.default_rng(SEED)
    rows = random.choice(len(y), 200_000, p=learned.weights / learned.weights.sum())
    slope, shift = platt(x[rows], y[rows])
    return np.asarray(expit(slope * asked.matrix[:, place] + shift), np.float64)


def _joined(said: Mapping[str, Floats], asked: Cases) -> tuple[dict[str, Floats], Cases]:
    """Whether anything of what a household was given at one moment is redeemed: 1 − Π (1 − p)."""
    _, first, back = np.unique(
        np.column_stack([asked.users, asked.times_ms]), axis=0, return_index=True, return_inverse=True
    )
    back = back.ravel()
    told = {name: -np.expm1(np.bincount(back, np.log1p(-np.clip(each, 0, 1 - 1e-9)))) for name, each in said.items()}
    any_ = (np.bincount(back, asked.redeemed) > 0).astype(np.float64)
    return told, Cases(
        asked.matrix[first], any_, np.ones(len(any_)), asked.users[first], asked.offers[first], asked.times_ms[first]
    )


def _first_five(said: Mapping[str, Floats], asked: Cases) -> dict[str, Any]:
    """Of mailings of which something was redeemed: the share of it that stands among the first five coupons."""
    _, back = np.unique(np.column_stack([asked.users, asked.times_ms]), axis=0, return_inverse=True)
    back = back.ravel()
    ties = np.random.default_rng(SEED).random(len(back))
    taken = np.bincount(back, asked.redeemed)
    shares: dict[str, Floats] = {}
    for name, each in said.items():
        order = np.lexsort((ties, -each, back))
        first = np.searchsorted(back[order], np.arange(len(taken)))
        found = np.bincount(back[order], asked.redeemed[order] * (np.arange(len(order)) - first[back[order]] < 5))
        shares[name] = found[taken > 0] / np.minimum(taken[taken > 0], 5)
    return {
        "mailings": int((taken > 0).sum()),
        "systems": {name: _plain(bootstrap(each, seed=SEED)) for name, each in shares.items()},
        "differences": {
            f"shopmind-{name}": _plain(paired(shares["shopmind"], each, seed=SEED))
            for name, each in shares.items()
            if name != "shopmind"
        },
    }


def _compared(said: Mapping[str, Floats], asked: Cases) -> dict[str, Any]:
    """Figures with intervals, and ours less each other's."""
    happened = asked.redeemed
    households, whose = np.unique(asked.users, return_inverse=True)
    random = np.random.default_rng(SEED)
    drawn = [
        np.bincount(random.integers(0, len(households), len(households)), minlength=len(households))
        for _ in range(DRAWS)
    ]
    values = {
        name: [_figures(each, happened), *_drawn(each, happened, [times[whose] for times in drawn])]
        for name, each in said.items()
    }
    figures = list(values["shopmind"][0])
    systems = {
        name: {figure: _interval([row[figure] for row in rows]) for figure in figures} for name, rows in values.items()
    }
    pairs = {name: list(zip(values["shopmind"], rows, strict=True)) for name, rows in values.items()}
    differences = {
        f"shopmind-{name}": {
            figure: _interval([mine[figure] - theirs[figure] for mine, theirs in rows]) for figure in figures
        }
        for name, rows in pairs.items()
        if name != "shopmind"
    }
    told = {"rate": round(float(happened.mean()), 5), "cases": len(happened)}
    return {**told, "systems": systems, "differences": differences}


def _figures(said: Floats, happened: Floats) -> dict[str, float]:
    return {
        "auc": auc(said, happened),
        "average_precision": average_precision(said, happened),
        "calibration_error": expected_calibration_error(said, happened),
        "log_loss": log_loss(said, happened),
    }


def _drawn(said: Floats, happened: Floats, drawn: Sequence[NDArray[np.int64]]) -> list[dict[str, float]]:
    """The same figures with each case as often as it was drawn; scores are put in order once for all draws."""
    _, group = np.unique(-said, return_inverse=True)
    bins = np.clip(np.ceil(said * 15).astype(np.int64) - 1, 0, 14)
    inside = np.clip(said, 1e-15, 1 - 1e-15)
    lost = -(happened * np.log(inside) + (1 - happened) * np.log1p(-inside))
    found = []
    for times in drawn:
        taken, every = np.bincount(group, times * happened), np.bincount(group, times)
        left, above = every - taken, np.cumsum(taken)
        below = left.sum() - np.cumsum(left)
        total = times.sum()
        found.append(
            {
                "auc": float((taken * (below + left / 2)).sum() / max(taken.sum() * left.sum(), 1)),
                "average_precision": float((taken / max(above[-1], 1) * above / np.maximum(np.cumsum(every), 1)).sum()),
                "calibration_error": float(np.abs(np.bincount(bins, times * (happened - said))).sum() / total),
                "log_loss": float((times * lost).sum() / total),
            }
        )
    return found


def _interval(values: Sequence[float]) -> dict[str, float]:
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return {"value": round(values[0], 5), "low": round(float(low), 5), "high": round(float(high), 5)}


def _plain(interval: Any) -> dict[str, float | None]:
    told = {name: getattr(interval, name) for name in ("value", "low", "high")}
    return {name: None if np.isnan(each) else round(float(each), 6) for name, each in told.items()}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"))
    parser.add_argument("--peers")
    parser.add_argument("--only", choices=("uplift", "redemption"))
    asked = parser.parse_args()
    made: dict[str, Any] = {}
    if asked.only != "redemption":
        made["uplift"] = {"seeds": list(_fresh(asked.seeds)), "asked": ASKED, **uplift(asked.seeds, asked.peers)}
    if asked.only != "uplift":
        made["redemption"] = redemption(asked.shop)
    path = RESULTS / "promotions.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    kept = {name: before[name] for name in ("uplift", "redemption") if name in before}
    print(write("promotions", kept | {name: {"commit": commit(), **each} for name, each in made.items()}))


if __name__ == "__main__":
    main()
