"""Verdicts: figures against the written rules, with the reason in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopmind.kit.clock import HOUR_MS, parse_time
from shopmind.metrics.intervals import Interval
from shopmind.operations.strategy.cycle import Cycle, Said
from shopmind.operations.strategy.offline import Compared
from shopmind.operations.strategy.ramp import Guarded
from shopmind.operations.strategy.rules import Bound, Evaluate, Ramp, Shadow
from shopmind.operations.strategy.shadow import Shadowed
from shopmind.privacy.erase import RECEIPT
from shopmind.shop import Shop

SIDE = {"low": ("surely", "有把握地"), "value": ("on average", "平均"), "high": ("possibly", "可能")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """passed: None while it cannot be said yet."""

    passed: bool | None
    said: Said


def overtaken(shop: Shop, cycle: Cycle) -> Said | None:
    """Why the candidate must not go on whatever its figures; None when it may."""
    served = shop.artifacts.current()
    moved = [name for name, version in cycle.before.items() if served.get(name, "") != version]
    if moved and not (cycle.step == "promote" and _own(cycle, served)):
        names = ", ".join(moved)
        return Said(f"{names} was promoted by somebody else meanwhile", f"其间 {names} 已被他人上线")
    for name, version in cycle.candidate.items():
        if version not in shop.artifacts.versions(name):
            return Said(f"{name} {version} is gone: newer fits pushed it out", f"{name} {version} 已被更新的训练挤掉")
    for _, receipt in shop.records.scan(RECEIPT, 100):
        if cycle.fitted_ms and receipt.get("retrain") and parse_time(receipt["at"]) >= cycle.fitted_ms:
            return Said("a customer it learned from was erased", "它学习过的一位顾客已被删除")
    return None


def _own(cycle: Cycle, served: Mapping[str, str]) -> bool:
    """Whether what moved was moved by this cycle's own promotion, cut short by a kill."""
    return all(
        served.get(name, "") in (version, cycle.candidate.get(name, version)) for name, version in cycle.before.items()
    )


def offline(found: Mapping[str, Compared | Said], rules: Evaluate) -> tuple[bool, Said]:
    """Whether every scenario reaches the least difference."""
    for scenario, each in found.items():
        if isinstance(each, Said):
            return False, Said(f"{scenario} cannot be judged: {each.en}", f"{scenario} 无法评判:{each.zh}")
        end = bound(each.difference, rules.bound)
        if not end >= rules.least:
            word, zh = SIDE[rules.bound]
            value, low, high = each.difference.value, each.difference.low, each.difference.high
            return False, Said(
                f"{scenario}: {rules.metric} does not {word} reach {rules.least:+g}: {value:+.4f} "
                f"({low:+.4f} to {high:+.4f})",
                f"{scenario}:{rules.metric} 未能{zh}达到 {rules.least:+g}:{value:+.4f}({low:+.4f} 至 {high:+.4f})",
            )
    told = "; ".join(
        f"{name} {each.difference.value:+.4f}" for name, each in found.items() if not isinstance(each, Said)
    )
    return True, Said(f"{rules.metric} holds on held-out events: {told}", f"留出事件上 {rules.metric} 达标:{told}")


def shadow(found: Shadowed, rules: Shadow) -> tuple[bool, Said]:
    """Whether overlap, time and errors keep to the rules; the first that does not is the reason."""
    if not found.requests:
        return False, Said("no request could be answered by either", "两边都答不了任何请求")
    if found.errors > rules.most_errors:
        worst = max(found.said, key=lambda each: found.said[each], default="")
        return False, Said(
            f"{found.errors:.1%} of the requests went wrong (rule: {rules.most_errors:.1%}): {worst}",
            f"{found.errors:.1%} 的请求出错(规则:{rules.most_errors:.1%}):{worst}",
        )
    if found.overlap < rules.least_overlap:
        return False, Said(
            f"the answers share {found.overlap:.1%} of their items (rule: {rules.least_overlap:.1%})",
            f"结果只有 {found.overlap:.1%} 相同(规则:{rules.least_overlap:.1%})",
        )
    if not math.isnan(found.slower) and found.slower > rules.most_slower:
        return False, Said(
            f"it takes {found.slower:.2f} times as long (rule: {rules.most_slower:g})",
            f"耗时是原来的 {found.slower:.2f} 倍(规则:{rules.most_slower:g})",
        )
    return True, Said(
        f"it keeps to the rules on {found.requests} real requests", f"在 {found.requests} 个真实请求上符合规则"
    )


def ramp(figures: Sequence[Guarded], rules: Ramp, lasted_ms: int) -> Verdict:
    """What a step of the ramp says: surely worse at once; else after its time and with its units."""
    for each in figures:
        if each.surely_worse:
            return Verdict(False, _fell(each))
    hours, units = lasted_ms / HOUR_MS, min((each.units for each in figures), default=rules.units)
    if hours < rules.hours or (units < rules.units and hours < rules.most_hours):
        told = f"{hours:.1f}/{rules.hours:g}", f"{units}/{rules.units}"
        return Verdict(None, Said(f"{told[0]} hours and {told[1]} units", f"{told[0]} 小时,{told[1]} 个单位"))
    if units < rules.units:
        return Verdict(
            False,
            Said(f"only {units} units in {hours:.0f} hours", f"{hours:.0f} 小时只有 {units} 个单位"),
        )
    open_ones = [
        each
        for each in figures
        if each.interval is None or not each.enough or not bound(each.interval, each.guard.bound) >= each.guard.least
    ]
    if not open_ones:
        told_all = "; ".join(f"{each.guard.metric} {each.told()}" for each in figures) or "no guard is asked for"
        return Verdict(True, Said(f"the guards hold: {told_all}", f"守护指标达标:{told_all}"))
    if hours < rules.most_hours:
        first = open_ones[0]
        return Verdict(
            None,
            Said(
                f"{first.guard.metric} is not sure yet: {first.told()}", f"{first.guard.metric} 还不确定:{first.told()}"
            ),
        )
    return Verdict(False, _fell(open_ones[0]))


def _fell(each: Guarded) -> Said:
    metric, least = each.guard.metric, each.guard.least
    return Said(
        f"{metric} does not hold {least:+.1%} against what is served: {each.told()}",
        f"{metric} 相对线上未守住 {least:+.1%}:{each.told()}",
    )


def bound(interval: Interval, name: Bound) -> float:
    """One end of an interval, or its middle."""
    ends: dict[Bound, float] = {"low": interval.low, "value": interval.value, "high": interval.high}
    return ends[name]
