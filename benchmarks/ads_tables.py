"""The tables of results/ads.json, for benchmarks/table.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.cells import grid

FIGURES = {
    "revenue": "{:.1f}",
    "welfare": "{:.1f}",
    "utility": "{:,.0f}",
    "clicks": "{:.0f}",
    "poor": "{:.1%}",
    "lasted": "{:.0%}",
}


def ads(result: dict[str, Any]) -> Iterator[str]:
    """Markdown of the market, the models and the times, each where it was measured."""
    yield "## Ads\n"
    if result.get("market"):
        yield from _market(result["market"])
    for name, found in (result.get("response") or {}).items():
        yield from _models(name, found)
    if result.get("serving"):
        yield from _serving(result["serving"])


def _market(found: dict[str, Any]) -> Iterator[str]:
    yield (
        f"A simulated day of {found['requests']:,} requests and {found['ads']} ads, {found['seeds']} seeds, 95 % "
        "bootstrap intervals. For a thousand requests: money paid (revenue), what the clicks were worth to advertisers "
        "(welfare), sum over views of looks · (fit - 0.4) (utility), clicks; views of a fit under a quarter (poor); "
        "ads with money in the last hour (lasted). No budget was overspent under any rule.\n"
    )
    yield from grid(
        ("rule", *FIGURES, "revenue, more", "welfare, more", "utility, more"),
        [
            (
                rule,
                *(_interval(row[name]["value"], form) for name, form in FIGURES.items()),
                *(_interval(row[name]["more"], FIGURES[name]) for name in ("revenue", "welfare", "utility")),
            )
            for rule, row in found["rules"].items()
        ],
    )


def _models(name: str, found: dict[str, Any]) -> Iterator[str]:
    said = {"simulated": "a simulated log whose truth is known", "bandit": "Open Bandit's clicks"}[name]
    yield (
        f"The response to ads on {said}: {found['views']:,} views, {found['clicks']:,} clicks, the newest "
        f"{found['judged']:,} views judged, 95 % bootstrap intervals (those of the calibration error lean upwards). A "
        "gain is how far the log-loss lies below that of the logistic model, paired.\n"
    )
    rows = []
    for model, row in found["models"].items():
        for what in ("click", "purchase"):
            if what not in row:
                continue
            told = [_interval(row[what][each], "{:.4f}") for each in ("auc", "log_loss", "calibration_error")]
            gain = _interval(row[what]["log_loss_below_logistic"], "{:.4f}")
            everywhere = row.get("purchase_error_everywhere") if what == "purchase" else None
            rows.append((model, what, *told, gain, _interval(everywhere, "{:.4f}") if everywhere else "", row["fit_s"]))
    head = ("model", "of", "AUC", "log-loss", "calibration error", "gain", "error over all views", "fit, s")
    yield from grid(head, rows)


def _serving(found: dict[str, Any]) -> Iterator[str]:
    yield (
        f"An answer in one process, {found['items']:,} goods and {found['ads']} ads, the money held on disk: "
        f"{found['answers']} answers each.\n"
    )
    figures = ("p50_ms", "p99_ms", "processor_p50_ms", "processor_p99_ms")
    rows = [
        (name, *(row[each] for each in figures), f"{row['ads_shown']:.1f}") for name, row in found["scenarios"].items()
    ]
    yield from grid(("scenario", "p50, ms", "p99, ms", "of the processor, p50", "p99", "ads shown"), rows)


def _interval(told: Sequence[float], form: str) -> str:
    value, low, high = (form.format(each) for each in told)
    return f"{value} ({low} to {high})"
