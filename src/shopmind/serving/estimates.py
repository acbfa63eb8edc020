"""Off-policy estimates as the JSON of estimate_schemas.py."""

from __future__ import annotations

from typing import Any

from shopmind.kit.clock import format_time
from shopmind.operations.estimates import Estimate


def line_json(estimate: Estimate) -> dict[str, Any]:
    """As `EstimateLine`."""
    wanted = estimate.wanted
    return {
        "estimate_id": estimate.estimate_id,
        "state": estimate.state,
        "scenario": wanted.scenario,
        "differences": dict(wanted.differences),
        "reward": wanted.reward,
        "days": wanted.days,
        "most": wanted.most,
        "by": estimate.by,
        "started_at": format_time(estimate.started_ms),
        "ended_at": None if estimate.ended_ms is None else format_time(estimate.ended_ms),
        "doing": estimate.doing,
        "done": estimate.done,
        "total": estimate.total,
        "why": estimate.why,
    }


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """As `EstimateState`."""
    return {**line_json(estimate), "result": None if estimate.result is None else dict(estimate.result)}
