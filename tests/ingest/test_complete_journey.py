"""The demo's reader, on a handful of rows of the same shape, and on the package where it is installed."""

import importlib.util
import time
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from shopmind.ingest.ingest import ingest
from shopmind.ingest.readers.batch import Batch
from shopmind.ingest.readers.complete_journey import PACKAGE, CompleteJourney
from shopmind.kit.clock import WEEK_MS
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.database import open_database
from shopmind.testing.pace import within

NOW = 1_790_000_000_000


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Our own rows in the package's shape."""
    day = datetime(2017, 6, 1)
    tables = {
        "products": {
            "product_id": [10, 11, 12],
            "manufacturer_id": [1, 2, 2],
            "department": ["GROCERY", "GROCERY", "MISCELLANEOUS"],
            "brand": ["National", "Private", "National"],
            "product_category": ["FROZEN PIZZA", "FRZN VEGETABLE/VEG DSH", None],
            "product_type": ["PIZZA/PREMIUM", "CORN", None],
            "package_size": ["12 OZ", None, None],
        },
        "transactions": {
            "household_id": [1, 1, 2, 2],
            "store_id": [330, 330, 330, 330],
            "basket_id": [100, 100, 101, 102],
            "product_id": [10, 11, 10, 99],
            "quantity": [2, 0, 1, 1],
            "sales_value": [5.0, 0.0, 3.0, 1.0],
            "transaction_timestamp": [day, day, datetime(2017, 6, 2), datetime(2017, 6, 3)],
        },
        "demographics": {"household_id": [1], "age": ["45-54"]},
        "campaigns": {"campaign_id": [18], "household_id": [1]},
        "campaign_descriptions": {
            "campaign_id": [18],
            "campaign_type": ["Type A"],
            "start_date": [day],
            "end_date": [datetime(2017, 6, 30)],
        },
        "coupons": {"coupon_upc": [5, 5, 5], "product_id": [10, 11, 98], "campaign_id": [18, 18, 18]},
        "coupon_redemptions": {
            "household_id": [1],
            "coupon_upc": [5],
            "campaign_id": [18],
            "redemption_date": [datetime(2017, 6, 2)],
        },
    }
    folder = tmp_path / "package"
    folder.mkdir()
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet")
    return folder


def rows(source: CompleteJourney, table: str) -> list[dict[str, object]]:
    batches: list[Batch] = list(source.read(table))
    return [row for batch in batches for row in batch.frame.to_dicts()]


def test_goods_get_titles_in_words_and_the_median_price_of_a_piece(package: Path) -> None:
    items = {str(row["item_id"]): row for row in rows(CompleteJourney(now_ms=NOW, folder=package), "items")}
    assert items["10"]["title"] == "Pizza/Premium, 12 oz"
    assert items["10"]["price"] == 2.75
    assert items["11"]["title"] == "Corn (Frozen Vegetable/Vegetable Dish)"
    assert items["11"]["price"] is None
    assert items["12"]["title"] == "Unlisted product (Miscellaneous)"
    assert items["99"]["title"] == "Unlisted product"
    assert items["10"]["categories"] == ["Grocery", "Frozen Pizza", "Pizza/Premium"]
    assert (items["store-330"]["kind"], items["store-330"]["title"]) == ("shop", "Store 330")
    assert (items["campaign-18"]["kind"], items["campaign-18"]["title"]) == ("promotion", "Campaign 18 (Type A)")
    assert items["coupon-18-5"]["title"] == "Coupon: frozen pizza and 1 more"
    assert items["coupon-18-5"]["starts_at"] == items["campaign-18"]["starts_at"]


def test_everything_that_happened_becomes_an_event(package: Path) -> None:
    events = rows(CompleteJourney(now_ms=NOW, folder=package), "events")
    assert [(row["type"], row["item_id"]) for row in events] == [
        ("impression", "campaign-18"),
        ("purchase", 10),
        ("purchase", 11),
        ("purchase", 10),
        ("purchase", 99),
        ("view", "store-330"),
        ("view", "store-330"),
        ("view", "store-330"),
        ("redeem", "coupon-18-5"),
    ]
    assert len({row["event_id"] for row in events}) == len(events)


def test_times_end_within_the_last_week_and_move_by_whole_weeks(package: Path) -> None:
    source = CompleteJourney(now_ms=NOW, folder=package)
    assert source.time_shift_ms % WEEK_MS == 0
    last = max(int(str(row["timestamp"])) for row in rows(source, "events"))
    assert NOW - WEEK_MS < last <= NOW


def test_links_name_what_a_coupon_covers_and_what_a_shop_sells_often(package: Path) -> None:
    links = rows(CompleteJourney(now_ms=NOW, folder=package), "links")
    assert [(row["type"], row["source_id"], row["target_id"]) for row in links] == [
        ("covers", "coupon-18-5", "10"),
        ("covers", "coupon-18-5", "11"),
    ]


def test_the_report_says_what_was_made_up(package: Path) -> None:
    notes = " ".join(CompleteJourney(now_ms=NOW, folder=package).notes())
    assert "1 lines are of 1 products that are not listed" in notes
    assert "no stock" in notes


@pytest.mark.slow
def test_the_whole_demo_gets_in(tmp_path: Path) -> None:
    if importlib.util.find_spec(PACKAGE) is None:
        pytest.skip(f"{PACKAGE} is not installed")
    database = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    with within(90, clock=time.process_time):
        report = ingest("complete_journey", database, tmp_path, Pseudonyms(b"k" * 32))
    counts = {each.table: each.accepted for each in report.tables}
    database.close()
    assert counts == {"items": 94_029, "users": 2_469, "links": 238_429, "events": 1_624_977}
    assert report.tables[-1].rejected == {"impossible_quantity": 8_869}
