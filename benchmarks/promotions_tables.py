"""What promotions.json says, as sections of the reference page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.cells import where

SYSTEMS = {
    "x": "X-learner (the default)",
    "dr": "DR-learner",
    "t": "two models",
    "sklift_two_models": "scikit-uplift, two models",
    "sklift_class_transformation": "scikit-uplift, class transformation",
    "sklift_solo": "scikit-uplift, one model",
    "response": "by response",
    "chance": "by chance",
}
RULES = {
    "shopmind": "shopmind",
    "affinity": "affinity: bought of the covered goods",
    "habit": "habit: redeemed before",
    "popularity": "popularity of the covered goods",
    "category_rate": "rate of the category",
}


def section(result: Mapping[str, Any]) -> Iterator[str]:
    """Both halves, those that were measured."""
    yield "## Promotions\n"
    for name, made in (("uplift", _uplift), ("redemption", _redemption)):
        if name in result:
            yield where({**result, "commit": result[name]["commit"]})
            yield from made(result[name])


def _uplift(told: Mapping[str, Any]) -> Iterator[str]:
    worlds = told["worlds"]
    yield (
        f"Uplift in simulated trials, {len(told['seeds'])} of each kind, none of which chose a setting: what the best "
        f"30 % of {told['asked']:,} others by each order gain above chance, as a share of what a perfect order gains; "
        "95 % intervals over the trials. In “opposed” those who come by themselves are changed least.\n"
    )
    for size in _sizes(worlds):
        kinds = [
            name for name in worlds if name.endswith(f", {size}") and worlds[name]["x"]["gain"]["value"] is not None
        ]
        systems = [name for name in SYSTEMS if name in worlds[kinds[0]]]
        rows = [(SYSTEMS[system], *(said(worlds[kind][system]["gain"], 2) for kind in kinds)) for system in systems]
        yield from _table((f"trial of {size}", *(kind.partition(",")[0].replace("_", " ") for kind in kinds)), rows)
        errors = [
            (SYSTEMS[system], *(said(worlds[kind][system]["error"], 3) for kind in kinds))
            for system in ("x", "dr", "t")
        ]
        yield from _table((f"error of the effect, {size}", *(kind.partition(",")[0] for kind in kinds)), errors)
    yield from _areas(worlds)


def _areas(worlds: Mapping[str, Any]) -> Iterator[str]:
    """Qini and AUUC in every world, those too in which all are changed alike."""
    yield (
        "Qini (0 for an order by chance) and AUUC (half the mean effect for one) of the same orders, from the outcomes "
        "of the others alone, as `shopmind evaluate uplift` tells them of a shop's trial: outcomes of a thousand "
        "people. In “none” the offer changes nothing, in “same” all alike; “the truth” is an order by the effect that "
        "was drawn.\n"
    )
    for size in _sizes(worlds):
        kinds = [name for name in worlds if name.endswith(f", {size}")]
        for figure, words in (("qini", "Qini"), ("auuc", "AUUC")):
            rows = [
                (name, *(said(worlds[kind][system][figure], 1, times=1000) for kind in kinds))
                for system, name in (SYSTEMS | {"truth": "the truth"}).items()
                if system in worlds[kinds[0]]
            ]
            heads = (kind.partition(",")[0].replace("_", " ") for kind in kinds)
            yield from _table((f"{words}, trial of {size}", *heads), rows)


def _sizes(worlds: Mapping[str, Any]) -> list[str]:
    """Of the trials, the smallest first."""
    return sorted({name.partition(", ")[2] for name in worlds}, key=lambda each: int(each.split()[0]))


def _redemption(told: Mapping[str, Any]) -> Iterator[str]:
    asked = told["asked"]
    yield (
        f"Redemption within six weeks on The Complete Journey: {asked['pairs']:,} pairs of a household and a coupon "
        f"that it was mailed after the cut, {asked['redeemed']} of them redeemed; learned from "
        f"{told['learned']['redeemed']:,} redemptions before it. The campaigns were targeted, so this is no uplift.\n"
    )
    for name, words in (("of_a_coupon", "a coupon"), ("of_any_coupon_of_a_mailing", "any coupon of a mailing")):
        part = told[name]
        figures = ("auc", "average_precision", "calibration_error", "log_loss")
        rows = [(RULES[system], *(said(part["systems"][system][figure], 4) for figure in figures)) for system in RULES]
        head = (f"{words} ({part['cases']:,} cases, {part['rate']:.2%} redeemed)", "AUC", "average precision")
        yield from _table((*head, "calibration error", "log-loss"), rows)
    five = told["first_five_of_a_mailing"]
    rows = [
        (
            RULES[system],
            said(five["systems"][system], 3),
            "" if system == "shopmind" else said(five["differences"][f"shopmind-{system}"], 3),
        )
        for system in RULES
    ]
    yield from _table(
        (f"first five coupons of {five['mailings']} mailings", "share of what was redeemed", "shopmind less it"), rows
    )


def said(figure: Mapping[str, float | None], digits: int, times: int = 1) -> str:
    """A figure with its interval, so many times as large."""
    shown = [figure[name] for name in ("value", "low", "high")]
    if None in shown:
        return "–"
    value, low, high = (f"{round(times * each, digits) + 0:.{digits}f}" for each in shown if each is not None)
    return f"{value} [{low}, {high}]"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    heads = list(head)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""
