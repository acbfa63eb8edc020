"""Do people act at the hour their messages are planned for? `python -m benchmarks.send_time SHOP`, the demo's.

The Complete Journey: what came before the last four weeks is known. Each household that had bought before and orders in
these weeks is given an hour by the planner of messages (`Planner.moment`), as on the day they begin; beside it the hour
of somebody who never did anything, which is the shop's busiest. A figure is the share of the household's orders of the
four weeks that fall within an hour of it: into the hour itself, the one before or the one after, on any day. Once no
hour is quiet, once the quiet hours are those of a shop that says nothing of them. The log is in UTC and does not say
where the stores are; they open an hour earlier by it in summer, as on the east coast of the United States, whose zone
is given to the planner. `own_hours` is as shipped; what others would have given is told of the four weeks before, and
chooses nothing here. Intervals are drawn over households. Writes results/send_time.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import shopmind
from benchmarks.record import write
from shopmind.domain import EVENT_TYPES, History, User
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.operations.messages import Planner
from shopmind.operations.messages.campaigns import Plans, parse
from shopmind.operations.messages.moments import HOURS
from shopmind.shop import Shop

SEED = 0
WINDOW_MS = 28 * DAY_MS
NEAR = 1
"""Hours on either side that still count."""
PURCHASE = EVENT_TYPES.index("purchase")
CAMPAIGN = "hours"
ZONE = "America/New_York"
FILE = f"""
zone = "{ZONE}"
public_url = "https://shop.example"
[channels.email]
by = "files"
[campaigns.{CAMPAIGN}]
title = "Hours"
channel = "email"
"""
TRIED = (1.0, 4.0, 8.0, 16.0, 32.0)
NEVER_QUIET = (0, 0)
Hours = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Who is asked, and when they ordered.

    Attributes:
        start_ms: the moment at which hours are chosen.
        orders: columns person (row of `people`) and hour (0..23, of UTC), a row an order.
        people: pseudonyms and what each had done before.
    """

    start_ms: int
    orders: pl.DataFrame
    people: Mapping[str, History]


def window(shop: Shop, start_ms: int) -> Window:
    """The four weeks from `start_ms` on: households with an order in them and a purchase before."""
    lines = shop.events.table(("purchase",), until_ms=start_ms + WINDOW_MS).drop_nulls(["user", "order"])
    before = lines.filter(pl.col("timestamp_ms") < start_ms)["user"].unique()
    late = lines.filter((pl.col("timestamp_ms") >= start_ms) & pl.col("user").is_in(before.to_list()))
    orders = late.group_by("user", "order").agg(pl.col("timestamp_ms").min())
    names = dict(shop.users.table().select("number", "user_id").iter_rows())
    asked = sorted(orders["user"].unique().to_list())
    place = pl.DataFrame({"user": asked, "person": range(len(asked))}, schema_overrides={"user": orders["user"].dtype})
    told = orders.join(place, "user").select("person", hour=pl.col("timestamp_ms") // HOUR_MS % HOURS)
    most = shop.settings.history
    people = {
        names[user]: shop.events.history(names[user], None, limit=100_000).before(start_ms).last(most) for user in asked
    }
    return Window(start_ms, told, people)


def hours(shop: Shop, found: Window, plans: Plans) -> tuple[Hours, int]:
    """(people,) the hour of UTC at which each would be written to, and the hour of somebody who never did anything."""
    planner = Planner(shop, plans, CAMPAIGN, now_ms=found.start_ms)

    def hour(user: User, history: History) -> int:
        moment = planner.moment(user, history, user.user_id)
        if moment is None:
            raise SystemExit("every hour is quiet")
        return moment // HOUR_MS % HOURS

    users = shop.users.some(list(found.people))
    own = np.array([hour(users[name], history) for name, history in found.people.items()], np.int64)
    return own, hour(User("nobody"), History.empty())


def within(orders: pl.DataFrame, chosen: Hours) -> NDArray[np.float64]:
    """(people,) share of each person's orders whose hour is at most NEAR from the chosen one, around midnight too."""
    person, hour = orders["person"].to_numpy(), orders["hour"].to_numpy()
    apart = np.abs(hour - chosen[person])
    near = np.minimum(apart, HOURS - apart) <= NEAR
    return np.bincount(person, near, minlength=len(chosen)) / np.bincount(person, minlength=len(chosen))


def compared(shop: Shop, found: Window, plans: Plans) -> dict[str, Any]:
    """Our hour beside the shop's busiest."""
    own, busiest = hours(shop, found, plans)
    values = {"own hour": within(found.orders, own), "busiest hour": within(found.orders, np.full_like(own, busiest))}
    gap = {"own hour-busiest hour": {"within an hour": values["own hour"] - values["busiest hour"]}}
    systems = {name: {"within an hour": each} for name, each in values.items()}
    return {
        "quiet": list(plans.quiet),
        "busiest_hour_utc": busiest,
        "same_hour": round(float(np.mean(own == busiest)), 4),
        "systems": _plain(systems),
        "differences": _plain(gap),
    }


def _plain(systems: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> dict[str, Any]:
    told = with_intervals(systems, seed=SEED)
    return {name: {figure: plain(each) for figure, each in of.items()} for name, of in told.items()}


def measure(shop: Shop) -> dict[str, Any]:
    """The last four weeks by the shipped constants, and the four before by others."""
    shipped = parse(FILE, {name: each.needs for name, each in shop.scenarios.items()})
    free = replace(shipped, quiet=NEVER_QUIET)
    span = shop.events.time_range()
    if span is None:
        raise SystemExit("the shop has no events")
    last = window(shop, span[1] + 1 - WINDOW_MS)
    parts = {"no quiet hours": compared(shop, last, free), "quiet hours as shipped": compared(shop, last, shipped)}
    earlier = window(shop, last.start_ms - WINDOW_MS)
    tried = {}
    for weight in TRIED:
        own, busiest = hours(shop, earlier, replace(free, own_hours=weight))
        tried[f"{weight:g}"] = round(float(within(earlier.orders, own).mean()), 4)
        tried["the busiest hour"] = round(float(within(earlier.orders, np.full_like(own, busiest)).mean()), 4)
    return {
        "households": len(last.people),
        "orders": last.orders.height,
        "own_hours": shipped.own_hours,
        "zone": shipped.zone,
        "parts": parts,
        "four weeks before": {"households": len(earlier.people), "own_hours": tried},
    }


def main() -> None:
    """Measures and writes results/send_time.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path, nargs="?", default=Path("shops/demo"), help="the demo's shop")
    with shopmind.open(parser.parse_args().shop, encoder="none") as shop:
        found = measure(shop)
    print(json.dumps(found, indent=1))
    print(f"wrote {write('send_time', {'question': 'the hour of a message', 'seed': SEED, **found}).name}")


if __name__ == "__main__":
    main()
