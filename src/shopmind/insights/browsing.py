"""The catalogue as a list: searched by plain words, filtered, sorted, paged; hidden and sold-out items too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Item
from shopmind.insights.quality import held, sheet
from shopmind.kit.errors import not_allowed
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.shop import Shop
from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn
from shopmind.stores.ports import Numbers
from shopmind.text.normalise import fold

Order = Literal["newest", "title", "price", "-price"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the list, and its gaps (insights/quality); None where nobody has looked for them yet."""

    item: Item
    gaps: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list; `total` items are in the whole of it."""

    lines: tuple[Line, ...]
    total: int


def browse(
    shop: Shop, text: str = "", *, filters: str = "", gap: str = "", sort: str = "newest", offset: int = 0, n: int = 50
) -> Page:
    """Items whose title holds every word of the text, or whose id or brand is the text.

    Unlike a search nothing is ranked, corrected or left out: this is for who looks after the catalogue.

    Args:
        filters: of the filter language.
        gap: only items with this gap.
        sort: newest (last come first), title, price or -price; unknown prices come last.

    Raises:
        InputError: an unknown gap or order, or a filter that cannot be read.
    """
    if sort not in ORDERS:
        raise not_allowed("sort", sort, ORDERS, field="sort")
    columns = shop.catalogue.columns()
    chosen = _there(columns)
    if text.strip():
        chosen &= _named(shop, columns, text.strip())
    if filters.strip():
        chosen &= mask(parse(filters), columns)
    found = sheet(shop) if gap else held(shop)
    if found is not None and gap:
        has = np.flatnonzero(found.having(gap))
        kept = np.zeros(columns.size, np.bool_)
        kept[has[has < columns.size]] = True
        chosen &= kept
    numbers = _ordered(np.flatnonzero(chosen), columns, sort)
    here = numbers[offset : offset + n]
    lines = (
        Line(item, None if found is None else found.of(number))
        for number, item in zip(here.tolist(), shop.catalogue.get(here), strict=True)
        if item is not None
    )
    return Page(tuple(lines), len(numbers))


def _there(columns: ItemColumns) -> NDArray[np.bool_]:
    """(size,) which numbers are items, shown or not."""
    kind = columns.column("kind")
    if not isinstance(kind, TextColumn):
        return np.zeros(columns.size, np.bool_)
    there = np.zeros(columns.size, np.bool_)
    size = min(columns.size, len(kind.codes))
    there[:size] = kind.codes[:size] >= 0
    return there


def _named(shop: Shop, columns: ItemColumns, text: str) -> NDArray[np.bool_]:
    words = fold(text).split()
    found = _texts(columns, "title", lambda title: all(word in title for word in words))
    whole = fold(text)
    found |= _texts(columns, "brand", lambda brand: brand == whole)
    (number,) = shop.catalogue.numbers([text]).tolist()
    if 0 < number < columns.size:
        found[number] = True
    return found


def _texts(columns: ItemColumns, name: str, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
    """(size,) items whose text, in plain letters, fits."""
    column = columns.column(name)
    found = np.zeros(columns.size, np.bool_)
    if not isinstance(column, TextColumn) or not column.vocabulary:
        return found
    good = np.fromiter((fits(fold(each)) for each in column.vocabulary), np.bool_, len(column.vocabulary))
    size = min(columns.size, len(column.codes))
    codes = column.codes[:size]
    found[:size] = (codes >= 0) & good[np.maximum(codes, 0)]
    return found


def _ordered(numbers: Numbers, columns: ItemColumns, sort: str) -> Numbers:
    newest = numbers[::-1]
    if sort == "title":
        title = columns.column("title")
        if isinstance(title, TextColumn):
            places = np.argsort(np.array([each.casefold() for each in title.vocabulary]), kind="stable")
            rank = np.empty(len(places) + 1, np.int64)
            rank[places] = np.arange(len(places))
            rank[-1] = len(places)
            return newest[np.argsort(rank[title.codes[newest]], kind="stable")]
    if sort in ("price", "-price"):
        price = columns.column("price")
        if isinstance(price, NumberColumn):
            values = price.values[newest]
            return newest[np.argsort(values if sort == "price" else -values, kind="stable")]  # NaN sorts last
    return newest
