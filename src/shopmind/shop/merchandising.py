"""What a merchandiser may do to a shop: `shop.rules` and `shop.lexicon`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shopmind.domain import Query, Slate
from shopmind.explain.moves import Move, moves
from shopmind.ingest.rows import RowStatus
from shopmind.kit.clock import Clock, format_time
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.pipeline import lexicon
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.pipeline.rules import Rule, RuleVersion, book, read_rule
from shopmind.pipeline.rules.contradictions import contradictions
from shopmind.shop.folder import Folder
from shopmind.shop.refusing import refuse_broken_caps, refuse_dead
from shopmind.stores.columns import TextColumn

Row = Mapping[str, Any]
Answer = Callable[[Query, book.Ruleset], Slate]
"""Answers a query under given rules, and leaves nothing in the log."""

MOST_IDS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer without and with rules that are not stored.

    Attributes:
        moved: items whose place on the page differs, in the order of the new page, then those that left it.
        left_out: id of a draft rule → ids it pins that are not on their way to the answer: unknown, hidden, sold out or
            filtered, or the whole rule was not met.
        warnings: id of a draft rule → what is doubtful about it; "@refused" → why none could be written.
    """

    before: Slate
    after: Slate
    moved: tuple[Move, ...]
    left_out: Mapping[str, tuple[str, ...]]
    warnings: Mapping[str, list[str]]


class Rules:
    """The shop's rules: read, written, previewed and rolled back. A change works in the very next answer."""

    def __init__(self, folder: Folder, scenarios: Iterable[str], answer: Answer) -> None:
        self._folder = folder
        self._records = folder.records
        self._clock: Clock = folder.clock
        self._scenarios = frozenset(scenarios)
        self._answer = answer

    def all(self) -> list[RuleVersion]:
        """Every rule, enabled or not, in the order in which they win."""
        return book.stored(self._records)[0]

    def unreadable(self) -> dict[str, str]:
        """Key → why, of stored rows that cannot be read; answers leave them out and say so."""
        return book.stored(self._records)[1]

    def get(self, rule_id: str) -> RuleVersion:
        """One rule.

        Raises:
            NotFoundError: there is no such rule.
        """
        for each in self.all():
            if each.rule.rule_id == rule_id:
                return each
        raise NotFoundError(f"rules: there is no rule {rule_id!r}", field="rule_id")

    def history(self, rule_id: str) -> list[RuleVersion]:
        """Its versions, newest first, also of a rule that was taken out; raises NotFoundError."""
        return book.history(self._records, rule_id)

    def put(self, rows: Row | Sequence[Row], *, by: str = "") -> list[RowStatus]:
        """Writes rules; each row stands alone. An accepted row's reason holds its warnings; one that changes nothing is
        a duplicate."""
        given = [rows] if isinstance(rows, Mapping) else list(rows)
        statuses: list[RowStatus] = []
        good: dict[int, Rule] = {}
        for at, row in enumerate(given):
            try:
                good[at] = self.read(row, where=f"row {at + 1}")
                statuses.append(RowStatus(at, good[at].rule_id, "accepted", None, None))
            except InputError as error:
                name = row.get("rule_id") if isinstance(row, Mapping) else None
                statuses.append(
                    RowStatus(at, name if isinstance(name, str) else None, "rejected", error.message, error.field)
                )
        there = {each.rule.rule_id: each.rule for each in self.all()} if good else {}
        for at in list(good):
            try:
                refuse_broken_caps([good[at]], {**there, **_beside(good, at)}.values(), self._folder.catalogue)
            except InputError as error:
                statuses[at] = replace(statuses[at], status="rejected", reason=error.message, field=error.field)
                del good[at]
        doubts = self._write(list(good.values()), there.values(), by) if good else {}
        for at, rule in good.items():
            told = "; ".join(doubts.get(rule.rule_id, ())) or None
            same = there.get(rule.rule_id) == rule
            statuses[at] = replace(statuses[at], status="duplicate" if same else "accepted", reason=told)
        return statuses

    def apply(self, rules: Sequence[Rule], *, by: str = "") -> dict[str, list[str]]:
        """Writes all of these or none and returns id → warnings.

        Raises:
            InputError: a scenario that the shop has not, too many rules, two of the file that cannot both be meant, or
                a cap that pins break.
        """
        for rule in rules:
            self._check(rule, f"rule {rule.rule_id!r}")
        refuse_dead(rules)
        stored = [each.rule for each in self.all()]
        refuse_broken_caps(rules, stored, self._folder.catalogue)
        return self._write(rules, stored, by)

    def remove(self, rule_id: str, *, by: str = "") -> RuleVersion:
        """Takes a rule out; its history stays. Raises NotFoundError."""
        return book.remove(self._records, rule_id, by=by, now_ms=self._clock())

    def roll_back(self, rule_id: str, version: int, *, by: str = "") -> RuleVersion:
        """Makes an older version the newest again; raises NotFoundError."""
        return book.roll_back(self._records, rule_id, version, by=by, now_ms=self._clock())

    def read(self, row: Row, *, where: str) -> Rule:
        """A row as a rule of this shop; raises InputError."""
        rule = read_rule(row, where=where)
        self._check(rule, where)
        return rule

    def warnings(self, rules: Sequence[Rule], others: Iterable[Rule] | None = None) -> dict[str, list[str]]:
        """Id → what is doubtful: contradictions (with the stored rules, or the others given), unknown items and
        attributes, a time that is over."""
        found = contradictions(rules, (each.rule for each in self.all()) if others is None else others)
        for rule in rules:
            told = self._doubts(rule)
            if told:
                found[rule.rule_id] = [*told, *found.get(rule.rule_id, ())]
        return found

    def preview(
        self,
        draft: Sequence[Rule],
        *,
        scenario: str = "search",
        text: str = "",
        user: str | None = None,
        session: str | None = None,
        anchors: Sequence[str] = (),
        filters: str = "",
        n: int | None = None,
        language: str = "",
    ) -> Preview:
        """One answer as the stored rules make it, and as it would be with the draft beside them; nothing is kept.

        Raises:
            InputError: the question or a scenario of a rule is not allowed.
        """
        for rule in draft:
            self._check(rule, f"rule {rule.rule_id!r}")
        pseudonyms = self._folder.pseudonyms
        query = Query(
            scenario,
            user_id=pseudonyms.user(user) if user else None,
            session_id=pseudonyms.session(session) if session else None,
            text=text,
            anchors=tuple(anchors),
            filter=filters,
            n=n,
            language=language,
            explore=False,
        )
        now = book.read(self._records)
        before, after = self._answer(query, now), self._answer(query, now.with_draft(draft))
        placed = {item for each in after.applied_rules for item in each.items if each.action == "pin"}
        warnings = self.warnings(draft)
        try:
            refuse_dead(draft)
            refuse_broken_caps(draft, [each.rule for each in self.all()], self._folder.catalogue)
        except InputError as error:
            warnings.setdefault("@refused", []).append(error.message)
        left_out = {
            rule.rule_id: tuple(item for item in rule.items if item not in placed)
            for rule in draft
            if rule.action == "pin" and not set(rule.items) <= placed
        }
        return Preview(before, after, moves(_ids(before), _ids(after)), left_out, warnings)

    def _write(self, rules: Sequence[Rule], others: Iterable[Rule], by: str) -> dict[str, list[str]]:
        doubts = self.warnings(rules, others)
        book.write(self._records, rules, by=by, now_ms=self._clock())
        return doubts

    def _check(self, rule: Rule, where: str) -> None:
        for name in rule.scenarios:
            if name not in self._scenarios:
                raise not_allowed(f"{where}: scenarios", name, self._scenarios, field="scenarios")

    def _doubts(self, rule: Rule) -> list[str]:
        told = []
        numbers = self._folder.catalogue.numbers(rule.items) if rule.items else ()
        strangers = [item for item, number in zip(rule.items, numbers, strict=True) if number < 1]
        if strangers:
            more = f" and {len(strangers) - MOST_IDS_TOLD} more" if len(strangers) > MOST_IDS_TOLD else ""
            told.append(f"not in the catalogue: {', '.join(strangers[:MOST_IDS_TOLD])}{more}")
        ads = self._folder.catalogue.columns().kinds(("ad",))
        sold = [item for item, number in zip(rule.items, numbers, strict=True) if 0 < number < len(ads) and ads[number]]
        if sold and rule.action in ("pin", "cap"):
            told.append(f"the places of ads are sold, no {rule.action} moves {', '.join(sold[:MOST_IDS_TOLD])}")
        if rule.filter:
            try:
                if not mask(parse(rule.filter), self._folder.catalogue.columns()).any():
                    told.append("no item meets the filter")
            except InputError as error:
                told.append(error.message)
        if rule.by and not isinstance(self._folder.catalogue.columns().column(rule.by), TextColumn):
            told.append(f"no item has {rule.by!r} as a text: the cap counts nothing")
        if rule.until_ms is not None and rule.until_ms <= self._clock():
            told.append(f"its time was over at {format_time(rule.until_ms)}")
        return told


class Words:
    """The shop's lexicon: synonyms, corrections, protected words, stop words, categories."""

    def __init__(self, folder: Folder) -> None:
        self._records = folder.records
        self._clock: Clock = folder.clock

    def all(self) -> list[lexicon.Entry]:
        """Every entry, newest first."""
        return lexicon.entries(self._records)

    def put(self, rows: Row | Sequence[Row], *, by: str = "") -> list[RowStatus]:
        """Writes entries; each row stands alone."""
        given = [rows] if isinstance(rows, Mapping) else list(rows)
        statuses: list[RowStatus] = []
        good: dict[int, lexicon.Entry] = {}
        for at, row in enumerate(given):
            try:
                good[at] = lexicon.parse(row, where=f"row {at + 1}")
                if good[at].key.startswith("@"):
                    raise InputError(f"row {at + 1}: a key may not begin with '@'", field="key")
                statuses.append(RowStatus(at, good[at].key, "accepted", None, None))
            except InputError as error:
                good.pop(at, None)
                statuses.append(RowStatus(at, None, "rejected", error.message, error.field))
        self.apply(list(good.values()), by=by)
        return statuses

    def apply(self, entries: Sequence[lexicon.Entry], *, by: str = "") -> list[lexicon.Entry]:
        """Writes all of these in one transaction and returns them as written; raises InputError."""
        return lexicon.put(self._records, [replace(each, author=by) for each in entries], self._clock())

    def remove(self, key: str) -> None:
        """Takes an entry out; raises NotFoundError."""
        lexicon.remove(self._records, key)


def _beside(good: Mapping[int, Rule], at: int) -> dict[str, Rule]:
    """The rules of the earlier rows of one writing."""
    return {rule.rule_id: rule for place, rule in good.items() if place < at}


def _ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]
