"""The catalogue as a map: categories → narrower categories → brands and items, by what sells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.insights.map.node import Figure, Health, Node, below
from shopmind.insights.map.sales import sales
from shopmind.insights.map.words import LANGUAGES, Language, title
from shopmind.insights.quality import GAPS, Sheet, sheet
from shopmind.shop import Shop
from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn
from shopmind.stores.ports import Numbers

ROOT = "catalogue"
LEVELS = 2
"""How many levels of categories are drawn before brands and items."""
LACKING = 0.5
"""A category of which fewer items are without a gap wants a look."""


@dataclass(frozen=True)
class Goods:
    """What is known of the items, by item number.

    Attributes:
        levels: of each level of categories, (size,) its name; "" where an item has none.
        sold, visits: (size,) purchases, and views or clicks, of the days.
        each: children of a node at most.
    """

    shop: Shop
    columns: ItemColumns
    gaps: Sheet
    levels: tuple[NDArray[np.object_], ...]
    sold: NDArray[np.float64]
    visits: NDArray[np.float64]
    each: int
    language: Language


def catalogue_map(shop: Shop, *, days: int = 30, each: int = 8, language: Language = "en") -> Node:
    """The map of the products that are shown, or of all items in a shop without products.

    Args:
        days: back from now, of what was sold and looked at.
        each: children of a node at most; what is left is told in one more.
    """
    columns = shop.catalogue.columns()
    products = columns.kinds(("product",))
    shown = columns.shown & products
    rows = np.flatnonzero(shown if shown.any() else columns.shown)
    late = sales(shop, days)
    goods = Goods(shop, columns, sheet(shop), _levels(columns), late.sold, late.visits, each, language)
    figures = {**_figures(goods, rows), "hidden": int(np.count_nonzero(products & ~columns.shown))}
    said = title(ROOT, language)
    return Node(ROOT, "catalogue", ROOT, said, "", figures, _health(goods, rows), (), _inside(goods, ROOT, rows, 0))


def _inside(goods: Goods, above: str, rows: Numbers, level: int) -> tuple[Node, ...]:
    """What hangs on a category: the next level of categories, or else brands, or else items."""
    names = goods.levels[level][rows] if level < LEVELS else np.full(len(rows), "", np.object_)
    parts = _ordered(goods, {name: rows[names == name] for name in set(names.tolist()) if name})
    if not parts:
        return _brands(goods, above, rows) or _items(goods, above, rows)
    drawn = parts[: goods.each]
    made = [
        _place(goods, above, "category", name, held, lambda node_id, held: _inside(goods, node_id, held, level + 1))
        for name, held in drawn
    ]
    rest = rows[~np.isin(names, [name for name, _ in drawn])]
    if len(rest):
        more = len(parts) - len(drawn)
        said = title("more", goods.language, n=more) if more else title("none:category", goods.language)
        node_id = below(above, "category", "")
        made.append(Node(node_id, "category", "", said, "", _figures(goods, rest), _health(goods, rest)))
    return tuple(made)


def _brands(goods: Goods, above: str, rows: Numbers) -> tuple[Node, ...]:
    """The brands of some items; none where there are not two of them to choose from."""
    brands = goods.columns.column("brand")
    if not isinstance(brands, TextColumn):
        return ()
    codes = brands.codes[rows]
    named = {brands.vocabulary[code]: rows[codes == code] for code in np.unique(codes[codes >= 0]).tolist()}
    if len(named) < 2:
        return ()
    return tuple(
        _place(goods, above, "brand", name, held, lambda node_id, held: _items(goods, node_id, held))
        for name, held in _ordered(goods, named)[: goods.each]
    )


def _items(goods: Goods, above: str, rows: Numbers) -> tuple[Node, ...]:
    top = rows[np.lexsort((goods.columns.tie[rows], -goods.visits[rows], -goods.sold[rows]))][: goods.each]
    prices, stocks = (_numbers(goods.columns, name) for name in ("price", "stock"))
    made = []
    for number, item in zip(top.tolist(), goods.shop.catalogue.get(top), strict=True):
        if item is None:
            continue
        figures: dict[str, Figure] = {
            "sold": float(goods.sold[number]),
            "visits": float(goods.visits[number]),
            "price": _value(prices, number),
            "stock": _value(stocks, number),
        }
        gaps = tuple(GAPS.load(name).words[LANGUAGES.index(goods.language)] for name in goods.gaps.of(number))
        health: Health = "poor" if gaps else "good" if figures["sold"] or figures["visits"] else "idle"
        node_id = below(above, "item", item.item_id)
        made.append(Node(node_id, "item", item.item_id, item.title or item.item_id, "", figures, health, gaps))
    return tuple(made)


def _place(
    goods: Goods,
    above: str,
    kind: Literal["category", "brand"],
    name: str,
    rows: Numbers,
    inside: Callable[[str, Numbers], tuple[Node, ...]],
) -> Node:
    node_id = below(above, kind, name)
    children = inside(node_id, rows)
    return Node(node_id, kind, name, name, "", _figures(goods, rows), _health(goods, rows), (), children)


def _figures(goods: Goods, rows: Numbers) -> dict[str, Figure]:
    brands, stocks = goods.columns.column("brand"), _numbers(goods.columns, "stock")
    figures: dict[str, Figure] = {
        "items": len(rows),
        "sold": float(goods.sold[rows].sum()),
        "visits": float(goods.visits[rows].sum()),
        "sound": _sound(goods, rows),
    }
    if isinstance(brands, TextColumn):
        figures["brands"] = int(np.count_nonzero(np.unique(brands.codes[rows]) >= 0))
    if stocks is not None:
        figures["out_of_stock"] = int(np.count_nonzero(stocks[rows] <= 0))
    return figures


def _sound(goods: Goods, rows: Numbers) -> float | None:
    """Share of the items that were looked through and have no gap."""
    known = rows[rows < len(goods.gaps.bits)]
    known = known[goods.gaps.looked[known]]
    return round(float(np.mean(goods.gaps.bits[known] == 0)), 6) if len(known) else None


def _health(goods: Goods, rows: Numbers) -> Health:
    if not len(rows):
        return "bad"
    sound = _sound(goods, rows)
    if sound is not None and sound < LACKING:
        return "poor"
    return "good" if goods.visits[rows].any() or goods.sold[rows].any() else "idle"


def _ordered(goods: Goods, parts: dict[str, Numbers]) -> list[tuple[str, Numbers]]:
    """What sold most first, then what holds most, then by name."""
    return sorted(parts.items(), key=lambda part: (-goods.sold[part[1]].sum(), -len(part[1]), part[0]))


def _levels(columns: ItemColumns) -> tuple[NDArray[np.object_], ...]:
    paths = columns.column("categories")
    if not isinstance(paths, TextColumn):
        return (np.full(columns.size, "", np.object_),) * LEVELS
    split = [path.split(" > ") for path in paths.vocabulary]
    return tuple(
        np.array([path[level] if level < len(path) else "" for path in split] + [""], np.object_)[paths.codes]
        for level in range(LEVELS)
    )


def _numbers(columns: ItemColumns, name: str) -> NDArray[np.float64] | None:
    column = columns.column(name)
    return column.values if isinstance(column, NumberColumn) else None


def _value(values: NDArray[np.float64] | None, number: int) -> float | None:
    return None if values is None or np.isnan(values[number]) else float(values[number])
