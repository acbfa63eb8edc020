"""What goes through the door of experiments, as schemas.py does for everybody's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.scenarios.experiment import Kind, Metric, Test, Unit
from shopmind.serving.schemas import Answer

Share = Annotated[float, Field(ge=0, le=1)]
Status = Literal["draft", "scheduled", "running", "stopped", "ended"]


class ExperimentRow(BaseModel):
    """An experiment as its file says it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="of the file: small letters, digits, _ and -")
    title: str = Field(max_length=200)
    kind: Kind | None = Field(None, description="variants (the default), or interleaving: both in one slate")
    scenario: str | None = Field(None, description="the place; or `scenarios`")
    scenarios: list[str] | None = None
    unit: Unit | None = Field(None, description="who keeps a variant; user when left out")
    layer: str | None = Field(None, max_length=100, description="experiments of one layer share out its units")
    from_: Share | None = Field(None, alias="from", description="where its part of the layer begins; 0 when left out")
    share: Share | None = Field(None, description="its part of the layer; 1 when left out")
    ramp: Share | None = Field(None, description="how much of its part is let in yet; 1 when left out")
    holdout: Share | None = Field(None, description="who see the plain scenario, the same people in every experiment")
    salt: str | None = Field(None, max_length=100, description="another one deals all cards anew")
    metric: Metric | None = Field(None, description="what decides; conversion when left out")
    watch: list[Metric] | None = Field(None, description="what else is told, corrected for being several")
    effect: float | None = Field(None, description="the smallest relative change worth finding; 0.05 when left out")
    level: float | None = Field(None, description="chance of a false alarm; 0.05 when left out")
    power: float | None = Field(None, description="chance of finding the effect; 0.8 when left out")
    test: Test | None = Field(None, description="sequential (the default) may be read every day, fixed once")
    start: str | None = Field(None, description="RFC 3339; without it the experiment waits to be started")
    end: str | None = Field(None, description="RFC 3339")
    variants: dict[str, dict[str, Any]] = Field(
        description="name → share, and `scenario` or the keys of a scenario file that differ; the first is the control"
    )


class ExperimentChange(BaseModel):
    """What is to become of an experiment."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["start", "stop"]


class ExperimentState(Answer):
    """An experiment now."""

    name: str
    status: Status
    title: str | None = Field(description="null when its file is gone")
    kind: Kind | None
    scenarios: list[str]
    unit: Unit | None
    variants: dict[str, float] = Field(description="name → share as dealt; as written before the start")
    started_at: str | None
    stopped_at: str | None
    changed_by: str = Field(description="the public prefix of the key that changed it last, or a name")
    remarks: list[str] = Field(description="what is not as the file says, or as it was at the start")
    definition: dict[str, Any] | None = Field(description="as ExperimentRow, as the file says it")


class ExperimentsAnswer(Answer):
    """Every experiment by name."""

    request_id: str
    experiments: list[ExperimentState]
    fault: str = Field(description="why files that were changed could not be taken up; empty when they were")


class ExperimentAnswer(Answer):
    """One experiment."""

    request_id: str
    experiment: ExperimentState


class DecisionAnswer(Answer):
    """What to do, and why, in one sentence."""

    action: Literal["ship", "stop", "keep", "wait", "broken"]
    variant: str | None
    english: str
    chinese: str


class ExperimentReportAnswer(Answer):
    """What came out so far. Before the start there is only the plan; an interleaving has votes in place of metrics."""

    request_id: str
    name: str
    title: str
    kind: Kind
    status: Status
    unit: Unit
    metric: str
    remarks: list[str]
    plan: dict[str, float | None] = Field(description="units that are needed and missing; before the start, days too")
    started_at: str | None = None
    until: str | None = None
    test: Test | None = None
    level: float | None = None
    units: dict[str, int] | None = Field(None, description="variant → units; of an interleaving, shown and voted")
    split: dict[str, Any] | None = Field(None, description="p of the counts under the shares, and whether it is broken")
    metrics: dict[str, Any] | None = Field(None, description="metric → arms, and each variant against the control")
    votes: dict[str, int] | None = Field(None, description="of an interleaving: variant → units that preferred it")
    preference: dict[str, float | None] | None = None
    held_out: int | None = None
    crossed: int | None = Field(None, description="units seen in two variants; they are left out")
    decision: DecisionAnswer | None = None
