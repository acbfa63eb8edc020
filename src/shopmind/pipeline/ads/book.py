"""All ads of the catalogue with their terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shopmind.domain import Item
from shopmind.domain.ad import AdTerms
from shopmind.kit.errors import InputError
from shopmind.pipeline.filters.language import parse
from shopmind.stores.ad_terms import terms_of
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Catalogue
from shopmind.text.analyse import analyse

MOST_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class Ad:
    """One ad with sound terms.

    Attributes:
        target: number of the item it leads to, 0 for none.
        words: tokens of what it and its target say.
        category: path of its target, or else its own, as the column "categories"; "" for none.
        wide: the widest category of that path.
        asked: the analysed words of terms.words, each as its tokens.
    """

    number: int
    item_id: str
    terms: AdTerms
    target: int
    words: frozenset[str]
    category: str
    wide: str = ""
    asked: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ads:
    """Every ad of the catalogue at one change.

    Attributes:
        sound: number → ad. wrong: number → why its terms cannot be used.
        unresolved: ads whose target is not in the catalogue yet.
    """

    change: int = -1
    sound: Mapping[int, Ad] = field(default_factory=dict)
    wrong: Mapping[int, str] = field(default_factory=dict)
    unresolved: frozenset[int] = frozenset()


class AdBook:
    """Reads the ads of a catalogue, and again only those that changed; safe for many threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._held = Ads()

    def read(self, columns: ItemColumns) -> Ads:
        """The ads that are shown at all, as of the picture."""
        held = self._held
        if held.change == columns.change:
            return held
        numbers = np.flatnonzero(columns.kinds(("ad",)) & columns.shown)
        changes = self._catalogue.changes(held.change, MOST_CHANGES) if held.change >= 0 else []
        known = set(held.sound) | set(held.wrong) if held.change >= 0 and len(changes) < MOST_CHANGES else set()
        known -= {each.number for each in changes} | held.unresolved
        wanted = set(numbers.tolist())
        sound = {number: ad for number, ad in held.sound.items() if number in wanted and number in known}
        wrong = {number: why for number, why in held.wrong.items() if number in wanted and number in known}
        unresolved = self._read([number for number in numbers.tolist() if number not in known], sound, wrong)
        self._held = Ads(columns.change, *_one_currency(sound, wrong), unresolved)
        return self._held

    def _read(self, numbers: Sequence[int], sound: dict[int, Ad], wrong: dict[int, str]) -> frozenset[int]:
        items = dict(self._catalogue.scan(np.array(numbers, np.int64))) if numbers else {}
        given: dict[int, tuple[Item, AdTerms]] = {}
        for number, item in items.items():
            try:
                terms = terms_of(item)
                given[number] = item, _readable(item, terms)
            except InputError as error:
                wrong[number] = error.message
        ids = [terms.target for _, terms in given.values()]
        targets = np.maximum(self._catalogue.numbers(ids), 0) if ids else np.empty(0, np.int64)
        shown = self._catalogue.get(targets)
        for (number, (item, terms)), target, leads_to in zip(given.items(), targets.tolist(), shown, strict=True):
            sound[number] = _ad(number, item, terms, target, leads_to)
        return frozenset(number for number in given if given[number][1].target and not sound[number].target)


def _readable(item: Item, terms: AdTerms) -> AdTerms:
    """Raises InputError when the expression of the customers it is for cannot be read."""
    try:
        if terms.users:
            parse(terms.users)
    except InputError as error:
        raise InputError(f"ad {item.item_id!r}: target_users: {error.message}", field="target_users") from error
    return terms


def _ad(number: int, item: Item, terms: AdTerms, target: int, leads_to: Item | None) -> Ad:
    said = f"{item.title} {item.description} {leads_to.title if leads_to is not None else ''}"
    categories = leads_to.categories if leads_to is not None and leads_to.categories else item.categories
    asked = tuple(frozenset(analyse(word)) for word in terms.words)
    words = frozenset(analyse(said))
    path = " > ".join(categories)
    wide = categories[0] if categories else ""
    return Ad(number, item.item_id, terms, target, words, path, wide, tuple(each for each in asked if each))


def _one_currency(sound: Mapping[int, Ad], wrong: Mapping[int, str]) -> tuple[dict[int, Ad], dict[int, str]]:
    """Bids of two currencies cannot be compared: the rarer ones are left out."""
    often = Counter(ad.terms.currency for ad in sound.values())
    if len(often) < 2:
        return dict(sound), dict(wrong)
    common = min(often, key=lambda each: (-often[each], each or ""))
    odd = {
        number: f"ad {ad.item_id!r}: its currency is {ad.terms.currency}, that of most ads is {common}"
        for number, ad in sound.items()
        if ad.terms.currency != common
    }
    return {number: ad for number, ad in sound.items() if number not in odd}, {**wrong, **odd}
