"""The recipe `ad_response`: how likely an ad is clicked, and what it leads to bought, told from what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.kit.errors import NotReadyError, not_allowed
from shopmind.kit.progress import Progress
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc
from shopmind.metrics.intervals import paired
from shopmind.training.ads import MENU
from shopmind.training.ads.response import Calibration, Codes, Floats, Response, Views, codes_of, smoothed
from shopmind.training.recipe import Fitted, Recipe, Tables

HELD = 0.2
"""Share of the views, the newest, that calibrate and judge: the older half of them calibrates."""
PLACE = "place"
"""The trait that the place in the answer is learned as; who asks for a chance asks for that of the first place."""
VISITS_DAYS = 28


class AdResponseRecipe(Recipe):
    """One model of clicks and purchases over the traits that were kept with each ad that was shown.

    The traits are those the ad was ranked by, so training reads what serving saw. Both chances are calibrated on newer
    views than the model learned from. It is used only where its log-loss on the newest is surely below that of the mean
    rate; the artifact is kept either way, with how the visits of a day lie.
    """

    @dataclass(frozen=True)
    class Options:
        """model: of the menu of response models. days: how far back. views: newest, at most. at_least: views.
        clicks: below so many there is nothing to learn. level: of the interval."""

        model: str = "entire_space"
        days: float = 60.0
        views: int = 200_000
        at_least: int = 2_000
        clicks: int = 50
        level: float = 0.9

        def __post_init__(self) -> None:
            if self.model not in MENU:
                raise ValueError(not_allowed("model", self.model, MENU).message)

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of the model; the figures name it, its traits, calibrations, and what was measured.

        Raises:
            NotReadyError: too few ads were seen or clicked.
        """
        if tables.adverts is None:
            raise NotReadyError("ad_response: no ad was shown yet")
        since_ms = tables.now_ms - round(options.days * DAY_MS)
        shown = seen(tables.adverts(since_ms, tables.now_ms + 1).tail(options.views))
        clicks = int(shown["clicked"].sum())
        if shown.height < options.at_least or clicks < options.clicks:
            raise NotReadyError(
                f"ad_response: {shown.height} ads were seen and {clicks} clicked; "
                f"{options.at_least} and {options.clicks} are needed"
            )
        views, names = views_of(shown)
        progress("fit ad_response", 0, None)
        model, figures = learned(views, options.model, seed, options.level)
        return Fitted(
            model.arrays(),
            {**figures, "traits": list(names), "visits": visits(tables.events, tables.now_ms)},
            tail=False,
        )


def seen(shown: pl.DataFrame) -> pl.DataFrame:
    """What was looked at: where impressions of an answer were reported, only those; else all of it. Nothing without
    traits, of those whose customer was erased."""
    reported = pl.col("request_id").is_in(shown.filter("seen")["request_id"].unique().implode())
    return shown.filter((pl.col("seen") | ~reported) & (pl.col("traits") != "{}"))


def views_of(shown: pl.DataFrame) -> tuple[Views, tuple[str, ...]]:
    """Schema stores.ledger.SHOWN as views, and the names of their traits, the place among them."""
    rows: list[dict[str, str]] = []
    for told, place in zip(shown["traits"], shown["position"], strict=True):
        rows.append({**orjson.loads(told), PLACE: place_of(int(place))})
    names = tuple(sorted({name for row in rows for name in row}))
    clicked = shown["clicked"].cast(pl.Float64).to_numpy()
    bought = shown["bought"].cast(pl.Float64).to_numpy() * clicked
    return Views(codes_of(rows, names), clicked, bought), names


def place_of(position: int) -> str:
    """The trait of a position; beyond the tenth all are alike."""
    return str(min(position, 9))


@dataclass(frozen=True)
class Calibrated:
    """A model with its calibrations, as the ranker uses it."""

    model: Response
    click: Calibration
    purchase: Calibration

    def chances(self, codes: Codes) -> tuple[Floats, Floats]:
        """(n,) of a click, and (n,) of a purchase after a click."""
        click, purchase = self.model.chances(codes)
        return self.click.apply(click), self.purchase.apply(purchase)

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], figures: Mapping[str, Any]) -> Calibrated:
        """As the artifact keeps it."""
        model = MENU.load(figures["model"]).of(arrays)
        return Calibrated(
            model, Calibration(*figures["click"]["calibration"]), Calibration(*figures["purchase"]["calibration"])
        )


def learned(views: Views, name: str, seed: int, level: float) -> tuple[Response, dict[str, Any]]:
    """The model of all views, with calibrations and figures of the newest, that a model of the older did not see."""
    kind = MENU.load(name)
    first = int(len(views) * (1 - HELD))
    middle = first + (len(views) - first) // 2
    trial: Response = kind.fit(views.take(slice(0, first)), seed=seed)
    tuned, judged = views.take(slice(first, middle)), views.take(slice(middle, None))
    click, purchase = trial.chances(tuned.codes)
    taken = tuned.clicked > 0
    told = Calibrated(trial, Calibration.of(click, tuned.clicked), Calibration.of(purchase[taken], tuned.bought[taken]))
    said, after = told.chances(judged.codes)
    bought = judged.clicked > 0
    rate = smoothed(float(views.clicked[:first].sum()), first)
    buys = smoothed(float(views.bought[:first].sum()), float(views.clicked[:first].sum()), 0.05)
    clicks = judgement(said, judged.clicked, rate, told.click, seed, level)
    figures = {
        "model": name,
        "views": len(views),
        "clicks": int(views.clicked.sum()),
        "purchases": int(views.bought.sum()),
        "used": bool(clicks["gain"][1] > 0),
        "click": clicks,
        "purchase": judgement(after[bought], judged.bought[bought], buys, told.purchase, seed, level),
    }
    return kind.fit(views, seed=seed), figures


def judgement(
    said: Floats, outcomes: Floats, rate: float, calibration: Calibration, seed: int, level: float
) -> dict[str, Any]:
    """AUC, log-loss and calibration error, and how far the log-loss lies below that of the mean rate, with interval."""
    figures: dict[str, Any] = {"calibration": [calibration.slope, calibration.shift], "views": len(said)}
    if not len(said):
        return {**figures, "gain": [0.0, 0.0, 0.0]}
    mine, plain = (np.where(outcomes > 0, -np.log(each), -np.log1p(-each)) for each in (said, np.full(len(said), rate)))
    gain = paired(plain, mine, seed=seed, level=level)
    return {
        **figures,
        "auc": auc(said, outcomes),
        "log_loss": log_loss(said, outcomes),
        "log_loss_of_mean": float(plain.mean()),
        "calibration_error": expected_calibration_error(said, outcomes),
        "gain": [gain.value, gain.low, gain.high],
    }


def visits(events: pl.DataFrame, now_ms: int) -> list[float]:
    """(24,) share of the newest events in each UTC hour, each hour as if it had a few at least."""
    times = events.filter(pl.col("timestamp_ms") > now_ms - VISITS_DAYS * DAY_MS)["timestamp_ms"].to_numpy()
    counts = np.bincount(times % DAY_MS // HOUR_MS, minlength=24) + 10.0
    return [round(float(each), 6) for each in counts / counts.sum()]
