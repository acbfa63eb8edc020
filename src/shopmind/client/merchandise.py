"""The part of the client that is for merchandisers: rules and the lexicon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from shopmind.client import answers
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row


class Merchandise(Calls):
    """Rules and words."""

    def put_rules(self, rules: Row | Sequence[Row]) -> list[RowResult]:
        """Writes a merchandiser's rules by id; the reason of an accepted row holds its warnings."""
        return self._write("v1/rules", [rules] if isinstance(rules, Mapping) else rules)

    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its version, in the order in which they win."""
        found: list[dict[str, Any]] = self._call("GET", "v1/rules")["rules"]
        return found

    def rule_history(self, rule_id: str) -> list[dict[str, Any]]:
        """All versions of a rule, newest first; raises NotFoundError."""
        found: list[dict[str, Any]] = self._call("GET", f"v1/rules/{quote(rule_id, safe='')}")["history"]
        return found

    def remove_rule(self, rule_id: str) -> None:
        """Takes a rule out; its history stays. Raises NotFoundError."""
        self._call("DELETE", f"v1/rules/{quote(rule_id, safe='')}")

    def roll_back_rule(self, rule_id: str, version: int) -> dict[str, Any]:
        """Makes an older version the newest again; raises NotFoundError."""
        path = f"v1/rules/{quote(rule_id, safe='')}/rollback"
        rule: dict[str, Any] = self._call("POST", path, body={"version": version})["rule"]
        return rule

    def preview_rules(self, rules: Sequence[Row], **question: Any) -> dict[str, Any]:
        """One answer without and with rules that are not stored.

        Args:
            question: scenario, text, user, session, anchors, filters, n, language.

        Returns:
            before and after as slates, and moved, left_out and warnings as the API tells them.
        """
        body = {"rules": [dict(rule) for rule in rules], **question}
        shown: dict[str, Any] = self._call("POST", "v1/rules/preview", body=body)
        return {**shown, "before": answers.slate(shown["before"]), "after": answers.slate(shown["after"])}

    def put_words(self, words: Row | Sequence[Row]) -> list[RowResult]:
        """Writes entries of the lexicon: synonyms, corrections, protected words, stop words, categories."""
        return self._write("v1/synonyms", [words] if isinstance(words, Mapping) else words)

    def words(self) -> list[dict[str, Any]]:
        """The lexicon, newest entries first."""
        found: list[dict[str, Any]] = self._call("GET", "v1/synonyms")["words"]
        return found

    def remove_word(self, key: str) -> None:
        """Takes one entry out of the lexicon; raises NotFoundError."""
        self._call("DELETE", f"v1/synonyms/{quote(key, safe='')}")
