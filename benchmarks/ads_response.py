"""Models of the response to ads side by side: on a simulated log whose truth is known, and on a real one of clicks.

Every model learns from the oldest 60 % of the views, is calibrated on the next 15 %, and is judged on the newest 25 %.
AUC says whether clicked views stand above others, log-loss and calibration error whether a chance means what it says.
Intervals are percentiles over draws of the judged views; all models share the draws.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.kit.seeds import generator
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc
from shopmind.training.ads import MENU
from shopmind.training.ads.recipe import Calibrated, place_of
from shopmind.training.ads.response import Calibration, Views, codes_of

LEARN, CALIBRATE = 0.6, 0.75
DRAWS = 300
VIEWS = 80_000

Floats = NDArray[np.float64]


def simulated(seed: int, n: int = VIEWS) -> tuple[Views, Floats, Floats]:
    """Views with pairs of traits that matter, and the true chances of a click and of a purchase after one.

    Who clicks readily buys less readily, so that clicked views tell too little of the others.
    """
    random = generator(seed, "response")
    sizes = {"ad": 150, "taste": 12, "scenario": 5, "hour": 6, "fit": 5, "place": 10}
    drawn = {name: _zipf(random, size, n) for name, size in sizes.items()}
    click, buy = np.full(n, -3.9), np.full(n, -2.6)
    for name, size in sizes.items():
        strength = {"ad": 0.7, "fit": 0.0, "place": 0.0}.get(name, 0.25)
        effect = random.normal(0, strength, size)
        click += effect[drawn[name]]
        buy += (-0.5 * effect + random.normal(0, strength, size))[drawn[name]]
    click += 0.4 * drawn["fit"] - 0.12 * drawn["place"]
    buy += 0.25 * drawn["fit"]
    ads, tastes = random.normal(0, 0.8, (150, 2)), random.normal(0, 0.8, (12, 2))
    click += (ads[drawn["ad"]] * tastes[drawn["taste"]]).sum(axis=1)
    buy += 0.7 * (ads[drawn["ad"]] * tastes[drawn["taste"]]).sum(axis=1)
    p, q = expit(click), expit(buy)
    clicked = (random.random(n) < p).astype(np.float64)
    bought = clicked * (random.random(n) < q)
    names = tuple(sizes)
    rows = zip(*(drawn[name].tolist() for name in names), strict=True)
    codes = codes_of((dict(zip(names, map(str, row), strict=True)) for row in rows), names)
    return Views(codes, clicked, bought.astype(np.float64)), p, q


def _zipf(random: np.random.Generator, size: int, n: int) -> NDArray[np.int64]:
    weights = 1 / (np.arange(size) + 5.0)
    return random.choice(size, n, p=weights / weights.sum()).astype(np.int64)


def bandit(folder: Path) -> Views:
    """Open Bandit's clicks of all campaigns and both policies, by time; nothing there says what was bought."""
    log = pl.read_parquet(folder / "log.parquet").sort("timestamp")
    columns = ["campaign", "item_id", "position", *(f"user_feature_{each}" for each in range(4))]
    hour = log["timestamp"].str.slice(11, 2).cast(pl.Int64) // 4
    named = {"campaign": "scenario", "item_id": "ad", "position": "place"}
    rows = [
        {**{named.get(key, key): str(value) for key, value in row.items()}, "hour": str(at)}
        for row, at in zip(log.select(columns).iter_rows(named=True), hour, strict=True)
    ]
    for row in rows:
        row["ad"] = f"{row['scenario']} {row['ad']}"
        row["place"] = place_of(int(row["place"]))
    names = tuple(sorted(rows[0]))
    clicked = log["click"].cast(pl.Float64).to_numpy()
    return Views(codes_of(rows, names), clicked, np.zeros(len(clicked)))


def judged(views: Views, seed: int, truth: tuple[Floats, Floats] | None = None) -> dict[str, Any]:
    """Model → figures of clicks and purchases, each (value, low, high)."""
    first, second = int(LEARN * len(views)), int(CALIBRATE * len(views))
    learn, tune, test = views.take(slice(0, first)), views.take(slice(first, second)), views.take(slice(second, None))
    told: dict[str, tuple[Floats, Floats, float]] = {}
    for name in MENU:
        started = time.perf_counter()
        model = MENU.load(name).fit(learn, seed=seed)
        took = time.perf_counter() - started
        click, purchase = model.chances(tune.codes)
        taken = tune.clicked > 0
        whole = Calibrated(
            model, Calibration.of(click, tune.clicked), Calibration.of(purchase[taken], tune.bought[taken])
        )
        told[name] = (*whole.chances(test.codes), took)
    rate = float(views.clicked[:second].mean())
    buys = float(views.bought[:second].sum() / max(views.clicked[:second].sum(), 1))
    told["mean rate"] = np.full(len(test), rate), np.full(len(test), buys), 0.0
    if truth is not None:
        told["truth"] = truth[0][second:], truth[1][second:], 0.0
    draws = _draws(len(test), seed)
    bought = test.clicked > 0
    found: dict[str, Any] = {}
    for name, (click, purchase, took) in told.items():
        found[name] = {"fit_s": round(took, 2), "click": _figures(click, test.clicked, draws, told["logistic"][0])}
        if test.bought.any():
            among = _draws(int(bought.sum()), seed)
            theirs = told["logistic"][1][bought]
            found[name]["purchase"] = _figures(purchase[bought], test.bought[bought], among, theirs)
        if truth is not None:
            gap = np.abs(purchase - truth[1][second:])
            found[name]["purchase_error_everywhere"] = _interval(float(gap.mean()), gap[draws].mean(axis=1))
    return {"views": len(views), "clicks": int(views.clicked.sum()), "judged": len(test), "models": found}


def _draws(n: int, seed: int) -> NDArray[np.intp]:
    return generator(seed, "draws").integers(0, n, (DRAWS, n))


def _figures(said: Floats, outcomes: Floats, draws: NDArray[np.intp], logistic: Floats) -> dict[str, Any]:
    losses, plain = (np.where(outcomes > 0, -np.log(each), -np.log1p(-each)) for each in (said, logistic))
    drawn = [auc(said[rows], outcomes[rows]) for rows in draws]
    errors = [expected_calibration_error(said[rows], outcomes[rows]) for rows in draws]
    return {
        "auc": _interval(auc(said, outcomes), drawn),
        "log_loss": _interval(log_loss(said, outcomes), losses[draws].mean(axis=1)),
        "calibration_error": _interval(expected_calibration_error(said, outcomes), errors),
        "log_loss_below_logistic": _interval(float((plain - losses).mean()), (plain - losses)[draws].mean(axis=1)),
    }


def _interval(value: float, drawn: Any) -> list[float]:
    low, high = np.nanpercentile(np.asarray(drawn, np.float64), [2.5, 97.5])
    return [round(float(each), 6) for each in (value, low, high)]
