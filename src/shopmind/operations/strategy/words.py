"""What the steps of a cycle say in the knowledge log, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopmind.metrics.intervals import Interval
from shopmind.operations.knowledge import Words
from shopmind.operations.knowledge.chinese import CHINESE
from shopmind.operations.strategy.cycle import Cycle, Said
from shopmind.operations.strategy.offline import Compared
from shopmind.operations.strategy.shadow import Shadowed

Both = Mapping[str, Words]


def places(scenarios: Sequence[str]) -> Said:
    """The scenarios by name."""
    return Said(", ".join(scenarios), "、".join(CHINESE.get(each, each) for each in scenarios))


def fitted(cycle: Cycle) -> Both:
    """What was made and why."""
    made = ", ".join(cycle.candidate) or "nothing"
    lines = [f"{name} {version}" for name, version in cycle.candidate.items()]
    lines += [f"{name}: {why}" for name, why in cycle.unfit.items()]
    return {
        "en": Words(
            f"Fitted a candidate: {made}",
            "\n".join([f"Why: {'; '.join(each.en for each in cycle.why)}", *lines]),
        ),
        "zh": Words(
            f"训练了候选模型:{made}",
            "\n".join([f"原因:{'；'.join(each.zh for each in cycle.why)}", *lines]),
        ),
    }


def evaluated(where: Said, found: Mapping[str, Compared | Said], metric: str, verdict: Said) -> Both:
    """The candidate against what is served on held-out events."""
    lines = {"en": [verdict.en], "zh": [verdict.zh]}
    for scenario, each in found.items():
        if isinstance(each, Said):
            lines["en"].append(f"{scenario}: {each.en}")
            lines["zh"].append(f"{CHINESE.get(scenario, scenario)}:{each.zh}")
            continue
        gap = interval(each.difference, "+.4f")
        figures = f"{metric} {each.served.value:.4f} → {each.candidate.value:.4f}, {gap}"
        lines["en"].append(f"{scenario}: {figures}, {each.difference.cases} customers")
        lines["zh"].append(f"{CHINESE.get(scenario, scenario)}:{figures},{each.difference.cases} 位顾客")
    gaps = [f"{each.difference.value:+.4f}" for each in found.values() if not isinstance(each, Said)]
    said = (
        Said(f"{metric} {', '.join(gaps)}", f"{metric} {'、'.join(gaps)}") if gaps else Said("no verdict", "无法评判")
    )
    return {
        "en": Words(f"Evaluated the candidate of {where.en} on held-out events: {said.en}", "\n".join(lines["en"])),
        "zh": Words(f"用留出的事件评估了{where.zh}的候选模型:{said.zh}", "\n".join(lines["zh"])),
    }


def shadowed(where: Said, found: Shadowed, verdict: Said) -> Both:
    """The candidate beside what is served on real requests."""
    en = (
        f"{found.requests} requests; the answers share {found.overlap:.0%} of their items, {found.same:.0%} are the "
        f"same; 95th percentile {found.served_p95_ms:.1f} → {found.candidate_p95_ms:.1f} ms; "
        f"{found.errors:.1%} went wrong"
    )
    zh = (
        f"{found.requests} 个请求;两边的结果有 {found.overlap:.0%} 的商品相同,{found.same:.0%} 完全一样;"
        f"第 95 百分位 {found.served_p95_ms:.1f} → {found.candidate_p95_ms:.1f} 毫秒;{found.errors:.1%} 出了错"
    )
    faults = "\n".join(f"{what}: {times}" for what, times in found.said.items())
    return {
        "en": Words(f"Shadowed {where.en} with the candidate", f"{verdict.en}\n{en}\n{faults}".strip()),
        "zh": Words(f"候选模型在{where.zh}影子运行", f"{verdict.zh}\n{zh}\n{faults}".strip()),
    }


def ramped(where: Said, share: float, verdict: Said, figures: Sequence[str]) -> Both:
    """One step of the ramp."""
    told = "\n".join(figures)
    return {
        "en": Words(f"Ramped the candidate of {where.en} to {share / 2:.1%} of the units", f"{verdict.en}\n{told}"),
        "zh": Words(f"{where.zh}的候选模型放量到 {share / 2:.1%}", f"{verdict.zh}\n{told}"),
    }


def ended(where: Said, cycle: Cycle) -> Both:
    """How the cycle ended and why."""
    names = ", ".join(f"{name} {version}" for name, version in cycle.candidate.items())
    en, zh = {
        "promoted": ("Promoted the candidate of", "候选模型上线:"),
        "unchanged": ("Nothing new for", "没有变化:"),
    }.get(cycle.outcome, ("Rolled back the candidate of", "候选模型已撤回:"))
    return {
        "en": Words(f"{en} {where.en}", f"Why: {cycle.reason.en}\n{names}"),
        "zh": Words(f"{zh}{where.zh}", f"原因:{cycle.reason.zh}\n{names}"),
    }


def interval(each: Interval, form: str = ".4f") -> str:
    """A figure with its interval."""
    return f"{each.value:{form}} ({each.low:{form}} to {each.high:{form}})"
