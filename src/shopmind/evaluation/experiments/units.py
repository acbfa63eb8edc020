"""What each unit of an experiment did, out of the log: who was dealt what and when, and what followed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from shopmind.domain import EVENT_TYPES, EventType
from shopmind.evaluation.attribution import WINDOW_DAYS, attribute
from shopmind.evaluation.slates import LATE_MS, places_of
from shopmind.kit.clock import DAY_MS
from shopmind.shop import Shop

MOST_SLATES = 1_000_000
BLOCK = 50_000
"""Answers held as rows of Python at once."""

EARLIER_DAYS = 28

_DEALT = {"request_id": pl.String, "unit": pl.String, "variant": pl.String, "at_ms": pl.Int64, "hits": pl.Int64}
_DONE: tuple[EventType, ...] = ("click", "add_to_cart", "purchase")

Deal = Callable[[Mapping[str, Any]], str | None]


@dataclass(frozen=True)
class Units:
    """The units of an experiment.

    Attributes:
        table: `unit`, `variant`, `first_ms`, and of each unit since it was dealt in: `hits` it was shown by the
            experiment, `clicks` (those it clicked) and money `credited` to them; `carts`, `orders` and `revenue`
            anywhere in the shop. With "earlier_" before their names what it did in the EARLIER_DAYS before. Money is
            in minor units.
        crossed: units that were seen in two arms and are left out.
        drafts: of an interleaving `unit`, `team`, `chosen`: hits of each team that were clicked.
        cut: whether there are more answers than are read.
    """

    table: pl.DataFrame
    crossed: int
    drafts: pl.DataFrame
    cut: bool


def read_units(shop: Shop, deal: Deal, unit: str, since_ms: int, until_ms: int, *, most: int = MOST_SLATES) -> Units:
    """Who took part between two times, and what they did.

    A unit counts from its first answer on that the experiment dealt, whatever was in it; an empty page is one too.

    Args:
        deal: slate record → the arm it belongs to, None for none.
        unit: "user" or "session".
        most: newest answers that are read.
    """
    events = shop.events.table(since_ms=since_ms - EARLIER_DAYS * DAY_MS, until_ms=until_ms, whole=True)
    events = events.with_columns(who=pl.col("user").cast(pl.String) if unit == "user" else pl.col("session"))
    dealt, slates, cut = _slates(shop, deal, unit, (since_ms, until_ms), most, _echoed(events))
    arms = dealt.group_by("unit").agg(
        variant=pl.col("variant").first(), arms=pl.col("variant").n_unique(), first_ms=pl.col("at_ms").min()
    )
    crossed = int((arms["arms"] > 1).sum())
    kept = arms.filter(pl.col("arms") == 1).select("unit", "variant", "first_ms")
    kept = kept.with_columns(who=_known(shop, kept["unit"], unit))
    credits = _credits(shop, events, slates, since_ms).join(dealt.select("request_id", "unit"), on="request_id")
    hits = dealt.group_by("unit").agg(hits=pl.col("hits").sum())
    clicks, chosen = _clicked(credits)
    table = kept
    for frame in (hits, clicks, _done(events, kept, shop.settings.currency)):
        table = table.join(frame, on="unit", how="left")
    table = table.with_columns(pl.col(each).fill_null(0).cast(pl.Float64) for each in table.columns[4:])
    return Units(table.drop("who").sort("unit"), crossed, chosen, cut)


def _slates(
    shop: Shop, deal: Deal, unit: str, between_ms: tuple[int, int], most: int, echoed: frozenset[str]
) -> tuple[pl.DataFrame, list[tuple[int, str, Mapping[str, Any]]], bool]:
    """Every answer that was dealt, the records of those in `echoed`, and whether there are more than were read."""
    frames: list[pl.DataFrame] = []
    rows: list[tuple[str, str, str, int, int]] = []
    slates: list[tuple[int, str, Mapping[str, Any]]] = []
    seen = 0
    with contextlib.closing(shop.records.stream("slate", most)) as stream:
        for seen, (request_id, body) in enumerate(stream, 1):
            at_ms = int(body.get("at_ms", 0))
            if at_ms < between_ms[0] - LATE_MS:
                seen = 0
                break
            arm, who = deal(body), body.get(f"{unit}_id")
            if arm is None or who is None or not between_ms[0] <= at_ms < between_ms[1]:
                continue
            rows.append((request_id, who, arm, at_ms, len(body.get("items") or ())))
            if request_id in echoed:
                slates.append((0, request_id, body))
            if len(rows) >= BLOCK:
                frames.append(pl.DataFrame(rows, _DEALT, orient="row"))
                rows = []
    frames.append(pl.DataFrame(rows, _DEALT, orient="row"))
    return pl.concat(frames).sort("at_ms", maintain_order=True), slates, seen >= most


def _echoed(events: pl.DataFrame) -> frozenset[str]:
    """Answers that somebody did something about; of the others nothing but their number of hits is needed."""
    passive = [EVENT_TYPES.index("impression"), EVENT_TYPES.index("search")]
    doings = events.filter(~pl.col("type").is_in(passive), pl.col("request_id").is_not_null())
    return frozenset(doings["request_id"].unique().to_list())


def dealt_by(name: str) -> Deal:
    """The variant of one experiment in the label of an answer, such as "one/a+two/b"."""

    def arm(body: Mapping[str, Any]) -> str | None:
        for part in str(body.get("variant") or "").split("+"):
            experiment, _, variant = part.partition("/")
            if experiment == name and variant:
                return variant
        return None

    return arm


def asked_in(places: Sequence[str]) -> Deal:
    """Every answer of these scenarios, in one arm: what there is before an experiment."""
    return lambda body: "all" if body.get("scenario") in places else None


def _known(shop: Shop, units: pl.Series, unit: str) -> pl.Series:
    """The unit as the events know it; a user without any event is known to none of them."""
    if unit == "session":
        return units
    numbers: list[int] = shop.users.numbers(units.to_list()).tolist() if len(units) else []
    return pl.Series([str(each) if each > 0 else None for each in numbers], dtype=pl.String)


def _credits(
    shop: Shop, events: pl.DataFrame, slates: Sequence[tuple[int, str, Mapping[str, Any]]], since_ms: int
) -> pl.DataFrame:
    """Clicks and purchases with the answers they are credited to, and the `team` whose hit it was.

    The team is told by the record of the answer: an impression that a client reports may know only the experiment.
    """
    shown = places_of(slates, shop.catalogue, shop.users).drop("record")
    recent = events.filter(pl.col("timestamp_ms") >= since_ms - round(WINDOW_DAYS * DAY_MS)).drop("who")
    found = attribute(recent, shown, outcomes=("click", "purchase"))
    teams = shown.unique(["request_id", "item"]).select(
        "request_id", "item", team=pl.col("variant").str.extract(r"/([^/+]+)$")
    )
    return found.join(teams, on=["request_id", "item"], how="left")


def _clicked(mine: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Per unit the hits it clicked and the money credited to hits; and the hits of each team that it clicked."""
    click = pl.col("type") == EVENT_TYPES.index("click")
    clicked = mine.filter(click).unique(["request_id", "item"], maintain_order=True)
    money = mine.filter(~click).group_by("unit")
    credited = money.agg(credited=(pl.col("credit") * pl.col("value_minor").fill_null(0)).sum())
    clicks = clicked.group_by("unit").agg(clicks=pl.len())
    chosen = clicked.group_by("unit", "team").agg(chosen=pl.len())
    return clicks.join(credited, on="unit", how="full", coalesce=True), chosen


def _done(events: pl.DataFrame, kept: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Per unit, since it was dealt in and in the days before: what it did anywhere in the shop.

    Money of another currency than the shop's is left out of sums.
    """
    codes = {each: EVENT_TYPES.index(each) for each in (*_DONE, "impression")}
    mine = events.filter(pl.col("type").is_in(list(codes.values())), pl.col("who").is_not_null()).join(
        kept.select("unit", "who", "first_ms").drop_nulls("who"), on="who"
    )
    money = pl.col("value_minor").fill_null(0) * (pl.col("currency").fill_null(currency) == currency)
    order = pl.coalesce(pl.col("order").cast(pl.String), pl.col("number").cast(pl.String))
    bought, after = pl.col("type") == codes["purchase"], pl.col("timestamp_ms") >= pl.col("first_ms")
    before = ~after & (pl.col("timestamp_ms") >= pl.col("first_ms") - EARLIER_DAYS * DAY_MS)
    carted, clicked = pl.col("type") == codes["add_to_cart"], pl.col("type") == codes["click"]
    seen = pl.col("type") == codes["impression"]
    return mine.group_by("unit").agg(
        carts=carted.filter(after).sum(),
        orders=order.filter(bought & after).n_unique(),
        revenue=money.filter(bought & after).sum(),
        earlier_hits=seen.filter(before).sum(),
        earlier_clicks=clicked.filter(before).sum(),
        earlier_carts=carted.filter(before).sum(),
        earlier_orders=order.filter(bought & before).n_unique(),
        earlier_revenue=money.filter(bought & before).sum(),
    )
