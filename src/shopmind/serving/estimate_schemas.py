"""Off-policy estimates and plans of experiments as they go through the door."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.evaluation.experiments.outlook import MOST_VARIANTS
from shopmind.scenarios.experiment import Metric, Test, Unit
from shopmind.serving.schemas import Answer


class PlanQuestion(BaseModel):
    """What somebody thinks of trying."""

    model_config = ConfigDict(extra="forbid")

    scenarios: list[str] = Field(min_length=1, max_length=50, description="the places")
    metric: Metric = "conversion"
    unit: Unit = "user"
    variants: int = Field(2, ge=2, le=MOST_VARIANTS, description="how many, the control among them")
    share: float = Field(1.0, gt=0, le=1, description="of the units that takes part")
    level: float = Field(0.05, gt=0, lt=0.5, description="chance of a false alarm")
    power: float = Field(0.8, ge=0.5, lt=1, description="chance of finding an effect that is there")
    test: Test = "sequential"
    effects: list[Annotated[float, Field(gt=0, le=5)]] = Field(
        [0.02, 0.05, 0.1, 0.2], max_length=20, description="relative changes worth finding"
    )
    days: list[Annotated[int, Field(ge=1, le=366)]] = Field([7, 14, 28, 56], max_length=20)


class NeedAnswer(Answer):
    """What it takes to find a change."""

    effect: float
    units: int | None = Field(description="of all variants together; null while nothing can be said")
    days: int | None


class FindAnswer(Answer):
    """What so many days find."""

    days: int
    units: int
    effect: float | None = Field(description="the smallest relative change; null where nothing is found")


class PlanAnswer(Answer):
    """What the shop's own traffic of the last four weeks allows."""

    request_id: str
    value: float | None = Field(description="of the metric now")
    units: int = Field(description="that were answered there in four weeks")
    units_a_day: float = Field(description="that would take part")
    needs: list[NeedAnswer]
    finds: list[FindAnswer]


class PointAnswer(Answer):
    """All units dealt in before the end of a UTC day, as known now."""

    day: str
    units: dict[str, int]
    changes: dict[str, dict[str, float | None]] = Field(description="variant → value, low and high of the change")
    split: float | None = Field(description="p of the counts under the shares")


class DaysAnswer(Answer):
    """An experiment day by day."""

    request_id: str
    days: list[PointAnswer] = Field(description="empty before the start")


class DecideQuestion(BaseModel):
    """What people make of an experiment."""

    model_config = ConfigDict(extra="forbid")

    choice: str = Field("", max_length=100, description="the variant to go on with; empty chooses none")
    why: str = Field("", max_length=5_000)
    stop: bool = Field(True, description="whether the experiment ends with it")


class DecidedAnswer(Answer):
    """Where the decision is kept."""

    request_id: str
    key: str = Field(description="of the entry of the knowledge log")
    status: str


class EstimateQuestion(BaseModel):
    """What a scenario would have earned with other settings."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(min_length=1, max_length=200)
    differences: dict[str, Any] = Field({}, description="keys of a scenario file, laid over the scenario")
    reward: Literal["click", "cart", "purchase"] = "click"
    days: float = Field(7.0, gt=0, le=366, description="of the log, back from its newest answer")
    most: int = Field(2_000, ge=1, le=5_000, description="answers that are asked again at most")


class EstimateLine(Answer):
    """One estimate in short."""

    estimate_id: str
    state: Literal["running", "done", "refused", "failed", "cancelled", "lost"] = Field(
        description="refused where the log cannot say; lost where its process was killed"
    )
    scenario: str
    differences: dict[str, Any]
    reward: str
    days: float
    most: int
    by: str
    started_at: str
    ended_at: str | None
    doing: str
    done: int
    total: int | None
    why: str = Field(description="what went wrong, or why nothing can be said")


class EstimateState(EstimateLine):
    """One estimate with what came out."""

    result: dict[str, Any] | None = Field(description="of `evaluate policy`; null until it is there")


class EstimatesAnswer(Answer):
    """The newest estimates, newest first."""

    request_id: str
    estimates: list[EstimateLine]


class EstimateAnswer(Answer):
    """One estimate."""

    request_id: str
    estimate: EstimateState
