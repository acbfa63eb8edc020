"""What came of taking data in, as schemas.py does for slates. Nothing here says anything about a person."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.cursor import MAX_OFFSET
from shopmind.serving.schemas import MAX_N, Answer


class IngestTableAnswer(Answer):
    """One file."""

    file: str
    read: int
    accepted: int
    duplicate: int = Field(description="rows that were there already")
    rejected: dict[str, int] = Field(description="reason → rows")
    mended: dict[str, int]
    remarks: dict[str, int]
    seconds: float
    rows_per_second: int


class IngestAnswer(Answer):
    """One run of ingest."""

    at: str
    source: str = Field(description="name of the folder, file or export")
    tables: dict[str, IngestTableAnswer]
    rejected: int
    time_shift_weeks: int
    notes: list[str]
    seconds: float


class IngestsAnswer(Answer):
    """The newest runs of ingest, newest first."""

    request_id: str
    ingests: list[IngestAnswer]


class RejectedQuestion(BaseModel):
    """Which of the rows that did not get in."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=100, description="only rows refused for this reason")
    file: str = Field("", max_length=500, description="only rows of this file")
    n: int = Field(50, ge=1, le=MAX_N)
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="rows to skip; `cursor` does it for you")
    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the answer this one continues")


class RejectedRow(Answer):
    """One row that did not get in."""

    file: str
    line: int
    reason: str
    field: str | None
    message: str
    allowed: str = Field(description="what would get in, in words; empty where the message says it")
    row: dict[str, Any] | None = Field(description="what can be shown of it: nothing about people")
    withheld: int = Field(description="fields that are not shown")


class RejectedAnswer(Answer):
    """Rows that did not get in, newest first."""

    request_id: str
    rows: list[RejectedRow]
    total: int
    reasons: dict[str, int] = Field(description="reason → rows, over all files")
    files: dict[str, int] = Field(description="file → rows, over all reasons")
    next_cursor: str | None
