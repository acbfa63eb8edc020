"""What to do, in one sentence, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

Action = Literal["ship", "stop", "keep", "wait", "broken"]

WORDS: Mapping[str, tuple[str, str]] = {
    "conversion": ("conversion", "转化率"),
    "orders": ("orders per unit", "人均订单数"),
    "revenue": ("revenue per unit", "人均收入"),
    "clicks": ("clicks per unit", "人均点击数"),
    "click_through": ("click-through", "点击率"),
    "add_to_cart": ("add-to-cart", "加购率"),
    "revenue_per_mille": ("revenue per thousand hits", "千次展示收入"),
    "average_order_value": ("average order value", "客单价"),
    "preference": ("preference", "偏好"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the figures say to do.

    Attributes:
        action: ship the variant, stop it, keep the control (no difference worth having), wait, or mend the split.
        variant: that it is about; None of all.
    """

    action: Action
    variant: str | None
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a variant does to a metric.

    Attributes:
        value, low, high: relative to the control where `relative`, else in the metric's own units.
        level: of the interval, 0.95 for 95 %.
    """

    variant: str
    metric: str
    value: float
    low: float
    high: float
    relative: bool
    level: float

    def english(self) -> str:
        """ "Variant b adds 3.1 % to conversion, 95 % interval 1.2 to 5.0"."""
        verb, to = ("adds", "to") if self.value >= 0 else ("takes", "from")
        name = WORDS.get(self.metric, (self.metric, ""))[0]
        return f"Variant {self.variant} {verb} {self._number(abs(self.value))} {to} {name}, {self._interval('to')}"

    def chinese(self) -> str:
        """The same."""
        verb = "提高" if self.value >= 0 else "降低"
        name = WORDS.get(self.metric, ("", self.metric))[1]
        return f"方案 {self.variant} 使{name}{verb} {self._number(abs(self.value))}({self._interval('至', '区间')})"

    def _number(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.relative else f"{value:.4g}"

    def _interval(self, to: str, word: str = "interval") -> str:
        percent = 100 if self.relative else 1
        ends = (f"{percent * each:.1f}" if self.relative else f"{each:.4g}" for each in (self.low, self.high))
        return f"{100 * self.level:g} % {word} {f' {to} '.join(ends)}"


def ship(change: Change, falls: tuple[str, ...] = ()) -> Decision:
    """`falls`: watched metrics that surely fall with it."""
    but = f"; but {_named(falls, 0, ' and ')} surely falls" if falls else ""
    yet = f",但{_named(falls, 1, '、')}明显下降" if falls else ""
    action, order = ("look before you ship it", "上线前请先核查") if falls else ("ship it", "可以上线")
    return Decision("ship", change.variant, f"{change.english()}{but}; {action}.", f"{change.chinese()}{yet};{order}。")


def stop(change: Change) -> Decision:
    """It does harm."""
    return Decision("stop", change.variant, f"{change.english()}; stop it.", f"{change.chinese()};请停止该方案。")


def keep(change: Change, control: str) -> Decision:
    """Enough units came, and nothing is to be seen."""
    if not isfinite(change.value):
        return Decision("keep", None, f"Nothing to be seen: keep {control}.", f"看不出差别:保留 {control}。")
    return Decision(
        "keep",
        None,
        f"No sure difference: {_small(change.english())}; keep {control}.",
        f"没有明确差别:{change.chinese()};保留 {control}。",
    )


def wait(more: int, change: Change | None) -> Decision:
    """`more`: units still to come, of all variants together."""
    now = f" So far: {_small(change.english())}." if change is not None and isfinite(change.value) else ""
    meanwhile = f"目前:{change.chinese()}。" if change is not None and isfinite(change.value) else ""
    return Decision(
        "wait", None, f"Not enough yet: {more:,} more units.{now}", f"数据还不够:还需要 {more:,} 个单元。{meanwhile}"
    )


def orphaned(variant: str) -> Decision:
    """What everything is compared with was taken out while the experiment ran."""
    return Decision(
        "broken",
        None,
        f"Variant {variant} was removed: there is nothing to compare with. Stop the experiment.",
        f"方案 {variant} 已被移除:无从比较。请停止该实验。",
    )


def broken(units: Mapping[str, int], dealt: Mapping[str, float], p: float) -> Decision:
    """The counts do not fit the shares."""
    seen = ", ".join(f"{name} {count:,}" for name, count in units.items())
    shares = ", ".join(f"{name} {100 * share:g} %" for name, share in dealt.items())
    return Decision(
        "broken",
        None,
        f"The split is broken: do not read it. {seen} units came, dealt were {shares} (p = {p:.1g}).",
        f"分流已损坏:不要采信结果。实际单元数 {seen},设定比例 {shares}(p = {p:.1g})。",
    )


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _named(metrics: tuple[str, ...], language: int, between: str) -> str:
    return between.join(WORDS.get(each, (each, each))[language] for each in metrics)
