"""A rule: one thing to do to the answers that meet its conditions. A row goes in, the same row comes out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args, get_type_hints

from shopmind.kit.clock import format_time, parse_time
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.options import convert
from shopmind.pipeline.filters.language import parse
from shopmind.text.analyse import analyse

Action = Literal["pin", "boost", "bury", "hide", "cap", "redirect", "banner"]
ACTIONS: tuple[Action, ...] = get_args(Action)
Match = Literal["all", "exact", "starts"]

STRONGEST = 8.0
MOST_PINS = 50
MOST_ITEMS = 1_000
MOST_PHRASES = 200
MOST_PLACE = 200
LONGEST = 2_000

_ID = re.compile(r"\w[\w.-]{0,99}")
_COLUMN = re.compile(r"[^\W\d][\w.]{0,99}")
_ADDRESS = re.compile(r"(?:https?://[^\s/]|/(?!/))\S*")
_BELONGS: dict[str, frozenset[Action]] = {
    "items": frozenset({"pin", "boost", "bury", "hide", "cap"}),
    "filter": frozenset({"boost", "bury", "hide", "cap"}),
    "by": frozenset({"cap"}),
    "most": frozenset({"cap"}),
    "first": frozenset({"cap"}),
    "place": frozenset({"pin"}),
    "strength": frozenset({"boost", "bury"}),
    "url": frozenset({"redirect"}),
    "text": frozenset({"banner"}),
}
"""What only some actions take."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One action and its conditions, all of which must hold; a condition that is left out always holds.

    Attributes:
        items: ids it is about; the order of a pin.
        filter: of the filter language: the items a boost, bury, hide or cap is about, besides `items`.
        by: column of the catalogue, such as brand or category: a cap counts each of its values by itself; "" counts all
            items it is about together.
        most: of them a cap lets stand on the first `first` places.
        place: of the first pinned item, from 1 on; the next ones follow it.
        strength: 1..8; a boost of 8 lifts an item by the whole distance from the worst to the best candidate.
        url: where a redirect leads.
        text: of a banner.
        scenarios: places in the shop; none means all.
        query: phrases, one of which the query must meet as `match` says, once both are analysed.
        match: "all" words of the phrase in any order, the "exact" phrase alone, or a query that "starts" with it.
        segment: of the filter language over the attributes of the user; a stranger belongs to no segment.
        language: of the query text.
        from_ms, until_ms: epoch milliseconds; it holds from the first and before the second.
        priority: where rules disagree the higher one wins, then the smaller id.
    """

    rule_id: str
    action: Action
    items: tuple[str, ...] = ()
    filter: str = ""
    by: str = ""
    most: int = 1
    first: int = 10
    place: int = 1
    strength: float = 2.0
    url: str = ""
    text: str = ""
    scenarios: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    match: Match = "all"
    segment: str = ""
    language: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    priority: int = 0
    enabled: bool = True
    note: str = ""

    @property
    def order(self) -> tuple[int, str]:
        """Sorts rules: the one that wins comes first."""
        return (-self.priority, self.rule_id)


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule as of one change.

    Attributes:
        version: counted from 1 for each rule; 0 for a draft that is not stored.
        at_ms: when it was written; `by` whom, as the door knows them.
        removed: this change took the rule out.
    """

    rule: Rule
    version: int = 0
    at_ms: int = 0
    by: str = ""
    removed: bool = False


_TIMES = {"from": "from_ms", "until": "until_ms"}
_HINTS = get_type_hints(Rule)
_DEFAULTS: dict[str, Any] = {each.name: each.default for each in dataclasses.fields(Rule)}
KEYS = tuple(key for key in (*_DEFAULTS, *_TIMES) if key not in _TIMES.values())
"""The keys of a row."""


def read_rule(row: Any, *, where: str) -> Rule:
    """A rule from a row, as rule files and the HTTP API write it; null means left out.

    Raises:
        InputError: what is wrong, in which field, and what is allowed.
    """
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: {type(row).__name__} is not a table")
    values: dict[str, Any] = {}
    for name, value in row.items():
        key = str(name)
        if key not in KEYS:
            raise not_allowed(f"{where}: unknown field", key, KEYS, field=key)
        if value is not None and key in _TIMES:
            values[_TIMES[key]] = _time(value, f"{where}: {key}", key)
        elif value is not None:
            values[key] = _value(key, value, where)
    for key in ("rule_id", "action"):
        if key not in values:
            raise InputError(f"{where}: {key!r} is required", field=key)
    rule = Rule(**values)
    _check_conditions(rule, where)
    _check_action(rule, where)
    return rule


def rule_row(rule: Rule) -> dict[str, Any]:
    """The row of a rule: what is not as by default, ready for JSON."""
    row: dict[str, Any] = {}
    for key in KEYS:
        name = _TIMES.get(key, key)
        value = getattr(rule, name)
        if value != _DEFAULTS[name]:
            row[key] = format_time(value) if key in _TIMES else list(value) if isinstance(value, tuple) else value
    return row


def _value(key: str, value: Any, where: str) -> Any:
    if isinstance(value, str) and key in ("items", "scenarios", "query"):
        value = [value]
    try:
        return convert(value, _HINTS[key], where=f"{where}: {key}")
    except InputError as error:
        raise InputError(error.message, field=key) from error


def _time(value: Any, where: str, key: str) -> int:
    """A text, or a date and time of TOML."""
    try:
        return parse_time(value.isoformat() if isinstance(value, datetime) else convert(value, str, where=where))
    except InputError as error:
        raise InputError(f"{where}: {error.message.removeprefix('time: ')}", field=key) from error


def _check_conditions(rule: Rule, where: str) -> None:
    def wrong(name: str, what: str) -> InputError:
        return InputError(f"{where}: {name}: {what}", field=name)

    if not _ID.fullmatch(rule.rule_id):
        raise wrong("rule_id", f"{rule.rule_id[:40]!r}: 1 to 100 letters, digits, '.', '_' and '-' are allowed")
    if len(rule.query) > MOST_PHRASES:
        raise wrong("query", f"{len(rule.query)} phrases; at most {MOST_PHRASES} are allowed")
    for phrase in rule.query:
        if not analyse(phrase[:LONGEST]):
            raise wrong("query", f"{phrase[:40]!r} has no words in it")
    if rule.segment:
        _expression(rule.segment, "segment", where)
    if rule.language and not re.fullmatch("[a-z]{2}", rule.language):
        raise wrong("language", f"{rule.language[:20]!r} is not a code such as 'en' or 'zh'")
    if rule.from_ms is not None and rule.until_ms is not None and rule.from_ms >= rule.until_ms:
        raise wrong("until", f"{format_time(rule.until_ms)} does not come after {format_time(rule.from_ms)}")


def _check_action(rule: Rule, where: str) -> None:
    def wrong(name: str, what: str) -> InputError:
        return InputError(f"{where}: {name}: {what}", field=name)

    for name, actions in _BELONGS.items():
        if rule.action not in actions and getattr(rule, name) != _DEFAULTS[name]:
            raise wrong(name, f"a {rule.action} takes none; it belongs to {', '.join(sorted(actions))}")
    if rule.filter:
        _expression(rule.filter, "filter", where)
    most = MOST_PINS if rule.action == "pin" else MOST_ITEMS
    if len(rule.items) > most:
        raise wrong("items", f"{len(rule.items)} ids; a {rule.action} takes at most {most}")
    if rule.action in _BELONGS["items"] and not rule.items and not rule.filter and not rule.by:
        more = {"pin": "", "cap": ', a filter, or by = "brand" or another column'}.get(rule.action, " or a filter")
        raise wrong("items", f"a {rule.action} needs items{more}")
    if rule.by and not _COLUMN.fullmatch(rule.by):
        raise wrong("by", f"{rule.by[:40]!r} is not the name of a column such as brand or category")
    if not 1 <= rule.first <= MOST_PLACE:
        raise wrong("first", f"{rule.first} must lie in 1..{MOST_PLACE}")
    if rule.action == "cap" and not 0 <= rule.most < rule.first:
        raise wrong("most", f"{rule.most} must lie in 0..{rule.first - 1}, below `first`: else the cap says nothing")
    if not 1 <= rule.place <= MOST_PLACE:
        raise wrong("place", f"{rule.place} must lie in 1..{MOST_PLACE}")
    if not 1 <= rule.strength <= STRONGEST:
        raise wrong("strength", f"{rule.strength:g} must lie in 1..{STRONGEST:g}")
    if rule.action == "redirect":
        if len(rule.url) > LONGEST or not _ADDRESS.fullmatch(rule.url):
            raise wrong("url", f"{rule.url[:60]!r} is not an address such as /tea or https://shop.example/tea")
        if not rule.query:
            raise wrong("query", "a redirect needs phrases, or it would lead every visitor away")
    if rule.action == "banner" and not 1 <= len(rule.text.strip()) <= LONGEST:
        raise wrong("text", f"a banner needs a text of at most {LONGEST} characters")


def _expression(text: str, name: str, where: str) -> None:
    try:
        parse(text)
    except InputError as error:
        raise InputError(f"{where}: {name}: {error.message.removeprefix('filter: ')}", field=name) from error
