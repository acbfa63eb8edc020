"""What promotions.json says, as sections of the reference page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
    if "uplift" in result:
        yield from _uplift(result["uplift"])
    if "redemption" in result:
        yield from _redemption(result["redemption"])


def _uplift(told: Mapping[str, Any]) -> Iterator[str]:
    worlds = told["worlds"]
    yield (
        f"Uplift in simulated trials, {told['seeds']} of each kind: what the best 30 % of {told['asked']:,} others "
        "by each order gain above chance, as a share of what a perfect order gains; 95 % intervals over the trials. In "
        "“opposed” those who come by themselves are changed least.\n"
    )
    for size in sorted({name.partition(", ")[2] for name in worlds}, key=lambda each: int(each.split()[0])):
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


def said(figure: Mapping[str, float | None], digits: int) -> str:
    """A figure with its interval."""
    if figure["value"] is None or figure["low"] is None or figure["high"] is None:
        return "–"
    value, low, high = (f"{figure[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    heads = list(head)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""
