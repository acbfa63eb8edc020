"""Events of other engines, in the shapes their public references show."""

from typing import Any

from shopmind.ingest.aliases import recognise


def test_our_own_rows_stay_as_they_are() -> None:
    row = {"type": "view", "item_id": "a", "events": "x"}
    assert recognise(row) == [row]


def test_ga4_measurement_protocol_gives_one_row_an_item() -> None:
    payload = {
        "client_id": "123.456",
        "user_id": "u1",
        "timestamp_micros": "1769860800000000",
        "events": [
            {
                "name": "purchase",
                "params": {
                    "currency": "USD",
                    "transaction_id": "T_12345",
                    "value": 30.03,
                    "items": [
                        {"item_id": "SKU_12345", "price": 10.01, "quantity": 3},
                        {"item_id": "SKU_12346", "price": 21.01},
                    ],
                },
            },
            {"name": "search", "params": {"search_term": "t-shirts"}},
        ],
    }
    first, second, search = recognise(payload)
    assert first == {
        "type": "purchase",
        "item_id": "SKU_12345",
        "quantity": 3,
        "value": 30.03,
        "currency": "USD",
        "order_id": "T_12345",
        "user_id": "u1",
        "session_id": "123.456",
        "timestamp": 1_769_860_800_000,
    }
    assert second["value"] == 21.01
    assert (search["type"], search["query"]) == ("search", "t-shirts")


def test_ga4_data_layer_and_export_are_known_too() -> None:
    layer: dict[str, Any] = {"event": "view_item_list", "ecommerce": {"items": [{"item_id": "a"}, {"item_id": "b"}]}}
    assert [(row["type"], row["item_id"], row["position"]) for row in recognise(layer)] == [
        ("impression", "a", 0),
        ("impression", "b", 1),
    ]
    export = {
        "event_name": "add_to_cart",
        "event_timestamp": 1_769_860_800_000_000,
        "user_pseudo_id": "p.1",
        "event_params": [{"key": "currency", "value": {"string_value": "EUR", "int_value": None}}],
        "items": [{"item_id": "a", "quantity": 2}],
    }
    (row,) = recognise(export)
    assert (row["type"], row["item_id"], row["session_id"], row["quantity"]) == ("add_to_cart", "a", "p.1", 2)


def test_opensearch_ubi_click() -> None:
    event = {
        "action_name": "item_click",
        "client_id": "c-1",
        "query_id": "q-1",
        "timestamp": "2026-01-31T12:00:00Z",
        "event_attributes": {
            "object": {"object_id": "isbn-1", "object_id_field": "isbn"},
            "position": {"ordinal": 3},
        },
    }
    assert recognise(event) == [
        {
            "type": "click",
            "item_id": "isbn-1",
            "session_id": "c-1",
            "timestamp": "2026-01-31T12:00:00Z",
            "request_id": "q-1",
            "position": 2,
        }
    ]


def test_gorse_feedback() -> None:
    feedback = {"FeedbackType": "star", "UserId": "bob", "ItemId": "vuejs:vue", "Timestamp": "2022-02-24"}
    expected = {"type": "favourite", "user_id": "bob", "item_id": "vuejs:vue", "timestamp": "2022-02-24"}
    assert recognise(feedback) == [expected]


def test_algolia_insights_counts_positions_from_one() -> None:
    event = {
        "eventType": "click",
        "eventName": "Product Clicked",
        "index": "products",
        "userToken": "anonymous-1",
        "authenticatedUserToken": "user-1",
        "timestamp": 1_641_290_601_962,
        "objectIDs": ["9780545139700", "9780439784542"],
        "queryID": "43b15df305339e827f0ac0bdc5ebcaa7",
        "positions": [7, 6],
    }
    rows = recognise(event)
    assert [row["position"] for row in rows] == [6, 5]
    assert rows[0]["user_id"] == "user-1"
    assert rows[0]["session_id"] == "anonymous-1"
    cart = {"eventType": "conversion", "eventSubtype": "addToCart", "objectIDs": ["a"], "userToken": "t"}
    assert recognise(cart)[0]["type"] == "add_to_cart"


def test_amazon_personalize_brings_what_was_shown_as_well() -> None:
    body = {
        "trackingId": "t",
        "userId": "u",
        "sessionId": "s",
        "eventList": [
            {
                "eventId": "e1",
                "eventType": "Purchase",
                "itemId": "b",
                "eventValue": 9.5,
                "sentAt": 1_769_860_800,
                "impression": ["a", "b"],
                "recommendationId": "r",
                "properties": '{"device": "phone"}',
            }
        ],
    }
    shown, also, bought = recognise(body)
    assert (shown["type"], shown["item_id"], shown["position"], shown["event_id"]) == (
        "impression",
        "a",
        0,
        "e1-shown-0",
    )
    assert also["item_id"] == "b"
    assert (bought["type"], bought["value"], bought["attributes"]) == ("purchase", 9.5, {"device": "phone"})
