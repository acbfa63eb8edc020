"""Rules that pull against each other, found when they are written; the answer's order between them is always defined.

Hide wins over everything; of pins and redirects the one of higher priority, then of the smaller id; boosts and buries
multiply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shopmind.pipeline.rules.rule import Rule
from shopmind.pipeline.rules.words import meets, phrase

MOST_TOLD = 5


def contradictions(written: Sequence[Rule], others: Iterable[Rule]) -> dict[str, list[str]]:
    """Id of a written rule → what it disagrees with, in words; at most five of them.

    Rules that can never meet the same request are left out as far as their conditions tell: scenarios, times,
    languages, phrases. Items that only a filter reaches are not looked at.
    """
    mine = {rule.rule_id: rule for rule in written if rule.enabled}
    everyone = {**{rule.rule_id: rule for rule in others if rule.enabled}, **mine}
    by_item: dict[str, list[Rule]] = defaultdict(list)
    pins: list[Rule] = []
    redirects: list[Rule] = []
    for rule in everyone.values():
        for item in rule.items:
            by_item[item].append(rule)
        if rule.action == "pin":
            pins.append(rule)
        elif rule.action == "redirect":
            redirects.append(rule)
    found: dict[str, list[str]] = {}
    for rule in mine.values():
        told = dict.fromkeys(
            [
                *(_about(rule, other, item) for item in rule.items for other in by_item[item]),
                *(_places(rule, other) for other in (pins if rule.action == "pin" else ())),
                *(_leads(rule, other) for other in (redirects if rule.action == "redirect" else ())),
            ]
        )
        told.pop("", None)
        if told:
            found[rule.rule_id] = list(told)[:MOST_TOLD]
    return found


def _about(rule: Rule, other: Rule, item: str) -> str:
    if rule.rule_id == other.rule_id or not _together(rule, other):
        return ""
    match (rule.action, other.action):
        case ("hide", "pin" | "boost"):
            return f"it hides {item!r}, which rule {other.rule_id!r} wants seen: the item stays hidden"
        case ("pin" | "boost", "hide"):
            return f"rule {other.rule_id!r} hides {item!r}: the item stays hidden"
        case ("boost", "bury") | ("bury", "boost"):
            return f"rule {other.rule_id!r} does the opposite to {item!r}: their strengths multiply"
        case ("pin", "pin"):
            return f"rule {other.rule_id!r} pins {item!r} too: {_first(rule, other).rule_id!r} places it"
    return ""


def _places(rule: Rule, other: Rule) -> str:
    if rule.rule_id == other.rule_id or not _together(rule, other):
        return ""
    if rule.place >= other.place + len(other.items) or other.place >= rule.place + len(rule.items):
        return ""
    first = _first(rule, other).rule_id
    return f"rule {other.rule_id!r} pins to the same place: {first!r} goes first, the other's items follow"


def _leads(rule: Rule, other: Rule) -> str:
    if rule.rule_id == other.rule_id or rule.url == other.url or not _together(rule, other):
        return ""
    return f"rule {other.rule_id!r} redirects the same query: {_first(rule, other).rule_id!r} leads"


def _first(rule: Rule, other: Rule) -> Rule:
    return min(rule, other, key=lambda each: each.order)


def _together(rule: Rule, other: Rule) -> bool:
    """Whether one request may meet both, as far as scenarios, times, languages and phrases tell."""
    if rule.scenarios and other.scenarios and not set(rule.scenarios) & set(other.scenarios):
        return False
    if rule.language and other.language and rule.language != other.language:
        return False
    for first, second in ((rule, other), (other, rule)):
        if first.until_ms is not None and second.from_ms is not None and first.until_ms <= second.from_ms:
            return False
    if not rule.query or not other.query:
        return True
    ours, theirs = list(map(phrase, rule.query)), list(map(phrase, other.query))
    return any(
        meets(one, two, other.match) or meets(two, one, rule.match) or (rule.match == other.match == "all")
        for one in ours
        for two in theirs
    )
