"""The protocol of a measurement: printed with every figure, because a figure without one says nothing.

There is no option for sampled negatives, for ties by number or for an undeclared refit: they cannot be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from shopmind.domain import EventType
from shopmind.kit.clock import format_time
from shopmind.kit.errors import not_allowed

Task = Literal["search", "recommend"]
SplitName = Literal["leave-one-out", "time", "next-basket", "last-basket"]
Fit = Literal["train", "refit", "valid"]
Repeats = Literal["auto", "allowed", "removed"]
Part = Literal["test", "validation"]
"""What is asked: the test, or what settings are chosen by."""

SPLITS: tuple[SplitName, ...] = get_args(SplitName)
FITS: tuple[Fit, ...] = get_args(Fit)
REPEATS: tuple[Repeats, ...] = get_args(Repeats)

WORDS: Mapping[str, str] = {
    "leave-one-out": "the last event of each user is predicted, the one before it is for validation; the fit sees "
    "other users' later events, so the future leaks a little",
    "time": "what each user takes after one moment is predicted from what everyone did before it",
    "next-basket": "the first basket of each user after one moment is predicted from what everyone did before it; "
    "repeats are allowed",
    "last-basket": "the last basket of each user is predicted; the fit sees other users' later baskets, so this is "
    "leakier than next-basket",
    "train": "fitted without validation and test",
    "refit": "fitted with the validation events too",
    "valid": "fitted on the validation part, for a file that has no other; the targets of a tenth of its users choose "
    "settings and are in no statistics",
}
"""What each name means, for the report."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a figure came to be.

    Attributes:
        split: None for search.
        fit: what the fit saw; None for search.
        gain: of a relevant item: its grade minus `grade_zero`, or 1 in recommendation.
        ties: what decides between equal scores.
        seeds: seeds of shuffles and fits; figures are means over them.
        ranked: against what an answer competes.
        repeats: whether items the user already had may be shown and asked for.
        cutoff_ms: the moment before which everything is known; None where the split has none.
        window_days: how long after the cutoff is looked at.
        events: event types that are predicted.
        times: where the order of events comes from.
        request_time: the clock a request is answered at.
        scenario: the scenario the engine was asked in.
        grade_zero: grade that gains nothing.
        left_out: name → how many cases have no answer.
        notes: anything else a reader must know.
    """

    task: Task
    split: SplitName | None = None
    fit: Fit | None = None
    gain: Literal["linear"] = "linear"
    ties: Literal["hashed id"] = "hashed id"
    seed: int = 0
    seeds: tuple[int, ...] = (0,)
    ranked: str = "every item that may be shown"
    repeats: Literal["allowed", "removed"] | None = None
    cutoff_ms: int | None = None
    window_days: float | None = None
    events: tuple[EventType, ...] = ()
    times: str | None = None
    request_time: str | None = None
    scenario: str | None = None
    grade_zero: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; times in RFC 3339; what does not apply to the task is left out, `split` and `fit` never."""
        table = asdict(self)
        cutoff = table.pop("cutoff_ms")
        table["cutoff"] = None if cutoff is None else format_time(cutoff)
        table["fit_means"] = WORDS.get(self.fit or "")
        table["split_means"] = WORDS.get(self.split or "")
        kept = {name: value for name, value in table.items() if value is not None or name in ("split", "fit")}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def split_name(name: str) -> SplitName:
    """`name` as a split.

    Raises:
        InputError: there is no such split.
    """
    if name not in SPLITS:
        raise not_allowed("evaluate: protocol", name, SPLITS, field="protocol")
    return name


def fit_name(name: str) -> Fit:
    """`name` as a fit.

    Raises:
        InputError: there is no such fit.
    """
    if name not in FITS:
        raise not_allowed("evaluate: fit", name, FITS, field="fit")
    return name


def repeats_name(name: str) -> Repeats:
    """`name` as what is done with items a user had.

    Raises:
        InputError: there is no such choice.
    """
    if name not in REPEATS:
        raise not_allowed("evaluate: repeats", name, REPEATS, field="repeats")
    return name
