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


def test_ga4_keeps_the_list_the_place_and_our_request() -> None:
    """The example of the event reference for a promotion and a list, with our id as a custom parameter."""
    item = {
        "item_id": "SKU_12345",
        "item_name": "Stan and Friends Tee",
        "index": 0,
        "item_list_id": "related_products",
        "item_list_name": "Related Products",
        "price": 10.01,
        "quantity": 3,
    }
    layer = {
        "event": "select_item",
        "ecommerce": {"item_list_id": "related_products", "request_id": "r1", "items": [item]},
    }
    assert recognise(layer) == [
        {
            "type": "click",
            "item_id": "SKU_12345",
            "quantity": 3,
            "position": 0,
            "scenario": "related_products",
            "request_id": "r1",
        }
    ]
    banner = {
        "client_id": "c",
        "events": [{"name": "view_promotion", "params": {"promotion_id": "P_12345", "items": [{}]}}],
    }
    assert recognise(banner)[0] == {"type": "impression", "item_id": "P_12345", "position": 0, "session_id": "c"}


def test_opensearch_ubi_query_is_a_search_and_what_it_was_answered_with() -> None:
    query = {
        "application": "amazon-shop",
        "query_id": "00112233-4455-6677-8899-aabbccddeeff",
        "client_id": "c-1",
        "user_query": "laptop",
        "object_id_field": "product_id",
        "query_attributes": {},
        "timestamp": "2026-01-31T12:00:00Z",
        "query_response_id": "q-r-1",
        "query_response_hit_ids": ["p1", "p2"],
    }
    search, first, second = recognise(query)
    assert (search["type"], search["query"], search["request_id"]) == ("search", "laptop", query["query_id"])
    assert [(row["type"], row["item_id"], row["position"], row["request_id"]) for row in (first, second)] == [
        ("impression", "p1", 0, query["query_id"]),
        ("impression", "p2", 1, query["query_id"]),
    ]
    assert len({row["event_id"] for row in (search, first, second)}) == 3, "sent again it is the same events"


def test_gorse_feedback_of_the_api_reference() -> None:
    given = {
        "FeedbackType": "read",
        "ItemId": "10086",
        "Value": 1,
        "Timestamp": "2021-10-24T06:42:20.207Z",
        "UserId": "jack",
    }
    expected = {"type": "view", "item_id": "10086", "timestamp": "2021-10-24T06:42:20.207Z", "user_id": "jack"}
    assert recognise(given) == [expected]


def test_algolia_sends_its_events_in_one_object() -> None:
    click = {
        "eventType": "click",
        "eventName": "Product Clicked",
        "index": "products",
        "userToken": "user-123456",
        "authenticatedUserToken": "user-123456",
        "timestamp": 1_641_290_601_962,
        "objectIDs": ["9780545139700", "9780439784542"],
        "queryID": "43b15df305339e827f0ac0bdc5ebcaa7",
        "positions": [7, 6],
    }
    view = {**click, "eventType": "view", "eventName": "Product Detail Page Viewed"}
    rows = recognise({"events": [click, {name: view[name] for name in view if name not in ("queryID", "positions")}]})
    assert [(row["type"], row["item_id"], row.get("request_id"), row.get("position")) for row in rows] == [
        ("click", "9780545139700", click["queryID"], 6),
        ("click", "9780439784542", click["queryID"], 5),
        ("view", "9780545139700", None, None),
        ("view", "9780439784542", None, None),
    ]


def test_an_algolia_purchase_is_worth_price_times_quantity() -> None:
    bought = {
        "eventType": "conversion",
        "eventSubtype": "purchase",
        "eventName": "Purchased",
        "index": "products",
        "userToken": "t",
        "objectIDs": ["sku-1", "sku-2"],
        "objectData": [{"queryID": "q1", "price": 19.95, "quantity": 2}, {"queryID": "q2", "price": "5"}],
        "value": 44.9,
        "currency": "USD",
    }
    rows = recognise(bought)
    assert [(row["value"], row["request_id"], row["currency"]) for row in rows] == [
        (39.9, "q1", "USD"),
        (5.0, "q2", "USD"),
    ]
    alone = {name: bought[name] for name in bought if name != "objectData"} | {"objectIDs": ["sku-1"]}
    assert recognise(alone)[0]["value"] == 44.9


def test_amazon_personalize_of_its_developer_guide() -> None:
    """Recording item interaction events with impressions data."""
    body = {
        "trackingId": "tracking_id",
        "userId": "userId",
        "sessionId": "sessionId",
        "eventList": [
            {
                "eventId": "event1",
                "eventType": "rating",
                "sentAt": 1553631760,
                "itemId": "item id",
                "recommendationId": "recommendation id",
                "impression": ["itemId1", "itemId2", "itemId3"],
            }
        ],
    }
    *shown, rated = recognise(body)
    assert [(row["item_id"], row["position"], row["event_id"], row["request_id"]) for row in shown] == [
        ("itemId1", 0, "event1-shown-0", "recommendation id"),
        ("itemId2", 1, "event1-shown-1", "recommendation id"),
        ("itemId3", 2, "event1-shown-2", "recommendation id"),
    ]
    assert (rated["type"], rated["item_id"], rated["request_id"]) == ("rate", "item id", "recommendation id")


def test_amazon_personalize_interactions_as_a_file_has_them() -> None:
    row = {
        "USER_ID": "35",
        "ITEM_ID": "73",
        "TIMESTAMP": 1_586_731_606,
        "EVENT_TYPE": "click",
        "IMPRESSION": "73|70|17",
        "RECOMMENDATION_ID": "r",
    }
    *shown, clicked = recognise(row)
    assert [each["item_id"] for each in shown] == ["73", "70", "17"]
    assert (clicked["type"], clicked["item_id"], clicked["request_id"], clicked["user_id"]) == (
        "click",
        "73",
        "r",
        "35",
    )
