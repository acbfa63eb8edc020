"""The stored rules as one process knows them: read again as soon as they change, and every change kept.

Rows live in `Records` under the kind "rule"; every write changes the row STAMP in the same transaction. The process
that wrote obeys the change in its very next answer; the others look at the stamp four times a second. What a rule was
before stands under the kind "rule_history".
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.log import note
from shopmind.pipeline.rules.rule import Rule, RuleVersion, read_rule, rule_row
from shopmind.pipeline.rules.words import Phrase, phrase
from shopmind.stores.ports import Records

logger = logging.getLogger(__name__)

ROWS = "rule"
HISTORY = "rule_history"
STAMP = "@stamp"
MOST_RULES = 10_000
KEPT_VERSIONS = 100
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules in the order in which they win, with an index of those that ask for words.

    Attributes:
        unreadable: keys of rows that cannot be read.
        anywhere: rules without phrases.
        by_token: first token of a phrase → rules that have such a phrase; in Chinese its first character too, for such
            a phrase may be met without sharing a token.
    """

    rules: tuple[RuleVersion, ...] = ()
    unreadable: tuple[str, ...] = ()
    anywhere: tuple[RuleVersion, ...] = ()
    by_token: Mapping[str, tuple[RuleVersion, ...]] = field(default_factory=dict)

    @staticmethod
    def of(rules: Iterable[RuleVersion], unreadable: Sequence[str] = ()) -> Ruleset:
        """Sorts and indexes; rules that are not enabled are left out."""
        ordered = tuple(sorted((each for each in rules if each.rule.enabled), key=lambda each: each.rule.order))
        by_token: dict[str, dict[str, RuleVersion]] = {}
        for each in ordered:
            for wanted in map(phrase, each.rule.query):
                begins = (*wanted.tokens[:1], *wanted.folded[:1]) if wanted.literal else wanted.tokens[:1]
                for token in begins:
                    by_token.setdefault(token, {})[each.rule.rule_id] = each
        return Ruleset(
            ordered,
            tuple(sorted(unreadable)),
            tuple(each for each in ordered if not each.rule.query),
            {token: tuple(held.values()) for token, held in by_token.items()},
        )

    def with_draft(self, draft: Iterable[Rule]) -> Ruleset:
        """With rules that are not stored, as version 0; one of the same id takes the stored one's place."""
        drafts = {rule.rule_id: RuleVersion(rule) for rule in draft}
        kept = [each for each in self.rules if each.rule.rule_id not in drafts]
        return Ruleset.of([*kept, *drafts.values()], self.unreadable)

    def near(self, asked: Iterable[Phrase]) -> list[RuleVersion]:
        """Those that one of these texts may meet, and those without phrases, in the order in which they win."""
        if not self.by_token:
            return list(self.anywhere)
        found = {each.rule.rule_id: each for each in self.anywhere}
        for text in asked:
            for token in {*text.words, *text.folded}:
                found.update((each.rule.rule_id, each) for each in self.by_token.get(token, ()))
        return sorted(found.values(), key=lambda each: each.rule.order)


@dataclass(slots=True)
class _Held:
    stamp: str
    look_again_s: float
    ruleset: Ruleset


_lock = threading.Lock()
_held: weakref.WeakKeyDictionary[Records, _Held] = weakref.WeakKeyDictionary()


def read(records: Records) -> Ruleset:
    """The enabled rules as of now; compiled again only when the stamp has changed. A bad row is left out and named."""
    held = _held.get(records)
    if held is not None and time.monotonic() < held.look_again_s:
        return held.ruleset
    with _lock:
        look_again_s = time.monotonic() + LOOK_EVERY_S
        stamp = str(_body(records.get(ROWS, STAMP)).get("mark", ""))
        if held is None or held.stamp != stamp:
            held = _held[records] = _Held(stamp, look_again_s, _compiled(records))
        held.look_again_s = look_again_s
        return held.ruleset


def forget() -> None:
    """Lets the next reader look at the stamp at once; called after every write.

    It waits for a reader that looked before the write and would put off the next look after it.
    """
    with _lock:
        for held in list(_held.values()):
            held.look_again_s = 0.0


def stored(records: Records) -> tuple[list[RuleVersion], dict[str, str]]:
    """Every rule that can be read, enabled or not, in the order in which they win; key → why of those that cannot."""
    whole, faults = [], {}
    for key, body in records.scan(ROWS, 2 * MOST_RULES):
        if key == STAMP or _body(body).get("removed") is True:
            continue
        try:
            whole.append(_version(key, body))
        except InputError as error:
            faults[key] = error.message
    return sorted(whole, key=lambda each: each.rule.order), faults


def history(records: Records, rule_id: str) -> list[RuleVersion]:
    """What a rule was and is, newest first, also when it was taken out; at most `KEPT_VERSIONS`.

    Raises:
        NotFoundError: there never was such a rule.
    """
    versions = _versions(records.get(HISTORY, rule_id))
    if not versions:
        raise NotFoundError(f"rules: there is no rule {rule_id!r}", field="rule_id")
    found = []
    for body in reversed(versions):
        with contextlib.suppress(InputError):
            found.append(_version(rule_id, body))
    return found


def write(records: Records, rules: Sequence[Rule], *, by: str, now_ms: int) -> list[RuleVersion]:
    """Writes all of these rules in one transaction, each with its next version; one that is as it was is left alone.

    Raises:
        InputError: the shop would have more than `MOST_RULES`; nothing was written.
    """
    rules = list({rule.rule_id: rule for rule in rules}.values())
    there = {each.rule.rule_id: each for each in stored(records)[0]}
    if len({*there, *(rule.rule_id for rule in rules)}) > MOST_RULES:
        raise InputError(f"rules: at most {MOST_RULES} are allowed", field="rule_id")
    changed = [rule for rule in rules if rule.rule_id not in there or there[rule.rule_id].rule != rule]
    written = {rule.rule_id: RuleVersion(rule, at_ms=now_ms, by=by) for rule in changed}
    _commit(records, written, {rule_id: each.version for rule_id, each in there.items()})
    return [written[rule.rule_id] if rule.rule_id in written else there[rule.rule_id] for rule in rules]


def remove(records: Records, rule_id: str, *, by: str, now_ms: int) -> RuleVersion:
    """Takes a rule out; its history stays.

    Raises:
        NotFoundError: there is no such rule.
    """
    body = records.get(ROWS, rule_id) if rule_id != STAMP else None
    if body is None or _body(body).get("removed") is True:
        raise NotFoundError(f"rules: there is no rule {rule_id!r}", field="rule_id")
    try:
        last = _version(rule_id, body).rule
    except InputError:  # what cannot be read can be taken out all the same
        last = Rule(rule_id, "banner", text="could not be read", enabled=False)
    written = {rule_id: RuleVersion(last, at_ms=now_ms, by=by, removed=True)}
    version = _body(body).get("version")
    _commit(records, written, {rule_id: version if isinstance(version, int) else 0})
    return written[rule_id]


def roll_back(records: Records, rule_id: str, version: int, *, by: str, now_ms: int) -> RuleVersion:
    """Makes an older version the newest again, also of a rule that was taken out; doing it again changes nothing.

    Raises:
        NotFoundError: there is no such version.
    """
    versions = history(records, rule_id)
    for each in versions:
        if each.version == version and not each.removed:
            if versions[0].rule == each.rule and not versions[0].removed:
                return versions[0]
            written = {rule_id: RuleVersion(each.rule, at_ms=now_ms, by=by)}
            _commit(records, written, {})
            return written[rule_id]
    raise NotFoundError(f"rules: rule {rule_id!r} has no version {version} to go back to", field="version")


def _commit(records: Records, written: dict[str, RuleVersion], current: Mapping[str, int]) -> None:
    """Numbers the versions and writes them. The history goes first: a kill in between loses no old version."""
    if not written:
        return
    kept = dict(records.scan(HISTORY, 2 * MOST_RULES)) if len(written) > 20 else None
    histories: list[tuple[str, Mapping[str, Any], str | None]] = []
    for rule_id, each in written.items():
        older = _versions(records.get(HISTORY, rule_id) if kept is None else kept.get(rule_id))
        last = max([current.get(rule_id, 0), *(each["version"] for each in older[-1:])])
        written[rule_id] = replace(each, version=last + 1)
        histories.append((rule_id, {"versions": [*older, _row(written[rule_id])][-KEPT_VERSIONS:]}, None))
    records.put_many(HISTORY, histories)
    rows = [(rule_id, _row(each), None) for rule_id, each in written.items()]
    records.put_many(ROWS, [*rows, (STAMP, {"mark": secrets.token_hex(8)}, None)])
    forget()


def _row(each: RuleVersion) -> dict[str, Any]:
    body = {"rule": rule_row(each.rule), "version": each.version, "at_ms": each.at_ms, "by": each.by}
    return {**body, "removed": True} if each.removed else body


def _version(key: str, body: Any) -> RuleVersion:
    row = _body(body)
    for name in ("version", "at_ms"):
        if not isinstance(row.get(name), int):
            raise InputError(f"rule {key!r}: {name} is {row.get(name)!r}, a whole number is expected", field=name)
    rule = read_rule(row.get("rule"), where=f"rule {key!r}")
    if rule.rule_id != key:
        raise InputError(f"rule {key!r}: it says of itself that it is {rule.rule_id!r}", field="rule_id")
    return RuleVersion(rule, row["version"], row["at_ms"], str(row.get("by", "")), row.get("removed") is True)


def _versions(body: Any) -> list[dict[str, Any]]:
    versions = _body(body).get("versions")
    rows = versions if isinstance(versions, list) else []
    return [each for each in rows if isinstance(each, dict) and isinstance(each.get("version"), int)]


def _body(body: Any) -> Mapping[str, Any]:
    return body if isinstance(body, Mapping) else {}


def _compiled(records: Records) -> Ruleset:
    whole, faults = stored(records)
    for key, why in faults.items():
        note(logger, logging.WARNING, "rule cannot be read", rule=key, why=why)
    return Ruleset.of(whole, tuple(faults))
