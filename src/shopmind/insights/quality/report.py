"""What is missing in the catalogue, gap by gap and category by category."""

from __future__ import annotations

import threading
import time
import weakref
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import KINDS
from shopmind.insights.quality.gaps import MENU
from shopmind.insights.quality.gaps.gap import Gap, Known
from shopmind.kit.errors import InputError, not_allowed
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers

REST = 20.0
"""A look at a catalogue that changes all the time is kept for so many times as long as it took."""

LONG_S = 0.2
"""A shorter look is made at every change."""

SMALL = 5_000
"""Items that are looked through while somebody waits for a list."""

BLOCK, PAUSE_S = 1_000, 0.01

MOST_EXAMPLES = 100
CATEGORIES = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which item has which gap.

    Attributes:
        change: of the catalogue, up to which it is complete.
        at_ms: when it was made.
        looked: (size,) whether the item was looked at: it is active.
        bits: (size,) uint32, bit i of gap `names[i]`.
    """

    change: int
    at_ms: int
    names: tuple[str, ...]
    looked: NDArray[np.bool_]
    bits: NDArray[np.uint32]

    def having(self, gap: str) -> NDArray[np.bool_]:
        """(size,) which items have a gap; raises InputError for an unknown one."""
        if gap not in self.names:
            raise not_allowed("gap", gap, self.names, field="gap")
        return (self.bits >> np.uint32(self.names.index(gap)) & np.uint32(1)).astype(np.bool_)

    def of(self, number: int) -> tuple[str, ...]:
        """The gaps of one item."""
        bits = int(self.bits[number]) if 0 <= number < len(self.bits) else 0
        return tuple(name for place, name in enumerate(self.names) if bits >> place & 1)


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap.

    Attributes:
        items: that have it.
        asked: items it is asked of.
        examples: numbers of some of them, drawn by hash.
    """

    gap: str
    words: tuple[str, str]
    mend: tuple[str, str]
    items: int
    asked: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category: its items, those with any gap, and the gap most of them have."""

    category: str
    items: int
    with_gaps: int
    most: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The catalogue looked through.

    Attributes:
        items: active ones of the kinds that were asked for.
        sound: of them without any gap.
        categories: those with most items that have gaps first.
    """

    at_ms: int
    items: int
    sound: int
    lines: tuple[GapLine, ...]
    categories: tuple[CategoryLine, ...]


def quality(shop: Shop, *, kind: str = "", n: int = 5) -> Quality:
    """The report, over active items.

    Args:
        kind: of items; all when left out.
        n: most examples of a gap.

    Raises:
        InputError: an unknown kind, or n out of range.
    """
    if kind and kind not in KINDS:
        raise not_allowed("kind", kind, KINDS, field="kind")
    if not 0 <= n <= MOST_EXAMPLES:
        raise InputError(f"n: {n} examples asked; it must lie in 0..{MOST_EXAMPLES}", field="n")
    found = sheet(shop)
    columns = shop.catalogue.columns()
    chosen = found.looked.copy()
    if kind:
        chosen &= _fitting(columns.kinds((kind,)), len(chosen))
    tie = columns.tie
    lines = []
    for name in found.names:
        gap: type[Gap] = MENU.load(name)
        has = np.flatnonzero(found.having(name) & chosen)
        asked = int((chosen & _fitting(columns.kinds(gap.kinds), len(chosen))).sum())
        if asked:
            examples = has[np.argsort(tie[has], kind="stable")][:n]
            lines.append(GapLine(name, gap.words, gap.mend, len(has), asked, tuple(examples.tolist())))
    category = columns.column("category")
    return Quality(
        at_ms=found.at_ms,
        items=int(chosen.sum()),
        sound=int((chosen & (found.bits == 0)).sum()),
        lines=tuple(lines),
        categories=_categories(found, np.flatnonzero(chosen), category if isinstance(category, TextColumn) else None),
    )


_LOCK = threading.Lock()
_HELD: weakref.WeakKeyDictionary[Shop, tuple[Sheet, float]] = weakref.WeakKeyDictionary()


def sheet(shop: Shop) -> Sheet:
    """Which item has which gap: looked up once a change of the catalogue, and seldom where it changes all the time."""
    with _LOCK:
        held = _HELD.get(shop)
        if held is not None and (held[0].change == shop.catalogue.last_change() or time.monotonic() < held[1]):
            return held[0]
        began = time.monotonic()
        made = _looked(shop)
        took_s = time.monotonic() - began
        _HELD[shop] = made, time.monotonic() + (REST * took_s if took_s > LONG_S else 0.0)
        return made


def held(shop: Shop) -> Sheet | None:
    """The sheet, where it is there or soon made; None of a large catalogue nobody looked through yet.

    It may be older than the newest change.
    """
    known = _HELD.get(shop)
    if known is not None and (known[0].change == shop.catalogue.last_change() or len(known[0].bits) > SMALL):
        return known[0]
    return sheet(shop) if shop.catalogue.columns().size <= SMALL else None


def _looked(shop: Shop) -> Sheet:
    columns = shop.catalogue.columns()
    names = tuple(MENU)
    kinds: list[tuple[str, ...]] = [MENU.load(name).kinds for name in names]
    gaps: list[Gap] = [MENU.load(name)(Known(shop.settings.language)) for name in names]
    bits = np.zeros(columns.size, np.uint32)
    for seen, (number, item) in enumerate(shop.catalogue.scan(np.flatnonzero(columns.shown)), 1):
        found = 0
        if seen % BLOCK == 0:
            time.sleep(PAUSE_S)  # customers are answered by threads of the same interpreter
        for place, gap in enumerate(gaps):
            if item.kind in kinds[place] and gap.look(number, item):
                found |= 1 << place
        bits[number] = found
    for place, gap in enumerate(gaps):
        beside = np.fromiter(gap.close(), np.int64)
        bits[beside] |= np.uint32(1 << place)
    return Sheet(columns.change, shop.folder.clock(), names, columns.shown.copy(), bits)


def _categories(found: Sheet, numbers: Numbers, column: TextColumn | None) -> tuple[CategoryLine, ...]:
    if column is None:
        return ()
    codes = np.where(numbers < len(column.codes), column.codes[np.minimum(numbers, len(column.codes) - 1)], -1)
    named = codes >= 0
    faulty = np.bincount(codes[named & (found.bits[numbers] > 0)], minlength=len(column.vocabulary))
    counts = [(int(faulty[code]), code) for code in np.unique(codes[named]).tolist()]
    lines = []
    for with_gaps, code in sorted(counts, key=lambda each: (-each[0], each[1]))[:CATEGORIES]:
        here = found.bits[numbers[codes == code]]
        each = Counter({name: int((here >> place & 1).sum()) for place, name in enumerate(found.names)})
        most = each.most_common(1)[0]
        lines.append(CategoryLine(column.vocabulary[code], len(here), with_gaps, most[0] if most[1] else ""))
    return tuple(lines)


def _fitting(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """A mask of the catalogue as it is now over that of the sheet."""
    made = np.zeros(size, np.bool_)
    made[: min(size, len(mask))] = mask[:size]
    return made
