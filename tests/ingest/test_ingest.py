"""Everything together: files in, rows in the stores, and a report that is right."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import polars as pl
import pytest

from shopmind.ingest.ingest import ingest, weeks_to
from shopmind.ingest.mapping import build_mapping
from shopmind.ingest.report import Report
from shopmind.kit.clock import DAY_MS, WEEK_MS
from shopmind.kit.errors import InputError
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.samples import tiny_events, write_tiny
from shopmind.stores.database import ShopDatabase, open_database
from shopmind.testing.pace import within

NOW = 1_790_000_000_000
PEOPLE = Pseudonyms(b"k" * 32)
Take = Callable[..., Report]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[ShopDatabase]:
    opened = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    yield opened
    opened.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "data", NOW)


@pytest.fixture
def take(database: ShopDatabase, tmp_path: Path, data: Path) -> Take:
    def taken(**options: object) -> Report:
        table = options.pop("mapping", {})
        return ingest(
            data,
            database,
            tmp_path,
            PEOPLE,
            mapping=build_mapping(table),
            clock=lambda: NOW,
            **options,  # type: ignore[arg-type]
        )

    return taken


def rejected(tmp_path: Path) -> list[dict[str, object]]:
    path = tmp_path / "rejected.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []


def add(path: Path, *rows: dict[str, object]) -> None:
    with open(path, "ab") as file:
        file.write(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def test_the_tiny_shop_gets_in_whole_and_a_second_run_changes_nothing(take: Take, database: ShopDatabase) -> None:
    first = take()
    assert [(each.table, each.accepted) for each in first.tables] == [
        ("items", 52),
        ("users", 30),
        ("links", 62),
        ("events", 820),
    ]
    assert first.rejected == 0
    written = [change for change in database.catalogue.changes(0) if change.what != "links"]
    last = database.events.last_number()
    second = take()
    assert second.tables[-1].duplicate == 820
    assert [change for change in database.catalogue.changes(0) if change.what != "links"] == written
    assert (database.events.count(), database.events.last_number()) == (820, last)


def test_no_raw_user_or_session_id_reaches_the_disk(take: Take, data: Path, tmp_path: Path) -> None:
    secret = {"user_id": "alice@example.org", "session_id": "cookie-4711"}
    add(
        data / "events.ndjson",
        {"type": "view", "item_id": "tea-01", **secret},
        {"type": "veiw", "item_id": "x", **secret},
    )
    with open(data / "events.ndjson", "ab") as file:
        file.write(b'{"type": "view", "user_id": "alice@example.org", broken\n')
    add(data / "links.ndjson", {"type": "friend", "source_id": "alice@example.org", "target_id": ""})
    assert take().rejected == 3
    for path in tmp_path.iterdir():
        if path.is_file():
            assert b"alice@example" not in path.read_bytes()
            assert b"cookie-4711" not in path.read_bytes()
    assert PEOPLE.user("alice@example.org") in (tmp_path / "rejected.ndjson").read_text()


def test_a_rejected_row_has_its_file_line_field_and_reason_and_is_written_once(
    take: Take, data: Path, tmp_path: Path
) -> None:
    add(data / "events.ndjson", {"type": "purchase", "item_id": "tea-01", "quantity": -2, "user_id": "u01"})
    take()
    take()
    (row,) = rejected(tmp_path)
    assert (row["file"], row["line"], row["reason"], row["field"]) == (
        "events.ndjson",
        821,
        "impossible_quantity",
        "quantity",
    )
    assert row["row"] == {"type": "purchase", "item_id": "tea-01", "quantity": -2, "user_id": PEOPLE.user("u01")}


def test_a_row_that_gets_in_later_leaves_the_rejected_file(take: Take, data: Path, tmp_path: Path) -> None:
    add(data / "events.ndjson", {"event_id": "x", "type": "view", "item_id": "new-1"})
    assert take().tables[-1].rejected == {"unknown_item": 1}
    add(data / "items.ndjson", {"item_id": "new-1", "title": "New"})
    assert take().rejected == 0
    assert rejected(tmp_path) == []


def test_a_line_that_a_kill_cut_short_is_forgotten(take: Take, data: Path, tmp_path: Path) -> None:
    add(data / "events.ndjson", {"type": "view", "item_id": "nowhere"})
    take()
    with open(tmp_path / "rejected.ndjson", "ab") as file:
        file.write(b'{"key": "half')
    take()
    assert len(rejected(tmp_path)) == 1


def test_rows_without_an_id_get_one_that_does_not_change(take: Take, data: Path, database: ShopDatabase) -> None:
    rows = [{k: v for k, v in row.items() if k != "event_id"} for row in tiny_events(NOW)]
    (data / "events.ndjson").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    assert take().tables[-1].accepted == 820
    assert take().tables[-1].duplicate == 820
    assert database.events.count() == 820


def test_equal_rows_with_different_ids_are_kept_unless_the_mapping_drops_them(take: Take, data: Path) -> None:
    twin = {"type": "view", "item_id": "tea-01", "timestamp": NOW}
    add(data / "events.ndjson", {"event_id": "t1", **twin}, {"event_id": "t2", **twin})
    kept = take()
    assert (kept.tables[-1].remarks["duplicate_events"], kept.rejected) == (1, 0)
    dropped = take(mapping={"events": {"duplicates": "drop"}})
    assert dropped.tables[-1].rejected == {"duplicate_events": 1}


def test_a_mapping_makes_a_foreign_export_ours(data: Path, take: Take, database: ShopDatabase) -> None:
    (data / "events.ndjson").unlink()
    (data / "events.csv").write_text(
        "sku;customer;sold at;what;paid\n"
        "tea-01;u01;2026-06-01 12:00:00;sale;14,90\n"
        "tea-02;u02;2026-06-01 13:00:00;sale;6,50\n"
    )
    columns = {"item_id": "sku", "user_id": "customer", "timestamp": "sold at", "type": "what", "value": "paid"}
    mapping = {"columns": columns, "type_map": {"sale": "purchase"}, "zone": "Europe/Berlin", "currency": "EUR"}
    report = take(mapping={"events": mapping})
    assert report.rejected == 0
    table = database.events.table(["purchase"])
    assert table["value_minor"].to_list() == [1490, 650]
    assert table["timestamp_ms"].to_list() == [1_780_308_000_000, 1_780_311_600_000]


def test_events_of_other_engines_get_in_by_alias(data: Path, take: Take, database: ShopDatabase) -> None:
    (data / "events.ndjson").unlink()
    add(
        data / "events.ndjson",
        {"FeedbackType": "star", "UserId": "u01", "ItemId": "tea-01", "Timestamp": "2026-06-01"},
        {"eventType": "view", "objectIDs": ["tea-01", "tea-02"], "userToken": "t", "timestamp": NOW - DAY_MS},
    )
    assert take().tables[-1].accepted == 3
    assert take().tables[-1].duplicate == 3


def test_times_are_moved_by_whole_weeks_and_alike_in_later_runs(data: Path, take: Take, database: ShopDatabase) -> None:
    rows = [{**row, "timestamp": f"2019{str(row['timestamp'])[4:]}"} for row in tiny_events(NOW)]
    (data / "events.ndjson").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    report = take(mapping={"events": {"time_shift": "weeks"}})
    assert report.time_shift_weeks > 300
    assert "weeks later" in report.as_text()
    times = database.events.time_range()
    assert times is not None
    assert NOW - WEEK_MS < times[1] <= NOW


def test_whole_weeks_end_within_the_last_seven_days() -> None:
    assert weeks_to(NOW - 3 * WEEK_MS - 5, NOW) == 3
    assert weeks_to(NOW + 1, NOW) == -1
    assert weeks_to(NOW, NOW) == 0


def test_bad_lines_and_foreign_encodings_of_a_csv_cost_no_good_row(
    data: Path, take: Take, database: ShopDatabase, tmp_path: Path
) -> None:
    (data / "items.ndjson").rename(tmp_path / "aside.ndjson")
    for name in ("users", "links", "events"):
        (data / f"{name}.ndjson").unlink()
    content = (
        b"item_id,title,price\n"
        + "a,龙井,3\n".encode()
        + b'b,caf\xe9,nan\nc,"open\nd,x\x00,1\ne,<b>bold</b>,-4\nf,fine,2,9\n'
    )
    (data / "items.csv").write_bytes(content + b"g," + b"x" * 10_000_000 + b",1\nh,last,1\n")
    (report,) = take().tables
    assert report.accepted == 3
    assert report.rejected == {
        "unclosed_quote": 1,
        "nul_byte": 1,
        "impossible_price": 1,
        "too_many_fields": 1,
        "too_long": 1,
    }
    titles = [item.title for _, item in database.catalogue.scan()]
    assert titles == ["龙井", "café", "last"]


def test_values_of_mixed_types_in_one_column_get_in(data: Path, take: Take) -> None:
    add(
        data / "events.ndjson",
        {"type": "view", "item_id": "tea-01", "user_id": 7, "value": "3", "attributes": {"a": [1, {"b": 2}]}},
        {"type": "view", "item_id": "tea-01", "user_id": ["no"]},
    )
    add(data / "items.ndjson", {"item_id": 5, "title": 12, "price": None, "categories": "A > B"})
    report = take()
    assert report.tables[0].accepted == 53
    assert report.tables[-1].rejected == {"missing_id": 1}


def test_the_report_speaks_plainly_and_as_json(take: Take, data: Path) -> None:
    add(data / "items.ndjson", {"item_id": "m", "title": "<i>x</i>"}, {"title": "no id"})
    report = take()
    text = report.as_text()
    assert "items.ndjson: 54 rows read, 53 accepted, 1 rejected" in text
    assert "mended: 1 × text held HTML" in text
    assert "rejected: 1 × item_id is missing" in text
    assert orjson.loads(orjson.dumps(report.as_json()))["tables"]["items"]["rejected"] == {"missing_id": 1}


def test_progress_is_told(take: Take) -> None:
    told: list[tuple[str, int]] = []
    take(progress=lambda title, done, total: told.append((title, done)))
    assert ("events", 820) in told


def test_a_source_that_is_none_is_refused(database: ShopDatabase, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="complete_journey"):
        ingest("complete_jorney", database, tmp_path, PEOPLE)


_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from shopmind.ingest.ingest import ingest
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.database import open_database
data, folder, now = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
ingest(data, open_database(f"sqlite:///{folder / 'shop.db'}"), folder, Pseudonyms(b"k" * 32), clock=lambda: now)
"""


@pytest.mark.slow
@pytest.mark.parametrize("stored", [0, 1, 50_000, 120_000])
def test_killed_at_any_moment_and_run_again_nothing_is_lost_or_doubled(
    data: Path, tmp_path: Path, take: Take, database: ShopDatabase, stored: int
) -> None:
    base = tiny_events(NOW)
    count = 200_000
    frame = pl.DataFrame(
        {
            "type": ["view"] * count,
            "item_id": [base[i % 820].get("item_id", "tea-01") if i % 100 else "nowhere" for i in range(count)],
            "user_id": [f"u{i % 999}" for i in range(count)],
            "timestamp": [NOW - i for i in range(count)],
        }
    )
    (data / "events.ndjson").unlink()
    frame.write_csv(data / "events.csv")
    arguments = [sys.executable, "-c", _IN_ANOTHER_PROCESS, str(data), str(tmp_path), str(NOW)]
    process = subprocess.Popen(arguments)
    path = tmp_path / "rejected.ndjson"
    while process.poll() is None and (database.events.count() < stored if stored else not path.is_file()):
        time.sleep(0.01)
    process.kill()
    assert process.wait() != 0
    assert database.events.count() < count - 2_000
    report = take()
    assert report.tables[-1].rejected == {"unknown_item": 2_000}
    assert report.tables[-1].accepted + report.tables[-1].duplicate == count - 2_000
    assert database.events.count() == count - 2_000
    keys = [row["key"] for row in rejected(tmp_path)]
    assert len(keys) == len(set(keys)) == 2_000


@pytest.mark.slow
def test_events_go_through_at_twenty_thousand_rows_a_second(data: Path, take: Take) -> None:
    count = 200_000
    pl.DataFrame(
        {
            "type": ["purchase"] * count,
            "item_id": [f"tea-{1 + i % 10:02d}" for i in range(count)],
            "user_id": [f"u{i % 5000}" for i in range(count)],
            "timestamp": [NOW - i * 1000 for i in range(count)],
            "value": [1.5] * count,
            "quantity": [1] * count,
        }
    ).write_parquet(data / "events.parquet")
    (data / "events.ndjson").unlink()
    with within(count / 20_000, clock=time.process_time):
        take()
