"""Maps as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shopmind.insights.map.node import Health, Kind
from shopmind.insights.map.words import Format
from shopmind.serving.schemas import Answer, Id


class MapQuestion(BaseModel):
    """How a map is drawn."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(7, ge=1, le=366, description="of the figures, today the last of them")
    depth: int = Field(8, ge=0, le=8, description="levels below the root")
    format: Literal["json", "mermaid", "svg"] = Field("json", description="mermaid and svg are the map as a file")
    language: Literal["", "en", "zh"] = Field("", description="of titles and figures; the shop's own when left out")


class CatalogueMapQuestion(MapQuestion):
    """How wide the map of the catalogue is."""

    days: int = Field(30, ge=1, le=366, description="of what was sold and looked at, back from now")
    each: int = Field(8, ge=1, le=50, description="children of a node at most; what is left is told in one more")


class UserMapQuestion(BaseModel):
    """Whose interests; exactly one of user and pseudonym."""

    model_config = ConfigDict(extra="forbid")

    user: Id | None = Field(None, description="the shop's own user id; it is made a pseudonym here")
    pseudonym: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="as other answers tell it")
    each: int = Field(8, ge=1, le=50, description="interests of a sort at most")
    depth: int = Field(8, ge=0, le=8, description="levels below the root")
    format: Literal["json", "mermaid", "svg"] = Field("json", description="mermaid and svg are the map as a file")
    language: Literal["", "en", "zh"] = Field("", description="of titles and figures; the shop's own when left out")

    @model_validator(mode="after")
    def one_of_them(self) -> UserMapQuestion:
        """Refuses nobody, and two."""
        if (self.user is None) == (self.pseudonym is None):
            raise ValueError("exactly one of user and pseudonym is needed")
        return self


class NodeAnswer(Answer):
    """A place on a map."""

    id: str = Field(description="the way to it from the root; the same whenever the map is drawn")
    kind: Kind
    name: str = Field(description="as the shop calls it: a scenario's file, a part on the menu, an item's id")
    title: str
    about: str = Field(description="what it is, in one sentence; empty where the title says it")
    figures: dict[str, float | int | str | None] = Field(description="null is not known; times are epoch ms")
    line: str = Field(description="the main figures as people read them")
    health: Health = Field(description="good, idle: nothing happens there, poor: look at it, bad: it does not work")
    says: list[str] = Field(description="what is wrong or missing")
    children: list[NodeAnswer]


class LegendAnswer(Answer):
    """How a figure is written, and its words."""

    format: Format
    label: str


class MapAnswer(Answer):
    """A map as a tree."""

    request_id: str
    of: Literal["shop", "catalogue", "user"]
    language: Literal["en", "zh"]
    root: NodeAnswer
    legend: dict[str, LegendAnswer] = Field(description="name of a figure → how it is written")
