"""What goes through the doors of a merchandiser, as schemas.py does for everybody's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.pipeline.lexicon import Kind as WordKind
from shopmind.pipeline.rules.rule import Action, Match
from shopmind.serving.schemas import MAX_ANCHORS, MAX_FILTER, MAX_N, MAX_TEXT, Answer, Id
from shopmind.serving.slate_schemas import SlateAnswer

MAX_DRAFT = 200
RuleId = Annotated[str, Field(min_length=1, max_length=100)]


class RuleRow(BaseModel):
    """A rule as it is written: one action and its conditions, all of which must hold."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    rule_id: RuleId = Field(description="letters, digits, '.', '_' and '-'")
    action: Action
    items: list[Id] | None = Field(None, description="ids it is about; for a pin, in their order")
    filter: str | None = Field(None, description="items it is about, in the filter language; not for a pin")
    by: str | None = Field(None, description="of a cap: a column such as brand, each value by itself")
    most: int | None = Field(None, description="of a cap: how many may stand on the first places; 1 when left out")
    first: int | None = Field(None, description="of a cap: how many places it is about; 10 when left out")
    place: int | None = Field(None, description="of a pin's first item, from 1 on; 1 when left out")
    strength: float | None = Field(None, description="of a boost or bury, 1 to 8; 2 when left out")
    url: str | None = Field(None, description="where a redirect leads")
    text: str | None = Field(None, description="of a banner")
    scenarios: list[str] | None = Field(None, description="places in the shop; all when left out")
    query: list[str] | None = Field(None, description="phrases, one of which the query must meet")
    match: Match | None = Field(None, description="how: all words in any order, exactly, or at the start")
    segment: str | None = Field(None, description="attributes of the user, in the filter language")
    language: str | None = Field(None, description="of the query, such as en or zh")
    from_: str | None = Field(None, alias="from", description="RFC 3339; it holds from then on")
    until: str | None = Field(None, description="RFC 3339; it holds before then")
    priority: int | None = Field(None, description="where rules disagree the higher one wins, then the smaller id")
    enabled: bool | None = None
    note: str | None = None


class RuleAnswer(Answer):
    """A rule as of one change."""

    rule: dict[str, Any] = Field(description="as RuleRow, without what is as by default")
    version: int = Field(description="counted from 1; 0 for a draft")
    changed_at: str | None
    changed_by: str = Field(description="the public prefix of the key that changed it, or a name given on the machine")
    removed: bool = Field(description="this change took the rule out")


class RulesAnswer(Answer):
    """Every rule, in the order in which they win."""

    request_id: str
    rules: list[RuleAnswer]
    unreadable: dict[str, str] = Field(description="key of a stored rule that cannot be read → why; it is left out")


class RuleHistoryAnswer(Answer):
    """A rule and all it was."""

    request_id: str
    rule: RuleAnswer
    history: list[RuleAnswer] = Field(description="newest first")


class RuleChangedAnswer(Answer):
    """A rule was taken out or rolled back."""

    request_id: str
    rule: RuleAnswer


class RollBackQuestion(BaseModel):
    """Which version to go back to."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1)


class PreviewQuestion(BaseModel):
    """A question to answer with and without rules that are not stored."""

    model_config = ConfigDict(extra="forbid")

    rules: list[dict[str, Any]] = Field(
        max_length=MAX_DRAFT, description="as RuleRow; one of a stored rule's id takes its place"
    )
    scenario: str = "search"
    text: str = Field("", max_length=MAX_TEXT)
    user: Id | None = None
    session: Id | None = None
    anchors: list[Id] = Field([], max_length=MAX_ANCHORS)
    filters: str = Field("", max_length=MAX_FILTER)
    n: int | None = Field(None, ge=1, le=MAX_N)
    language: Literal["", "en", "zh"] = ""


class MoveAnswer(Answer):
    """Where an item stands on the page, from 0 on; null where it is not on it."""

    item_id: str
    before: int | None
    after: int | None


class PreviewAnswer(Answer):
    """An answer as the stored rules make it, and as it would be with the draft beside them."""

    request_id: str
    before: SlateAnswer
    after: SlateAnswer
    moved: list[MoveAnswer]
    left_out: dict[str, list[str]] = Field(description="draft rule → ids it pins that the answer does not have")
    warnings: dict[str, list[str]] = Field(
        description="draft rule → what is doubtful; @refused → why it cannot be written"
    )


class WordRow(BaseModel):
    """An entry of the lexicon as it is written."""

    model_config = ConfigDict(extra="forbid")

    kind: WordKind
    words: list[str]
    to: list[str] | str | None = Field(None, description="where one_way, correction and category lead")
    worth: float | None = Field(None, description="how much a synonym counts beside the word itself, 0 to 1")
    key: str | None = Field(None, description="the entry's name; made from kind and words when left out")


class WordAnswer(Answer):
    """An entry of the lexicon."""

    key: str
    kind: WordKind
    words: list[str]
    to: list[str]
    worth: float
    version: int
    changed_at: str | None
    changed_by: str


class WordsAnswer(Answer):
    """The lexicon, newest entries first."""

    request_id: str
    words: list[WordAnswer]


class WordRemovedAnswer(Answer):
    """An entry was taken out of the lexicon."""

    request_id: str
    key: str
    removed: bool


class QueriesQuestion(BaseModel):
    """The period of a report."""

    model_config = ConfigDict(extra="forbid")

    days: float = Field(30.0, gt=0, le=3660, description="back from now")
    n: int = Field(50, ge=1, le=1000, description="most lines of each list")
    min_visitors: int = Field(2, ge=2, le=1000, description="a query of fewer different visitors is withheld")


class QueryLineAnswer(Answer):
    """One query text, in plain letters."""

    query: str
    searches: int
    visitors: int
    empty: int | None = Field(description="searches that found nothing; null when that is not known")
    judged: int = Field(description="searches with hits, of which a click would be known")
    clicked: int
    click_rate: float | None
    low: float = Field(description="lower end of the 95 % interval of the click rate")
    high: float


class RewriteAnswer(Answer):
    """A query that was soon asked again in other words."""

    query: str
    then: str
    how: Literal["respelt", "narrowed", "widened", "changed"]
    times: int
    visitors: int
    helped: int = Field(description="times the second query led to a click")


class WithheldAnswer(Answer):
    """What too few visitors asked to be shown."""

    queries: int
    searches: int


class QueriesAnswer(Answer):
    """What people search for, do not find, do not click, and ask again."""

    request_id: str
    since: str = Field(description="begins later than asked when there are too many answers to read")
    until: str
    searches: int
    visitors: int
    empty_rate: float | None
    click_rate: float | None
    top: list[QueryLineAnswer]
    no_result: list[QueryLineAnswer]
    low_click: list[QueryLineAnswer] = Field(description="surely clicked less than the average query")
    reformulated: list[RewriteAnswer]
    withheld: WithheldAnswer
