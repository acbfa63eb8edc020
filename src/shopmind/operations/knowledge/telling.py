"""Trainings and evaluations told in words, so that they are found by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shopmind.operations.knowledge.entry import Entry, Words
from shopmind.operations.knowledge.log import Knowledge
from shopmind.stores.ports import Artifact

ACTIONS = {"ship": "上线", "stop": "停止", "keep": "维持现状", "broken": "分流有误"}
HEADLINE = ("ndcg@10", "recall@10", "judged@10", "mrr@10")


def trained(
    knowledge: Knowledge,
    made: Sequence[Artifact],
    untrained: Mapping[str, str],
    *,
    seconds: float,
    by: str,
    reason: str = "somebody asked for it",
) -> Entry:
    """A training: what was made of how many events, in which versions, and what could not be made and why."""
    names = ", ".join(artifact.name for artifact in made) or "nothing"
    events = max((int(artifact.card.get("events", 0)) for artifact in made), default=0)
    lines = [f"{each.name} {each.version}" + _kept_back(each) for each in made]
    lines += [f"{name}: {why}" for name, why in untrained.items()]
    told = "\n".join(lines)
    return knowledge.write(
        "trained",
        {
            "en": Words(f"Trained {names} on {events:,} events", told),
            "zh": Words(f"训练了 {names},用了 {events:,} 条事件", told),
        },
        about=[f"artifact:{artifact.name}" for artifact in made][:50],
        by=by,
        metrics={
            "seconds": round(seconds, 1),
            "artifacts": {
                each.name: {"version": each.version, **_small(each.card.get("figures", {}))} for each in made
            },
        },
        reason=reason,
    )


def evaluated(knowledge: Knowledge, result: Mapping[str, Any], *, by: str) -> Entry:
    """What `shopmind evaluate` measured: of each system the headline figures with their intervals."""
    protocol = result["protocol"]
    scenario = protocol.get("scenario") or protocol["task"]
    figures = {
        system: {name: views["full"][name] for name in HEADLINE if name in views.get("full", {})}
        for system, views in result["systems"].items()
    }
    gaps = {
        pair: {name: views["full"][name] for name in HEADLINE if name in views.get("full", {})}
        for pair, views in result.get("differences", {}).items()
    }
    said = "; ".join(f"{system} {_said(found)}" for system, found in figures.items() if found)
    how = f"{protocol['task']}, {protocol.get('split') or 'judgments'}, {result['cases']} cases"
    return knowledge.write(
        "evaluated",
        {
            "en": Words(f"Evaluated {scenario}: {_said(next(iter(figures.values()), {}))}", f"{how}. {said}"),
            "zh": Words(f"评估了 {scenario}:{_said(next(iter(figures.values()), {}))}", f"{how}。{said}"),
        },
        about=[f"scenario:{scenario}"],
        by=by,
        metrics={"cases": result["cases"], "systems": figures, "differences": gaps},
        reason="somebody asked for it",
    )


def decided(knowledge: Knowledge, report: Mapping[str, Any], scenarios: Sequence[str], *, by: str) -> Entry | None:
    """What an experiment has shown, once it says what to do; None while it waits. One entry for each experiment, of
    its newest decision."""
    decision = report.get("decision")
    if not decision or decision["action"] == "wait":
        return None
    name, title = report["name"], report["title"]
    told = "\n".join(report.get("remarks", ()))
    return knowledge.write(
        "decided",
        {
            "en": Words(f"Experiment {name}: {decision['action']}", f"{title}. {decision['english']}\n{told}".strip()),
            "zh": Words(
                f"实验 {name}:{ACTIONS[decision['action']]}", f"{title}。{decision['chinese']}\n{told}".strip()
            ),
        },
        about=[f"experiment:{name}", *(f"scenario:{each}" for each in scenarios)],
        by=by,
        metrics={key: report[key] for key in ("units", "metrics", "plan", "split") if key in report},
        reason=decision["english"],
        key=f"experiment.{name}",
    )


def chosen(
    knowledge: Knowledge,
    report: Mapping[str, Any],
    scenarios: Sequence[str],
    *,
    choice: str,
    why: str,
    by: str,
) -> Entry:
    """What people made of an experiment: the variant they go on with, why, and the figures they had before them.

    Args:
        choice: the variant; "" goes on without choosing.
    """
    name, decision = report["name"], report.get("decision")
    en = f"Experiment {name}: go on with {choice}" if choice else f"Experiment {name}: nothing is chosen"
    zh = f"实验 {name}:采用 {choice}" if choice else f"实验 {name}:不做选择"
    told_en, told_zh = ("", "") if decision is None else (decision["english"], decision["chinese"])
    return knowledge.write(
        "decided",
        {"en": Words(en, f"{why}\n{told_en}".strip()), "zh": Words(zh, f"{why}\n{told_zh}".strip())},
        about=[f"experiment:{name}", *(f"scenario:{each}" for each in scenarios)],
        by=by or "somebody",
        metrics={
            key: report[key] for key in ("units", "metrics", "votes", "preference", "plan", "split") if key in report
        },
        reason=why or told_en,
    )


def estimated(knowledge: Knowledge, result: Mapping[str, Any], scenario: str, *, by: str) -> Entry:
    """What a scenario file would have earned by the shop's own log, or why that cannot be told."""
    target, refused = result["protocol"]["target"], result["refused"]
    figures = {
        name: {key: each[key] for key in ("value", "low", "high")} for name, each in result["estimators"].items()
    }
    known = {name: each for name, each in figures.items() if each["value"] is not None}
    first = next(iter(known), None)
    said = "no estimate" if first is None else f"{first} {known[first]['value']:.4f}"
    told = f"{refused}" if refused else "; ".join(f"{name} {_said({name: each})}" for name, each in known.items())
    return knowledge.write(
        "evaluated",
        {
            "en": Words(f"Estimated {target} from the log: {said}", f"{result['cases']} cases. {told}"),
            "zh": Words(f"用日志估计了 {target}:{said}", f"{result['cases']} 个样本。{told}"),
        },
        about=[f"scenario:{scenario}"],
        by=by,
        metrics={"cases": result["cases"], "estimators": figures, "logged": result.get("logged")},
        reason=refused or "somebody asked for it",
    )


def _said(found: Mapping[str, Mapping[str, float | None]]) -> str:
    """The first figure with its interval, in words."""
    for name, figure in found.items():
        value, low, high = figure.get("value"), figure.get("low"), figure.get("high")
        if value is not None:
            interval = "" if low is None or high is None else f" ({low:.4f} to {high:.4f})"
            return f"{name} {value:.4f}{interval}"
    return "no figure"


def _kept_back(artifact: Artifact) -> str:
    why = artifact.card.get("figures", {}).get("kept_back")
    return f" (not promoted: {why})" if why else ""


def _small(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The plain figures of a card; tables stay with the card."""
    return {
        name: value for name, value in figures.items() if isinstance(value, (int, float, str)) and name != "version"
    }
