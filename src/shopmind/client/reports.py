"""What the reports of the API hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryLine:
    """One query text, in plain letters.

    Attributes:
        empty: searches that found nothing; None when that is not known.
        judged: searches with hits, of which a click would be known.
        low, high: ends of the 95 % interval of the click rate.
    """

    query: str
    searches: int
    visitors: int
    empty: int | None
    judged: int
    clicked: int
    click_rate: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A query that was soon asked again in other words: respelt, narrowed, widened or changed.

    Attributes:
        helped: times the second query led to a click.
    """

    query: str
    then: str
    how: str
    times: int
    visitors: int
    helped: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """What too few visitors asked to be shown."""

    queries: int
    searches: int


@dataclass(frozen=True, slots=True)
class Queries:
    """What people search for, do not find, do not click, and ask again.

    Attributes:
        since_ms: later than asked when there are too many answers to read.
        low_click: surely clicked less than the average query.
    """

    since_ms: int
    until_ms: int
    searches: int
    visitors: int
    empty_rate: float | None
    click_rate: float | None
    top: tuple[QueryLine, ...]
    no_result: tuple[QueryLine, ...]
    low_click: tuple[QueryLine, ...]
    reformulated: tuple[Rewrite, ...]
    withheld: Withheld


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """What happened at one place, in one variant, on one day, to one segment, as far as asked for.

    Of a segment, what is not about people is None; a rate without a denominator is None.

    Attributes:
        scenario: "" for what no answer led to.
        empty, degraded: answers without a hit, and with a fallback.
        revenue: currency → money in major units.
        ctr, add_to_cart_rate, conversion: clicks for each impression; the others for each click.
        revenue_per_thousand: impressions, in the shop's currency.
        coverage: share of the goods that could be shown here which were.
        diversity: share of the pairs in a slate whose categories differ.
        novelty: mean surprise of what was shown, in bits.
        latency_ms: p50, p90, p99 in the engine.
    """

    day: str | None
    scenario: str | None
    variant: str | None
    segment: str | None
    answers: int | None
    empty: int | None
    degraded: int | None
    impressions: float
    clicks: float
    views: float
    favourites: float
    add_to_carts: float
    purchases: float
    revenue: Mapping[str, float]
    ctr: float | None
    add_to_cart_rate: float | None
    conversion: float | None
    revenue_per_thousand: float | None
    coverage: float | None
    diversity: float | None
    novelty: float | None
    latency_ms: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first doing was in one week, and which share did something in the 1st, 2nd, … week after."""

    since: str
    customers: int
    stayed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """Signed-in customers; nobody is named.

    Attributes:
        active, new: who did something, and who of them for the first time.
        retention: share of those of the equally long time before who are active again.
        recency_days, frequency_days, tenure_days: quartiles.
        loyalty: days with a purchase, such as 3-5, → customers.
    """

    active: int
    new: int
    buyers: int
    repeat_rate: float | None
    retention: float | None
    recency_days: Mapping[str, float] | None
    frequency_days: Mapping[str, float] | None
    tenure_days: Mapping[str, float] | None
    loyalty: Mapping[str, int]
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True)
class Echoes:
    """Outcomes whose request_id led nowhere: no such answer, one without the item, one too long ago."""

    unknown: float
    not_shown: float
    late: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """The business of a period.

    Attributes:
        behind: events in the log that are not counted yet.
        rule: last_touch or position_based.
    """

    since_ms: int
    until_ms: int
    total: TrafficLine
    lines: tuple[TrafficLine, ...]
    customers: CustomerFigures
    echoes: Echoes
    behind: int
    rule: str
    window_days: float
    currency: str


@dataclass(frozen=True, slots=True)
class AdFigures:
    """What was shown of ads and came of it; money in major units, None without a denominator.

    Attributes:
        seen: of those shown, reported as seen, or clicked.
        foreseen_clicks: as the ranking foresaw for the same answers.
    """

    shown: int
    seen: int
    clicks: int
    purchases: int
    spent: float
    foreseen_clicks: float
    click_rate: float | None
    per_click: float | None
    per_thousand: float | None


@dataclass(frozen=True, slots=True)
class AdLine:
    """One ad.

    Attributes:
        pricing: cpm, cpc or cpa; None while its terms cannot be used.
        held: for ads that were shown and may still be charged.
        state: "bids", or why it does not.
    """

    item_id: str
    title: str
    advertiser: str
    pricing: str | None
    bid: float | None
    budget: float | None
    spent_in_all: float | None
    held: float | None
    state: str
    figures: AdFigures


@dataclass(frozen=True, slots=True)
class Ads:
    """What advertisers got for their money, dearest ads first."""

    since_ms: int
    until_ms: int
    currency: str | None
    ads: tuple[AdLine, ...]
    advertisers: Mapping[str, AdFigures]
    left_out: int


@dataclass(frozen=True, slots=True)
class Association:
    """Orders that hold all of `given` tend to hold `then`.

    Attributes:
        titles: of `given`, then of `then`.
        q: share of false finds, were every rule called one that is at least as sure.
        adds: of two given goods, whether both say more than the better one alone.
    """

    given: tuple[str, ...]
    then: str
    titles: tuple[str, ...]
    orders: int
    support: float
    confidence: float
    lift: float
    leverage: float
    q: float
    adds: bool


@dataclass(frozen=True, slots=True)
class Associations:
    """The rules of a shop.

    Attributes:
        orders: they were mined from.
        tests: how many rules could have been found; `q` is held over all of them.
        total: rules that meet what was asked.
    """

    orders: int
    at_least: int
    triples_at_least: int
    tests: int
    total: int
    trained_at_ms: int
    rules: tuple[Association, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One item that stood in a slot that explores; counts fade with time, and the interval holds the rate with 95 %."""

    item_id: str
    title: str
    shown: float
    rewarded: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Slots:
    """What is known of the slots of a scenario that explores.

    Attributes:
        by: the reranker that fills them.
        slots: positions in the answer, from 0.
        mean: rate of all, drawn to the prior.
        trained: False: only what the process has heard since the other trainings counts.
    """

    scenario: str
    by: str
    slots: tuple[int, ...]
    shown: float
    rewarded: float
    mean: float
    items: int
    arms: tuple[Arm, ...]
    trained: bool
