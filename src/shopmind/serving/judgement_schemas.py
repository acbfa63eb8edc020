"""What goes through the doors of the relevance workbench: judgements."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.evaluation.workbench.book import LONGEST_QUERY, LONGEST_SET, MAIN, MOST
from shopmind.evaluation.workbench.compared import MOST_QUERIES
from shopmind.serving.schemas import Answer, Id
from shopmind.serving.trace_schemas import ConfigurationQuestion

SetName = Annotated[str, Field(min_length=1, max_length=LONGEST_SET)]
Grade = Literal[0, 1, 2, 3]


class JudgementRow(BaseModel):
    """How well an item answers a query; nobody is named in it."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY)]
    item_id: Id
    grade: Grade = Field(description="0 not at all, 1 a little, 2 well, 3 exactly")
    set: SetName = Field(MAIN, description="the saved query set it belongs to")


class JudgementsQuestion(BaseModel):
    """Which judgements."""

    model_config = ConfigDict(extra="forbid")

    set: SetName | None = Field(None, description="a saved query set; all when left out")
    query: str | None = Field(None, max_length=LONGEST_QUERY, description="one query, however cased; all when left out")
    n: int = Field(200, ge=1, le=2_000)
    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the answer this one continues")


class GradeAnswer(Answer):
    """A grade it had before, and since when."""

    grade: Grade
    at: str


class JudgementAnswer(Answer):
    """One judgement."""

    key: str
    set: str
    query: str
    item_id: str
    grade: Grade
    version: int = Field(description="counted from 1")
    at: str
    history: list[GradeAnswer] = Field(description="what it was before, oldest first, at most 20")


class JudgementSetAnswer(Answer):
    """A saved query set."""

    name: str
    queries: int
    judgements: int
    changed_at: str


class JudgementsAnswer(Answer):
    """Judgements, newest first, and the saved sets."""

    request_id: str
    judgements: list[JudgementAnswer]
    total: int = Field(description=f"of the set and query asked for; a shop keeps {MOST:,} at most")
    next_cursor: str | None
    sets: list[JudgementSetAnswer]


class JudgementRemovedAnswer(Answer):
    """A judgement, or a whole set of them, was taken out."""

    request_id: str
    removed: int


class ExportQuestion(BaseModel):
    """What to export."""

    model_config = ConfigDict(extra="forbid")

    set: SetName | None = Field(None, description="a saved query set; all when left out")
    format: Literal["csv", "ndjson"] = "ndjson"


class ExportAnswer(Answer):
    """The texts of two files; `shopmind evaluate search FOLDER` reads them from a folder."""

    request_id: str
    format: Literal["csv", "ndjson"]
    queries: str = Field(description="of the file `queries`: query_id, query, language")
    judgments: str = Field(description="of the file `judgments`: query_id, item_id, grade")


class JudgementReportQuestion(BaseModel):
    """Which configurations to hold against which judgements."""

    model_config = ConfigDict(extra="forbid")

    set: SetName = MAIN
    configurations: list[ConfigurationQuestion] = Field(
        default_factory=lambda: [ConfigurationQuestion.model_validate({})],
        min_length=1,
        max_length=2,
        description="one, or two to compare",
    )
    most: int = Field(200, ge=1, le=MOST_QUERIES, description="queries; chosen by hash where the set has more")


class FigureAnswer(Answer):
    """A mean over queries with its 95 % bootstrap interval; null where that cannot be said."""

    value: float | None
    low: float | None
    high: float | None


class ReportLineAnswer(Answer):
    """One query, a value for each configuration."""

    query: str
    judged: int = Field(description="items that were judged for it")
    ndcg: list[float | None]
    judged_share: list[float | None] = Field(description="part of the first ten hits that was judged")


class JudgementReportAnswer(Answer):
    """How well the configurations order what was judged."""

    request_id: str
    set: str
    queries: int = Field(description="with an item graded above 0")
    asked: int = Field(description="fewer than `queries` when there are more than `most`, or the time was up")
    left_out: int = Field(description="queries without an item graded above 0")
    systems: list[dict[str, FigureAnswer]] = Field(
        description="figure → mean, in the order of the configurations: ndcg@10, recall@10, mrr@10, judged@10"
    )
    difference: dict[str, FigureAnswer] | None = Field(description="second − first on the same queries")
    lines: list[ReportLineAnswer] = Field(description="those that differ most first")
