"""The part of the client that is about what the shop has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.domain import Item


class Goods(Calls):
    """Items, and links between items or people."""

    def put_items(self, items: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces items."""
        return self._write("v1/items", [items] if isinstance(items, Mapping) else items)

    def item(self, item_id: str) -> Item:
        """One item.

        Raises:
            NotFoundError: it is not in the shop.
        """
        return answers.item(self._call("GET", f"v1/items/{quote(item_id, safe='')}"))

    def remove_item(self, item_id: str) -> None:
        """Takes an item out of the shop.

        Raises:
            NotFoundError: it is not in the shop.
        """
        self._call("DELETE", f"v1/items/{quote(item_id, safe='')}")

    def put_links(self, links: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces links."""
        return self._write("v1/links", [links] if isinstance(links, Mapping) else links)
