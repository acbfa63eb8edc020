"""Rules, words and query reports as the JSON of merchandise_schemas.py."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shopmind.insights import QueryReport
from shopmind.insights.queries import QueryLine
from shopmind.kit.clock import format_time
from shopmind.pipeline.lexicon import Entry
from shopmind.pipeline.rules import RuleVersion, rule_row
from shopmind.serving.answers import slate_json
from shopmind.shop.merchandising import Preview, Rules


def rule_json(each: RuleVersion) -> dict[str, Any]:
    """As `RuleAnswer`."""
    return {
        "rule": rule_row(each.rule),
        "version": each.version,
        "changed_at": format_time(each.at_ms) if each.at_ms else None,
        "changed_by": each.by,
        "removed": each.removed,
    }


def rules_json(rules: Rules) -> dict[str, Any]:
    """As `RulesAnswer`."""
    return {"rules": [rule_json(each) for each in rules.all()], "unreadable": rules.unreadable()}


def history_json(rules: Rules, rule_id: str) -> dict[str, Any]:
    """As `RuleHistoryAnswer`; raises NotFoundError."""
    versions = [rule_json(each) for each in rules.history(rule_id)]
    return {"rule": versions[0], "history": versions}


def preview_json(shown: Preview) -> dict[str, Any]:
    """As `PreviewAnswer`."""
    return {
        "before": {**slate_json(shown.before, 0, "", False), "next_cursor": None},
        "after": {**slate_json(shown.after, 0, "", False), "next_cursor": None},
        "moved": [asdict(move) for move in shown.moved],
        "left_out": {rule_id: list(ids) for rule_id, ids in shown.left_out.items()},
        "warnings": dict(shown.warnings),
    }


def word_json(entry: Entry) -> dict[str, Any]:
    """As `WordAnswer`."""
    return {
        "key": entry.key,
        "kind": entry.kind,
        "words": list(entry.words),
        "to": list(entry.to),
        "worth": entry.worth,
        "version": entry.version,
        "changed_at": format_time(entry.updated_ms) if entry.updated_ms else None,
        "changed_by": entry.author,
    }


def queries_json(report: QueryReport) -> dict[str, Any]:
    """As `QueriesAnswer`."""
    return {
        "since": format_time(report.since_ms),
        "until": format_time(report.until_ms),
        "searches": report.searches,
        "visitors": report.visitors,
        "empty_rate": report.empty_rate,
        "click_rate": report.click_rate,
        "top": [_line_json(line) for line in report.top],
        "no_result": [_line_json(line) for line in report.no_result],
        "low_click": [_line_json(line) for line in report.low_click],
        "reformulated": [asdict(each) for each in report.reformulated],
        "withheld": {"queries": report.withheld_queries, "searches": report.withheld_searches},
    }


def _line_json(line: QueryLine) -> dict[str, Any]:
    return {**asdict(line), "click_rate": line.click_rate}
