"""The answer: ordered items with score, source and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopmind.domain.ad import Placement
from shopmind.domain.bundle import Bundle
from shopmind.domain.item import Item
from shopmind.domain.understood import Understood


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a hit is there: one signal, its share of the score, and a sentence.

    Attributes:
        signal: name of the retriever or feature.
        value: the signal's own value.
        share: part of the score it accounts for, in score units; NaN when the ranker cannot say.
        text: one sentence in the language asked for.
    """

    signal: str
    value: float
    share: float
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One item of a slate.

    Attributes:
        source: the retrievers that brought it, strongest first.
        position: 0-based place, counted over all pages.
        propensity: probability of this item at this position under the serving policy.
        highlights: "title" and, where words stand in it, a part of the "description": HTML with <mark>.
        variants: ids of other items of its group that were found, where a hit stands for its group.
        advertiser: who pays for its place; None for a hit that is no ad.
        placement: what is held for it; None for a hit that is no ad, and outside the shop.
    """

    item: Item
    score: float
    source: tuple[str, ...]
    position: int
    propensity: float | None = 1.0
    reasons: tuple[Reason, ...] = ()
    highlights: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()
    advertiser: str | None = None
    placement: Placement | None = field(default=None, repr=False, compare=False)

    @property
    def sponsored(self) -> bool:
        """Whether it stands there because somebody pays for the place."""
        return self.advertiser is not None


@dataclass(frozen=True, slots=True)
class FacetRange:
    """How many items lie between two numbers; `low` is in it, `high` only in the last range."""

    low: float
    high: float
    items: int


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of the matching items have each value of one column.

    Attributes:
        counts: (value, items), most first; of categories every level, as "Wide > Narrow". Empty for numbers.
        low, high: smallest and largest value of a column of numbers; None for texts and when nothing matches.
        ranges: of a column of numbers, holding about as many items each.
        missing: matching items without a value.
        exact: False when more matches than is counted: every count is then a lower bound.
    """

    name: str
    counts: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    high: float | None = None
    ranges: tuple[FacetRange, ...] = ()
    missing: int = 0
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Matches:
    """How much matches a query: the set that facets count.

    Attributes:
        items: how many match and may be shown, the filter and the constraints in force held; of groups, where facets
            count groups.
        near: how many hits there are to page through beside them, that do not match and are only close to it.
        exact: False when more matches than is counted: `items` is then a lower bound.
    """

    items: int
    near: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A merchandiser's rule that took part in the answer.

    Attributes:
        rule_id: names the rule.
        version: of the rule, counted from 1.
        action: pin, boost, bury, hide, cap, redirect or banner.
        items: ids of items it moved, put in or took out.
        says: the address of a redirect, the text of a banner; "" for the others.
    """

    rule_id: str
    version: int
    action: str
    items: tuple[str, ...] = ()
    says: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A hit that a draw put where it stands, to learn whether people like it there.

    Attributes:
        position: as Hit.position.
        by: the reranker that drew it.
        chance: its probability in this slot, given that the request explores.
        lifted: whether it was ranked beyond the head; else the ranking would show it, too.
        features: what the chance was computed from, of a policy that learns from such; empty otherwise.
    """

    position: int
    by: str
    chance: float
    lifted: bool
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slate:
    """The hits of one request.

    Attributes:
        request_id: later events echo it.
        total: how many candidates passed the filters and were ranked; a lower bound of what matches.
        degraded: named fallbacks that were taken, e.g. ("dense: weights are missing",).
        model_version: digest of the artifacts and encoder behind the answer.
        took_ms: time in the engine.
        stages_ms: stage → milliseconds.
        understood: the reading of the text that was answered; None without a text.
        facets: the counts asked for.
        matching: how much matches; None where no facets were asked for.
        applied_rules: the merchandiser's rules that took part, redirects and banners among them.
        variant: "EXPERIMENT/VARIANT", of several layers joined with "+"; None outside experiments.
        teams: of an interleaved slate, "EXPERIMENT/VARIANT" that brought each hit; empty otherwise.
        draw: what chance in the answer was derived from; a query that brings it repeats or continues this answer. None
            where nothing was left to chance.
        tried: the hits that a draw put in their places.
        bundles: goods that sell together, of scenarios that name such; best first.
    """

    request_id: str
    scenario: str
    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    model_version: str
    degraded: tuple[str, ...] = ()
    variant: str | None = None
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    understood: Understood | None = None
    facets: tuple[Facet, ...] = ()
    applied_rules: tuple[AppliedRule, ...] = ()
    teams: tuple[str, ...] = ()
    draw: str | None = None
    tried: tuple[Tried, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    matching: Matches | None = None
