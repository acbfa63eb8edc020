from __future__ import annotations

import pytest

from shopmind.client import Client
from shopmind.kit.errors import InputError


def test_notes_are_written_once_and_found_by_words(client: Client) -> None:
    (made,) = client.note({"title": "More diversity in the cart costs sales", "about": ["scenario:cart"]})
    assert made.status == "accepted"
    (again,) = client.note({"title": "More diversity in the cart costs sales", "key": made.id})
    assert again.status == "duplicate"
    (found,) = client.knowledge("what did we learn about cart diversity", n=3)
    assert found.key == made.id
    assert client.knowledge(about="scenario:home") == []
    with pytest.raises(InputError):
        client.knowledge(what="guessed")
