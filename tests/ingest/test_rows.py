"""What a raw row may be."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shopmind.domain import Event
from shopmind.ingest import rows
from shopmind.ingest.fields import RowError
from shopmind.ingest.money import to_decimal
from shopmind.privacy.pseudonym import Pseudonyms

NOW = 1_790_000_000_000
PEOPLE = Pseudonyms(b"k" * 32)


def event(**row: object) -> Event:
    return rows.event({"type": "view", "item_id": "a", **row}, pseudonyms=PEOPLE, now_ms=NOW, default_currency="USD")


def test_an_item_takes_every_field_and_makes_the_rest_attributes() -> None:
    item = rows.item(
        {
            "item_id": 12.0,
            "title": " <b>Teapot</b> &amp; cup ",
            "categories": "Kitchen > Teaware",
            "price": "24.5",
            "currency": "usd",
            "stock": "3",
            "created_at": "2026-01-31T12:00:00+02:00",
            "attributes": '{"size": {"height_cm": 12}, "tags": ["a", "b"], "none": null}',
            "colour": "clear",
        }
    )
    assert item.item_id == "12"
    assert item.title == "Teapot & cup"
    assert item.categories == ("Kitchen", "Teaware")
    assert (item.price_minor, item.currency) == (2450, "USD")
    assert item.stock == 3
    assert item.created_at_ms == int(datetime(2026, 1, 31, 10, tzinfo=UTC).timestamp() * 1000)
    assert item.attributes == {"size.height_cm": 12, "tags": "a; b", "colour": "clear"}


@pytest.mark.parametrize(
    ("price", "currency", "minor"),
    [
        ("14.90", "USD", 1490),
        (1200, "JPY", 1200),
        ("1.2345", "KWD", 1235),
        (0.1 + 0.2, "USD", 30),
        ("1.005", "USD", 101),
    ],
)
def test_money_is_kept_in_minor_units_of_its_currency(price: object, currency: str, minor: int) -> None:
    assert rows.item({"item_id": "a", "price": price, "currency": currency}).price_minor == minor


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,299.00", "1299.00"),
        ("1.299,00 €", "1299.00"),
        ("12,5", "12.5"),
        ("1'299.50", "1299.50"),
        ("¥1,200", "1200"),
    ],
)
def test_prices_are_read_as_people_write_them(text: str, number: str) -> None:
    assert str(to_decimal(text)) == number


@pytest.mark.parametrize("price", [float("nan"), "", "N/A", "null", None])
def test_an_unknown_price_is_none_and_never_a_number(price: object) -> None:
    item = rows.item({"item_id": "a", "price": price, "currency": "USD"})
    assert (item.price_minor, item.currency) == (None, None)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({}, "item_id", "missing_id"),
        ({"item_id": "a\x00"}, "item_id", "missing_id"),
        ({"item_id": "x" * 201}, "item_id", "missing_id"),
        ({"item_id": True}, "item_id", "missing_id"),
        ({"price": -1}, "price", "impossible_price"),
        ({"price": "cheap"}, "price", "impossible_price"),
        ({"price": float("inf")}, "price", "impossible_price"),
        ({"price": 1, "currency": "dollars"}, "currency", "impossible_price"),
        ({"kind": "prodct"}, "kind", "unknown_type"),
        ({"title": "t" * 1001}, "title", "too_long"),
        ({"description": "d" * 10_000_000}, "description", "too_long"),
        ({"title": ["a"]}, "title", "wrong_type"),
        ({"attributes": "{"}, "attributes", "wrong_type"),
        ({"attributes": {f"a{i}": i for i in range(300)}}, "attributes", "too_long"),
        ({"created_at": "yesterday"}, "created_at", "impossible_time"),
        ({"stock": -1}, "stock", "impossible_quantity"),
    ],
)
def test_a_bad_item_is_refused_with_the_field_and_the_reason(row: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        rows.item({"item_id": "a", **row} if row else {})
    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert field in caught.value.message


def test_an_event_leaves_the_door_with_pseudonyms_only() -> None:
    made = event(user_id="412", session_id=7)
    assert made.user_id == PEOPLE.user("412")
    assert made.session_id == PEOPLE.session("7")


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31 12:00:00",
        "2026-01-31T13:00:00+01:00",
        1_769_860_800,
        1_769_860_800_000,
        "1769860800",
        1_769_860_800_000_000,
        datetime(2026, 1, 31, 12),
    ],
)
def test_a_time_may_be_written_in_many_ways(time: object) -> None:
    assert event(timestamp=time).timestamp_ms == 1_769_860_800_000


def test_a_time_without_offset_is_of_the_zone_the_mapping_names() -> None:
    row = {"type": "view", "item_id": "a", "timestamp": "2026-01-31T12:00:00"}
    made = rows.event(row, pseudonyms=PEOPLE, now_ms=NOW, zone=ZoneInfo("Asia/Shanghai"))
    assert made.timestamp_ms == 1_769_860_800_000 - 8 * 3_600_000


def test_an_event_without_time_is_now_and_without_id_gets_one() -> None:
    assert event().timestamp_ms == NOW
    assert event().event_id != event().event_id


def test_a_rating_is_kept_times_a_hundred_and_has_no_currency() -> None:
    made = event(type="rate", value=4.5)
    assert (made.value_minor, made.currency) == (450, None)


def test_only_a_return_may_have_a_value_below_zero() -> None:
    assert event(type="return", value=-3).value_minor == -300
    with pytest.raises(RowError, match="value"):
        event(type="purchase", value=-3)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"type": "veiw"}, "type"),
        ({"item_id": None}, "item_id"),
        ({"type": "search", "item_id": None}, "query"),
        ({"quantity": 0}, "quantity"),
        ({"position": -1}, "position"),
        ({"propensity": 0}, "propensity"),
        ({"propensity": 1.5}, "propensity"),
        ({"timestamp": NOW + 3 * 86_400_000}, "timestamp"),
        ({"timestamp": "32 o'clock"}, "timestamp"),
        ({"timestamp": -5}, "timestamp"),
    ],
)
def test_a_bad_event_is_refused_with_its_field(row: dict[str, object], field: str) -> None:
    with pytest.raises(RowError) as caught:
        event(**row)
    assert caught.value.field == field


def test_a_wrong_word_gets_the_nearest_right_one() -> None:
    with pytest.raises(RowError, match="did you mean 'purchase'"):
        event(type="purchse")


def test_links_between_users_become_pseudonyms_and_others_stay() -> None:
    friend = rows.link({"type": "friend", "source_id": 1, "target_id": 2}, PEOPLE)
    assert friend.source_id == PEOPLE.user("1")
    assert rows.link({"type": "covers", "source_id": "p", "target_id": "q", "weight": 2}, PEOPLE).source_id == "p"
    with pytest.raises(RowError, match="covers"):
        rows.link({"type": "cover", "source_id": "p", "target_id": "q"}, PEOPLE)


def test_consent_is_yes_or_no() -> None:
    assert rows.user({"user_id": "1", "consent": {"personalise": "no"}}, PEOPLE).consent == {"personalise": False}
    with pytest.raises(RowError, match="personalise"):
        rows.user({"user_id": "1", "consent": {"personalise": "perhaps"}}, PEOPLE)
