"""Rules that no order can reconcile: refused when they are written, before any answer has to choose between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from shopmind.kit.errors import InputError
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.pipeline.rules import Rule
from shopmind.pipeline.rules.contradictions import dead, surely_meet
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Catalogue, Numbers


def refuse_broken_caps(rules: Sequence[Rule], others: Iterable[Rule], catalogue: Catalogue) -> None:
    """Refuses a cap that pins break for certain, whichever of the two is being written.

    Raises:
        InputError: names both rules, the group, and what would reconcile them.
    """
    mine = {rule.rule_id: rule for rule in rules if rule.enabled}
    every = {**{rule.rule_id: rule for rule in others if rule.enabled}, **mine}
    caps = [rule for rule in every.values() if rule.action == "cap"]
    pins = [rule for rule in every.values() if rule.action == "pin"]
    for cap in caps:
        for pin in pins:
            if (cap.rule_id in mine or pin.rule_id in mine) and surely_meet(cap, pin):
                _hold_against(cap, pin, catalogue)


def refuse_dead(rules: Sequence[Rule]) -> None:
    """Refuses rules of one file that cannot both be meant (contradictions.dead); raises InputError that names them."""
    by_item: dict[str, list[Rule]] = {}
    by_query: dict[str, list[Rule]] = {}
    for rule in rules:
        for item in rule.items:
            by_item.setdefault(item, []).append(rule)
        if rule.action == "redirect":
            for text in rule.query:
                by_query.setdefault(text, []).append(rule)
    for near in (*by_item.values(), *by_query.values()):
        for rule in near:
            for other in near:
                why = dead(rule, other)
                if why:
                    raise InputError(f"rule {rule.rule_id!r}: {why}", field="rule_id")


def _hold_against(cap: Rule, pin: Rule, catalogue: Catalogue) -> None:
    here = pin.items[: max(0, cap.first - pin.place + 1)]
    if len(here) <= cap.most:
        return
    numbers = catalogue.numbers(here)
    groups = _groups(cap, numbers[numbers > 0], catalogue)
    for group, count in Counter(groups).items():
        if count > cap.most:
            what = f"{cap.by} {group!r}" if cap.by else "its items"
            raise InputError(
                f"rule {cap.rule_id!r} lets {cap.most} of {what} stand on the first {cap.first} places, and rule "
                f"{pin.rule_id!r} pins {count} there: pin fewer, raise `most`, or part the two by scenario, time or "
                "segment",
                field="most",
            )


def _groups(cap: Rule, numbers: Numbers, catalogue: Catalogue) -> list[str]:
    """The group of each item that the cap counts."""
    columns = catalogue.columns()
    about = np.ones(columns.size, np.bool_)
    if cap.items or cap.filter:
        about = np.zeros(columns.size, np.bool_)
        named = catalogue.numbers(cap.items) if cap.items else np.empty(0, np.int64)
        about[named[(named > 0) & (named < columns.size)]] = True
        if cap.filter:
            about |= mask(parse(cap.filter), columns, strict=False)
    numbers = numbers[numbers < columns.size]
    numbers = numbers[about[numbers]]
    if not cap.by:
        return [""] * len(numbers)
    column = columns.column(cap.by)
    if not isinstance(column, TextColumn):
        return []
    return [text for text in (column.text(number) for number in numbers.tolist()) if text is not None]
