"""One request: who, where, what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from shopmind.domain.history import History


class Asked(TypedDict, total=False):
    """What any question may say besides who asks and what for; each is the field of Query of that name."""

    n: int | None
    offset: int
    explain: bool
    language: str
    verbatim: bool
    personal: bool
    sort: str
    facets: tuple[str, ...]
    min_score: float | None
    explore: bool
    record: bool


class AskedInside(Asked, total=False):
    """What may be said besides by whoever is inside: a client that chose its own draw would leave nothing to chance."""

    draw: str


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a scenario.

    Attributes:
        scenario: name of a scenario file.
        user_id: pseudonym; None for an anonymous visitor.
        session_id: pseudonym of the session.
        text: what was typed; "" when nothing.
        anchors: ids of the items in view or in the cart.
        filter: an expression of the filter language, "" for none; it is added to the scenario's own filters.
        n: length of the slate; None takes the scenario's.
        offset: how many hits to skip (cursor paging is built on it).
        now_ms: the time of the request; None takes the clock's.
        history: what the user did, when the caller knows better than the store (evaluation, stateless use).
        explain: whether each hit carries its reasons.
        language: of the sentences in the reasons, "en" or "zh"; "" takes the shop's.
        verbatim: searches for exactly what was typed: no correction, no constraints read out of the text.
        personal: whether what the user did may move the order; a shop or user switches it off.
        sort: "" by score; else a column such as "price", or "-price" for the highest first.
        facets: columns whose values are to be counted over all that matches.
        min_score: hits under this score are left out; None shows all.
        explore: whether the slate may show something to learn about it, where the scenario does so at all.
        record: whether the answer goes into the log; False for one that is looked into and shown to nobody.
        draw: `Slate.draw` of the answer that this one continues or repeats; "" leaves it to the new request's id.
    """

    scenario: str
    user_id: str | None = None
    session_id: str | None = None
    text: str = ""
    anchors: tuple[str, ...] = ()
    filter: str = ""
    n: int | None = None
    offset: int = 0
    now_ms: int | None = None
    history: History | None = None
    explain: bool = False
    language: str = ""
    verbatim: bool = False
    personal: bool = True
    sort: str = ""
    facets: tuple[str, ...] = ()
    min_score: float | None = None
    explore: bool = True
    record: bool = True
    draw: str = ""
