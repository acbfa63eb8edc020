"""The part of the client that is about what the shop has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.catalogue import ItemFigures, Listed, Listing
from shopmind.client.typed import read
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

    def list_items(
        self,
        text: str = "",
        *,
        filters: str = "",
        gap: str = "",
        sort: str = "newest",
        n: int = 50,
        offset: int = 0,
        cursor: str | None = None,
    ) -> Listing:
        """A part of the catalogue, hidden and sold-out items too.

        Args:
            text: every word stands in the title; or the id, or the brand.
            gap: only items with this gap, as `quality` names it.
            sort: newest, title, price or -price.
        """
        asked = {"text": text, "filters": filters, "gap": gap, "sort": sort, "n": n, "offset": offset}
        named = {} if cursor is None else {"cursor": cursor}
        told = self._call("GET", "v1/items", params={**asked, **named})
        lines = tuple(
            Listed(answers.item(each), None if each["gaps"] is None else tuple(each["gaps"]), each.get("price"))
            for each in told["items"]
        )
        return Listing(lines, told["total"], told["next_cursor"])

    def item_figures(self, item_id: str, *, days: int = 30) -> ItemFigures:
        """What became of an item, by day and place; raises NotFoundError."""
        return read(
            ItemFigures, self._call("GET", f"v1/items/{quote(item_id, safe='')}/figures", params={"days": days})
        )

    def remove_item(self, item_id: str) -> None:
        """Takes an item out of the shop.

        Raises:
            NotFoundError: it is not in the shop.
        """
        self._call("DELETE", f"v1/items/{quote(item_id, safe='')}")

    def put_links(self, links: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces links."""
        return self._write("v1/links", [links] if isinstance(links, Mapping) else links)
