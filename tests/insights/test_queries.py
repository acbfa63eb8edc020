from __future__ import annotations

import time

import polars as pl
import pytest

from shopmind.insights import QueryReport, query_report, search_log
from shopmind.insights.queries import rewritten
from shopmind.insights.search_log import SEARCHES
from shopmind.kit.errors import InputError
from shopmind.shop import Shop

MINUTE_MS = 60_000
Row = tuple[str | None, int, str | None, str, int | None]


def report(rows: list[Row], followed: tuple[str, ...] = (), **asked: int) -> QueryReport:
    """Rows of (request, minute, visitor, text, found)."""
    log = pl.DataFrame(
        [(request, minute * MINUTE_MS, visitor, text, found) for request, minute, visitor, text, found in rows],
        schema=SEARCHES,
        orient="row",
    )
    clicks = pl.DataFrame({"request_id": list(followed)}, schema={"request_id": pl.String})
    return query_report(log, clicks, since_ms=0, until_ms=1, **asked)


def test_the_lists_by_hand() -> None:
    rows: list[Row] = [
        ("r1", 0, "ann", "Green  Tea", 9),
        ("r2", 1, "ann", "green tea", 9),  # the next page: the same search
        ("r3", 60, "ann", "green tea", 9),  # an hour later: another one
        ("r4", 0, "bob", "GREEN TEA", 9),
        ("r5", 0, "ann", "绿查", 0),
        ("r6", 0, "bob", "绿查", 0),
        ("r7", 9, "cat", "my name is cat", 0),
        (None, 5, "bob", "mug", None),
        (None, 5, "cat", "mug", None),
    ]
    found = report(rows, ("r2", "r4"))
    assert [(line.query, line.searches, line.visitors) for line in found.top] == [
        ("green tea", 3, 2),
        ("mug", 2, 2),
        ("绿查", 2, 2),
    ]
    tea, mug, _ = found.top
    assert (tea.empty, tea.judged, tea.clicked, tea.click_rate) == (0, 3, 2, 2 / 3)
    assert (mug.empty, mug.judged, mug.click_rate) == (None, 0, None)
    assert [(line.query, line.empty) for line in found.no_result] == [("绿查", 2)]
    assert (found.searches, found.visitors, found.empty_rate, found.click_rate) == (8, 3, 3 / 6, 2 / 3)
    assert (found.withheld_queries, found.withheld_searches) == (1, 1)
    assert "cat" not in str(found)


def test_low_click_takes_only_what_is_surely_below_the_rest() -> None:
    rows: list[Row] = []
    followed = []
    for at in range(60):
        rows.append((f"good{at}", at, f"v{at}", "kettle", 5))
        rows.append((f"poor{at}", at, f"v{at}", "mug", 5))
        followed.append(f"good{at}")
    rows += [(f"few{at}", 0, f"v{at}", "pan", 5) for at in range(2)]  # two without a click say little: high is .66
    found = report(rows, tuple(followed))
    assert found.click_rate == 60 / 122
    assert [line.query for line in found.low_click] == ["mug"]
    assert found.low_click[0].high < 0.07


def test_rewrites_are_soon_alike_unclicked_and_of_several_visitors() -> None:
    rows: list[Row] = []
    for who in ("ann", "bob"):
        rows += [
            (f"{who}1", 0, who, "earbud wireles", 0),
            (f"{who}2", 1, who, "earbuds wireless", 4),
            (f"{who}3", 2, who, "earbuds wireless nova", 2),
            (f"{who}4", 3, who, "frying pan", 2),
            (f"{who}5", 30, who, "frying pans", 2),
        ]
    rows += [("cat1", 0, "cat", "耳机", 3), ("cat2", 1, "cat", "蓝牙耳机", 3)]
    found = report(rows, ("ann2", "bob3"))
    told = [(each.query, each.then, each.how, each.times, each.helped) for each in found.reformulated]
    assert told == [("earbud wireles", "earbuds wireless", "respelt", 2, 1)]  # ann clicked before she narrowed
    alone = report(rows, ("ann2", "bob3"), min_visitors=1)
    assert ("耳机", "蓝牙耳机", "narrowed") in [(each.query, each.then, each.how) for each in alone.reformulated]


@pytest.mark.parametrize(
    ("query", "then", "how"),
    [
        ("green tea", "green tea bags", "narrowed"),
        ("green tea bags", "green tea", "widened"),
        ("nike shoos", "nike shoes", "respelt"),
        ("red shoes", "blue running shoes", "changed"),
        ("green tea", "phone case", None),
        ("蓝牙耳机", "耳机", "widened"),
        ("红茶", "手机壳", None),
    ],
)
def test_how_a_query_says_another_again(query: str, then: str, how: str | None) -> None:
    assert rewritten(query, then) == how


def test_visitors_that_are_not_known_count_as_one() -> None:
    rows: list[Row] = [(f"r{at}", 0, None, "john smith", 3) for at in range(5)]
    found = report(rows)
    assert (found.top, found.searches, found.visitors) == ((), 5, 0)
    assert (found.withheld_queries, found.withheld_searches) == (1, 5)
    assert report(rows, min_visitors=1).top[0].searches == 5


def test_a_search_that_shop_and_client_both_report_counts_once() -> None:
    rows: list[Row] = [("r1", 0, "ann", "tea", 0), ("r1", 0, "ann", "tea", None), ("r2", 0, "bob", "tea", 3)]
    found = report(rows)
    assert (found.searches, found.top[0].empty) == (2, 1)
    nobody: list[Row] = [("r1", 0, None, "tea", 0), ("r1", 0, None, "tea", None)]
    assert report(nobody, min_visitors=1).searches == 1


def test_an_empty_log_says_that_nothing_is_known() -> None:
    found = report([])
    assert (found.searches, found.empty_rate, found.click_rate, found.top) == (0, None, None, ())
    with pytest.raises(InputError):
        report([], n=0)


def test_the_log_of_a_shop_joins_answers_events_and_clicks(shop: Shop) -> None:
    now_ms = shop.folder.clock()
    for who in ("u01", "u03"):
        answered = shop.search("green tea", user=who)
        shop.search("zzqqxx", user=who)
        if who == "u01":
            shop.track({"type": "click", "user_id": who, "item_id": "tea-01", "request_id": answered.request_id})
    shop.track({"type": "search", "user_id": "u05", "query": "green tea"})
    shop.recommend("home", user="u01")
    shop._slates.flush()
    time.sleep(0.01)
    log = search_log(shop, now_ms - 1000, shop.folder.clock() + 1)
    assert (len(log.searches), log.searches["visitor"].n_unique(), len(log.followed)) == (5, 3, 1)
    found = query_report(log.searches, log.followed, since_ms=log.since_ms, until_ms=log.until_ms)
    tea, gibberish = found.top
    assert (tea.query, tea.searches, tea.visitors, tea.empty, tea.judged, tea.clicked) == ("green tea", 3, 3, 0, 2, 1)
    assert (gibberish.query, gibberish.empty) == ("zzqqxx", 2)
    assert not any(name in str(found) for name in log.searches["visitor"].drop_nulls())
    short = search_log(shop, 0, shop.folder.clock() + 1, most=2)
    assert short.since_ms >= now_ms


def test_the_tiny_shop_reports_searches_of_its_clients_in_both_languages(shop: Shop) -> None:
    log = search_log(shop, 0, shop.folder.clock())
    found = query_report(log.searches, log.followed, since_ms=0, until_ms=1)
    assert {"green tea", "龙井茶"} <= {line.query for line in found.top}
    assert found.empty_rate is None


def test_who_was_forgotten_is_not_in_the_log(shop: Shop) -> None:
    shop.search("green tea", user="u77")
    shop.forget("u77")
    log = search_log(shop, 0, shop.folder.clock() + 1)
    assert shop.pseudonyms.user("u77") not in log.searches["visitor"].to_list()
