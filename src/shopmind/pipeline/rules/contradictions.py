"""Rules that pull against each other, found when they are written; the answer's order between them is always defined.

Hide wins over everything; of pins and redirects the one of higher priority, then of the smaller id; boosts and buries
multiply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from shopmind.pipeline.rules.rule import Rule
from shopmind.pipeline.rules.words import meets, phrase

MOST_TOLD = 5
MOST_COMPARED = 200
"""Rules that one rule is held against at most for each reason, so that ten thousand rules are written in seconds."""


def contradictions(written: Sequence[Rule], others: Iterable[Rule]) -> dict[str, list[str]]:
    """Id of a written rule → what it disagrees with, in words; at most five of them.

    Rules that are not for the same requests are left out as far as their conditions tell: scenarios, times, languages,
    and phrases, one of which must be within the other. Items that only a filter reaches are not looked at.
    """
    mine = {rule.rule_id: rule for rule in written if rule.enabled}
    everyone = {**{rule.rule_id: rule for rule in others if rule.enabled}, **mine}
    by_item: dict[str, list[Rule]] = defaultdict(list)
    by_word: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in everyone.values():
        for item in rule.items:
            by_item[item].append(rule)
        if rule.action in ("pin", "redirect"):
            for word in _words(rule):
                by_word[rule.action, word].append(rule)
    found: dict[str, list[str]] = {}
    for rule in mine.values():
        told: dict[str, None] = {}
        for what in _told(rule, by_item, by_word):
            if what:
                told[what] = None
            if len(told) == MOST_TOLD:
                break
        if told:
            found[rule.rule_id] = list(told)
    return found


def surely_meet(rule: Rule, other: Rule) -> bool:
    """Whether each request that meets one of the two may meet the other, and no segment parts them."""
    return rule.segment == other.segment and _together(rule, other)


def dead(rule: Rule, other: Rule) -> str:
    """Why two rules written together cannot both be meant; "" where both can, or where their priorities say which."""
    if not rule.enabled or not other.enabled or rule.rule_id == other.rule_id or not surely_meet(rule, other):
        return ""
    both = sorted(set(rule.items) & set(other.items))
    if both and rule.action == "hide" and other.action in ("pin", "boost"):
        return f"it hides {both[0]!r}, and rule {other.rule_id!r} beside it wants the same item seen: leave one out"
    if rule.priority != other.priority:
        return ""
    if both and rule.action == other.action == "pin":
        return f"rule {other.rule_id!r} beside it pins {both[0]!r} too: leave one out, or give one a higher priority"
    if rule.action == other.action == "redirect" and rule.url != other.url and set(rule.query) & set(other.query):
        return f"rule {other.rule_id!r} beside it leads the same query elsewhere: leave one out, or set a priority"
    return ""


def _told(
    rule: Rule, by_item: Mapping[str, Sequence[Rule]], by_word: Mapping[tuple[str, str], Sequence[Rule]]
) -> Iterator[str]:
    for item in rule.items:
        for other in islice(by_item[item], MOST_COMPARED):
            yield _about(rule, other, item)
    if rule.action in ("pin", "redirect"):
        says = _places if rule.action == "pin" else _leads
        words = _words(rule) | {""} if rule.query else {word for action, word in by_word if action == rule.action}
        near = {other.rule_id: other for word in sorted(words) for other in by_word.get((rule.action, word), ())}
        for other in islice(near.values(), MOST_COMPARED):
            yield says(rule, other)


def _words(rule: Rule) -> set[str]:
    """Tokens of its phrases; "" for a rule without any."""
    return {token for text in rule.query for token in phrase(text).tokens} or {""}


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
    """Whether both are for the same requests, as far as scenarios, times, languages and phrases tell."""
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
    return any(meets(one, two, other.match) or meets(two, one, rule.match) for one in ours for two in theirs)
