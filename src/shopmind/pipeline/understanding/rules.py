"""The merchandiser's rules that a request meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import User
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.attribute import Masks
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.pipeline.rules.apply import applied
from shopmind.pipeline.rules.book import read
from shopmind.pipeline.rules.rule import Rule, RuleVersion
from shopmind.pipeline.rules.ruling import Cap, Pin, Push, Ruling
from shopmind.pipeline.rules.segment import belongs
from shopmind.pipeline.rules.words import Phrase, meets, phrase
from shopmind.stores.columns import ItemColumns, TextColumn

REMEMBERED = 20_000


class Rules(Understanding):
    """Finds the rules whose conditions hold and sets `ruling`; the engine then hides, boosts, buries, pins and caps.

    Put it after what corrects the text: a rule is met by the words as typed or as corrected. Redirects (the first one
    only) and banners go straight into `applied_rules`. Any scenario obeys rules by naming this part.
    """

    def __init__(self, options: object, tools: Tools) -> None:
        super().__init__(options, tools)
        self._masks = Masks()
        self._names: dict[int, tuple[RuleVersion, dict[int, str]]] = {}
        self._names_of = -1

    def understand(self, context: Context) -> None:
        """See Understanding."""
        ruleset = read(self._tools.records) if context.ruleset is None else context.ruleset
        if ruleset.unreadable:
            context.degraded.append(f"rules: not readable, left out: {', '.join(ruleset.unreadable[:5])}")
        if not ruleset.rules:
            return
        asked = [phrase(text) for text in dict.fromkeys((context.query.text, context.text)) if text]
        near = ruleset.near(asked)
        met = self._of_segment([each for each in near if _holds(each.rule, context, asked)], context)
        if met:
            self._rule(met, context)

    def _of_segment(self, met: list[RuleVersion], context: Context) -> list[RuleVersion]:
        """Those without a segment, or with one the user belongs to; the user is read only when there is one."""
        if not any(each.rule.segment for each in met):
            return met
        user: User | None = None
        if context.query.user_id is not None and context.query.personal and self._tools.users is not None:
            user = self._tools.users.get(context.query.user_id)
        return [each for each in met if not each.rule.segment or belongs(user, each.rule.segment)]

    def _rule(self, met: Sequence[RuleVersion], context: Context) -> None:
        hidden: NDArray[np.bool_] | None = None
        pushes: list[Push] = []
        pins: list[Pin] = []
        caps: list[Cap] = []
        names: dict[int, str] = {}
        redirected = False
        for each in met:
            rule = each.rule
            if rule.action == "banner" or (rule.action == "redirect" and not redirected):
                redirected = redirected or rule.action == "redirect"
                context.applied_rules.append(applied(each, says=rule.url or rule.text))
                continue
            if rule.action == "redirect":
                continue
            named = self._named(each, context.columns)
            names |= named
            if rule.action == "hide":
                about = self._about(rule, named, context.columns)
                hidden = about if hidden is None else hidden | about
                context.applied_rules.append(applied(each, named.values()))
            elif rule.action == "pin":
                pins += [Pin(each, rule.place - 1, item) for item in named]
            elif rule.action == "cap":
                caps.append(Cap(each, self._groups(rule, named, context.columns)))
            else:
                doublings = float(np.log2(rule.strength))
                about = self._about(rule, named, context.columns)
                pushes.append(Push(each, about, doublings if rule.action == "boost" else -doublings))
        context.ruling = Ruling(hidden, tuple(pushes), tuple(pins), names, tuple(caps))

    def _named(self, each: RuleVersion, columns: ItemColumns) -> dict[int, str]:
        """Number → id of the known items a rule names, in its order; kept until the catalogue changes."""
        if self._names_of != columns.change or len(self._names) > REMEMBERED:
            self._names, self._names_of = {}, columns.change
        names = self._names
        held = names.get(id(each))
        if held is None or held[0] is not each:
            numbers = self._tools.catalogue.numbers(each.rule.items) if each.rule.items else np.empty(0, np.int64)
            known = {int(number): each.rule.items[at] for at, number in enumerate(numbers) if 0 < number < columns.size}
            held = names[id(each)] = (each, known)
        return held[1]

    def _groups(self, rule: Rule, named: Mapping[int, str], columns: ItemColumns) -> NDArray[np.int32]:
        """(size,) the group in which a cap counts each item; -1 where it counts it in none."""
        if rule.by:
            column = columns.column(rule.by)
            codes = column.codes if isinstance(column, TextColumn) else np.full(columns.size, -1, np.int32)
            if not rule.items and not rule.filter:
                return codes
        else:
            codes = np.zeros(columns.size, np.int32)
        return np.where(self._about(rule, named, columns), codes, np.int32(-1))

    def _about(self, rule: Rule, named: Mapping[int, str], columns: ItemColumns) -> NDArray[np.bool_]:
        """(size,) True where a rule is about the item, by its id or by its filter."""
        about = np.zeros(columns.size, np.bool_)
        about[list(named)] = True
        return about | self._masks.of(rule.filter, columns, strict=False) if rule.filter else about


def _holds(rule: Rule, context: Context, asked: Sequence[Phrase]) -> bool:
    """Whether all conditions but the segment hold."""
    if rule.scenarios and context.query.scenario not in rule.scenarios:
        return False
    if rule.from_ms is not None and context.now_ms < rule.from_ms:
        return False
    if rule.until_ms is not None and context.now_ms >= rule.until_ms:
        return False
    if rule.language and rule.language != (context.language or context.query.language):
        return False
    wanted = [phrase(text) for text in rule.query]
    return not wanted or any(meets(query, each, rule.match) for query in asked for each in wanted)
