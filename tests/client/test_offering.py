from __future__ import annotations

import pytest

from shopmind.client import Client
from shopmind.kit.errors import InputError

CART = [{"item_id": "tea-01", "quantity": 2}]


def test_offers_are_asked_redeemed_and_taken_back_over_http(client: Client) -> None:
    assert client.cart_offers(CART, user_id="u01").amounts == {"promo-tea": 447}
    for _ in range(2):
        assert client.redeem("o-1", ["promo-tea"], CART, user="u01") == {"promo-tea": 447}
    assert {each.offer_id: each.uses for each in client.offers()}["promo-tea"] == 1
    assert [client.take_back("o-1", "promo-tea") for _ in range(2)] == [True, False]
    with pytest.raises(InputError, match="it is over"):
        client.redeem("o-2", ["promo-old"], CART)
