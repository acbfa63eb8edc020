"""The part of the client that is for merchandisers: rules and the lexicon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read, read_all
from shopmind.domain import Slate


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as of one change.

    Attributes:
        rule: as it was written, without what is as by default.
        version: counted from 1; 0 for a draft.
        changed_by: the public prefix of the key that changed it, or a name given on the machine.
        removed: this change took the rule out.
    """

    rule: Mapping[str, Any]
    version: int
    changed_at_ms: int | None
    changed_by: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Move:
    """Where an item stands on the page, from 0 on; None where it is not on it."""

    item_id: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer as the stored rules make it, and as it would be with the draft beside them.

    Attributes:
        left_out: draft rule → ids it pins that the answer does not have.
        warnings: draft rule → what is doubtful; @refused → why it cannot be written.
    """

    before: Slate
    after: Slate
    moved: tuple[Move, ...]
    left_out: Mapping[str, tuple[str, ...]]
    warnings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of the lexicon."""

    key: str
    kind: str
    words: tuple[str, ...]
    to: tuple[str, ...]
    worth: float
    version: int
    changed_at_ms: int | None
    changed_by: str


class Merchandise(Calls):
    """Rules and words."""

    def put_rules(self, rules: Row | Sequence[Row]) -> list[RowResult]:
        """Writes a merchandiser's rules by id; the reason of an accepted row holds its warnings."""
        return self._write("v1/rules", [rules] if isinstance(rules, Mapping) else rules)

    def rules(self) -> list[Rule]:
        """Every rule with its version, in the order in which they win."""
        return read_all(Rule, self._call("GET", "v1/rules")["rules"])

    def unreadable_rules(self) -> dict[str, str]:
        """Key of a stored rule that cannot be read, and is left out → why."""
        unreadable: dict[str, str] = self._call("GET", "v1/rules")["unreadable"]
        return unreadable

    def rule_history(self, rule_id: str) -> list[Rule]:
        """All versions of a rule, newest first; raises NotFoundError."""
        return read_all(Rule, self._call("GET", _path(rule_id))["history"])

    def remove_rule(self, rule_id: str) -> None:
        """Takes a rule out; its history stays. Raises NotFoundError."""
        self._call("DELETE", _path(rule_id))

    def roll_back_rule(self, rule_id: str, version: int) -> Rule:
        """Makes an older version the newest again; raises NotFoundError."""
        return read(Rule, self._call("POST", f"{_path(rule_id)}/rollback", body={"version": version})["rule"])

    def preview_rules(self, rules: Sequence[Row], **question: Any) -> Preview:
        """One answer without and with rules that are not stored.

        Args:
            question: scenario, text, user, session, anchors, filters, n, language.
        """
        body = {"rules": [dict(rule) for rule in rules], **question}
        shown = self._call("POST", "v1/rules/preview", body=body)
        return Preview(
            before=answers.slate(shown["before"]),
            after=answers.slate(shown["after"]),
            moved=tuple(read_all(Move, shown["moved"])),
            left_out={rule: tuple(ids) for rule, ids in shown["left_out"].items()},
            warnings={rule: tuple(said) for rule, said in shown["warnings"].items()},
        )

    def put_words(self, words: Row | Sequence[Row]) -> list[RowResult]:
        """Writes entries of the lexicon: synonyms, corrections, protected words, stop words, categories."""
        return self._write("v1/synonyms", [words] if isinstance(words, Mapping) else words)

    def words(self) -> list[Word]:
        """The lexicon, newest entries first."""
        return read_all(Word, self._call("GET", "v1/synonyms")["words"])

    def remove_word(self, key: str) -> None:
        """Takes one entry out of the lexicon; raises NotFoundError."""
        self._call("DELETE", f"v1/synonyms/{quote(key, safe='')}")


def _path(rule_id: str) -> str:
    return f"v1/rules/{quote(rule_id, safe='')}"
