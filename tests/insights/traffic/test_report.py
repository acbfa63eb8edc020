"""The table for people, worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shopmind.domain import Event, Item, User
from shopmind.insights.traffic import Line, count, customers, echoes, lines, traffic
from shopmind.insights.traffic.customers import loyalty
from shopmind.insights.traffic.traffic import told
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.shop import Shop, create

TODAY = 20_000
NOW = TODAY * DAY_MS + DAY_MS // 2


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Shop]:
    """Two goods, two people of Leeds and one of Porto; a slate of both goods to each of the former."""
    with create(tmp_path / "shop", clock=lambda: NOW, name="floor", encoder="none") as shop:
        shop.catalogue.put([Item("tea", categories=("a",)), Item("pot", categories=("b",)), Item("old", status="gone")])
        shop.users.put([User("u", attributes={"city": "Leeds"}), User("v", attributes={"city": "Leeds"})])
        shop.users.put([User("w", attributes={"city": "Porto"})])
        for user, variant in (("u", "look/A"), ("v", "look/B")):
            body = {"scenario": "home", "at_ms": NOW, "user_id": user, "session_id": None, "items": ["tea", "pot"],
                    "offset": 0, "variant": variant, "took_ms": 10.0 if user == "u" else 40.0}  # fmt: skip
            shop.records.put("slate", f"r-{user}", body)
            shop.events.append(
                [
                    Event(
                        f"{user}{at}",
                        "impression",
                        NOW,
                        user_id=user,
                        item_id=item,
                        request_id=f"r-{user}",
                        position=at,
                    )
                    for at, item in enumerate(("tea", "pot"))
                ]
            )
        shop.events.append(
            [
                did("c1", "click", "u", "tea", request_id="r-u"),
                did("c2", "click", "v", "tea", request_id="r-v"),
                did("a1", "add_to_cart", "u", "tea", request_id="r-u"),
                did("p1", "purchase", "u", "tea", request_id="r-u", value_minor=1_000),
                did("p2", "purchase", "w", "pot", value_minor=500, currency="EUR", order_id="o"),
                did("p3", "purchase", "w", "pot", at_ms=NOW - 3 * DAY_MS, value_minor=500, currency="EUR"),
                did("x1", "click", "w", "pot", request_id="nowhere", at_ms=NOW - 20 * DAY_MS),
            ]
        )
        count(shop)
        yield shop


def did(event_id: str, kind: Any, user: str, item: str, at_ms: int = NOW, **more: Any) -> Event:
    return Event(event_id, kind, at_ms, user_id=user, item_id=item, **more)


def by_name(found: list[Line], *names: str) -> dict[Any, Line]:
    return {
        tuple(getattr(line, name) for name in names) if len(names) > 1 else getattr(line, names[0]): line
        for line in found
    }


def test_the_total_by_hand(floor: Shop) -> None:
    (line,) = lines(floor, TODAY, TODAY + 1)
    assert (line.answers, line.empty, line.degraded, line.impressions, line.clicks) == (2, 0, 0, 4, 2)
    assert (line.add_to_carts, line.purchases, line.revenue) == (1, 2, {"EUR": 5.0, "USD": 10.0})
    assert (line.ctr, line.add_to_cart_rate, line.conversion) == (0.5, 0.5, 1.0)
    assert line.revenue_per_thousand == 2_500.0, "ten dollars of four impressions; euros are not dollars"
    assert (line.coverage, line.diversity) == (1.0, 1.0)
    assert line.latency_ms is not None
    assert line.latency_ms["p50"] == pytest.approx(1.1**25, abs=1e-3), "10 ms, told a tenth too high at most"
    assert line.latency_ms["p99"] == pytest.approx(1.1**39, abs=1e-3)


def test_lines_by_variant_and_day(floor: Shop) -> None:
    found = by_name(lines(floor, TODAY - 30, TODAY + 1, ("variant", "day")), "day", "variant")
    assert list(found) == [
        ((TODAY - 20) * DAY_MS, ""),
        ((TODAY - 3) * DAY_MS, ""),
        (TODAY * DAY_MS, ""),
        (TODAY * DAY_MS, "look/A"),
        (TODAY * DAY_MS, "look/B"),
    ]
    a, b = found[TODAY * DAY_MS, "look/A"], found[TODAY * DAY_MS, "look/B"]
    assert (a.ctr, a.conversion, a.revenue) == (0.5, 1.0, {"USD": 10.0})
    assert (b.ctr, b.conversion, b.revenue) == (0.5, 0.0, {})
    nobodys = found[TODAY * DAY_MS, ""]
    assert (nobodys.purchases, nobodys.ctr, nobodys.coverage) == (1, None, None)


def test_lines_by_segment_tell_only_of_people_and_keep_few_together(floor: Shop) -> None:
    found = by_name(lines(floor, TODAY, TODAY + 1, ("segment",), segment="city", min_users=1), "segment")
    assert sorted(found) == ["Leeds", "Porto"]
    assert (found["Leeds"].impressions, found["Leeds"].purchases, found["Porto"].revenue) == (4, 1, {"EUR": 5.0})
    assert (found["Leeds"].answers, found["Leeds"].coverage, found["Leeds"].latency_ms) == (None, None, None)
    assert [line.segment for line in lines(floor, TODAY, TODAY + 1, ("segment",), segment="city")] == ["(few)"]
    assert [line.segment for line in lines(floor, TODAY, TODAY + 1, ("segment",), segment="signed_in")] == ["yes"]


def test_customers_by_hand(floor: Shop) -> None:
    found = customers(floor, TODAY - 4, TODAY + 1)
    assert (found.active, found.new, found.buyers) == (3, 2, 2)
    assert found.repeat_rate == 0.5, "w bought on two days, u on one"
    assert found.retention is None, "nobody was there in the five days before"
    assert customers(floor, TODAY - 15, TODAY + 1).retention == 1.0, "w was there twenty days ago"
    assert loyalty(floor, TODAY + 1).select("recency_days", "frequency_days", "tenure_days").rows() == [
        (0, 1, 0),
        (0, 2, 20),
    ]
    assert found.loyalty == {"1": 1, "2": 1, "3-5": 0, "6-10": 0, "more": 0}
    assert found.tenure_days == {"q25": 5.0, "q50": 10.0, "q75": 15.0}
    week = found.cohorts[-3]
    assert (week.since, week.customers, week.stayed) == ((TODAY - 20) * DAY_MS, 1, (0.0, 1.0))


def test_requests_that_lead_nowhere_are_told(floor: Shop) -> None:
    assert echoes(floor, TODAY - 30, TODAY + 1).unknown == 1
    assert echoes(floor, TODAY, TODAY + 1).unknown == 0


def test_the_whole_report_counts_first_and_is_plain_data(floor: Shop) -> None:
    floor.events.append([did("c9", "click", "u", "pot", request_id="r-u")])
    report = traffic(floor, days=2, by=("scenario",))
    assert (report.total.clicks, report.behind, report.rule) == (3, 0, "last_touch")
    data = told(report)
    assert (data["since"], data["until"]) == ("2024-10-03T00:00:00Z", "2024-10-05T00:00:00Z")
    assert [(line["scenario"], line["clicks"]) for line in data["lines"]] == [("", 0), ("home", 3)]
    assert isinstance(data["lines"][0]["clicks"], int)
    assert told(traffic(floor, days=1, by=("day",)))["lines"][0]["day"] == "2024-10-04"


def test_a_shop_without_events_has_a_report_of_zeros(tmp_path: Path) -> None:
    with create(tmp_path / "shop", name="new", encoder="none") as shop:
        report = traffic(shop)
        assert (report.total.impressions, report.total.ctr, report.lines) == (0, None, [])
        assert (report.customers.active, report.customers.repeat_rate) == (0, None)


def test_what_is_not_allowed_is_said(floor: Shop) -> None:
    with pytest.raises(InputError, match=r"'hour'.*day, scenario, segment, variant"):
        traffic(floor, by=("hour",))
    with pytest.raises(InputError, match="name the attribute"):
        traffic(floor, by=("segment",))
    with pytest.raises(InputError, match="name the attribute"):
        traffic(floor, by=("day",), segment="city")
    with pytest.raises(InputError, match="days = 0"):
        traffic(floor, days=0)
