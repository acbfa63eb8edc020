"""What the client reports of a slate is counted as the slate's."""

from __future__ import annotations

import pytest

from shopmind.client import Client
from shopmind.evaluation.attribution import attribute
from shopmind.kit.errors import InputError
from shopmind.shop import Shop


def test_what_was_seen_and_done_echoes_the_slate(client: Client, shop: Shop) -> None:
    first = shop.events.last_number()
    slate = client.recommend("home", user="u02", n=3)
    assert [row.status for row in client.saw(slate, user="u02", positions=[0, 2])] == ["accepted", "accepted"]
    assert [row.status for row in client.saw(slate, user="u02")] == ["duplicate", "accepted", "duplicate"]
    liked = slate.hits[2].item.item_id
    assert client.did("click", liked, slate=slate, user="u02").status == "accepted"
    assert client.did("purchase", liked, user="u02", value="9.90", currency="USD", quantity=1).status == "accepted"
    credits = attribute(shop.events.table(after=first, whole=True))
    assert list(credits.select("how", "request_id", "position", "scenario", "value_minor").iter_rows()) == [
        ("request", slate.request_id, 2, "home", None),
        ("touch", slate.request_id, 2, "home", 990),
    ]


def test_what_cannot_be_so_is_refused_before_it_is_sent(client: Client) -> None:
    slate = client.recommend("home", user="u02", n=3)
    with pytest.raises(InputError, match="not in the slate"):
        client.did("click", "no such item", slate=slate)
    with pytest.raises(InputError, match="add_to_cart"):
        client.did("addtocart", "tea-01")  # type: ignore[arg-type]
