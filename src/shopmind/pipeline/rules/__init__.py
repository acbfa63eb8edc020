"""A merchandiser's rules: what a rule is, which ones a request meets, and what they do to its answer."""

from shopmind.pipeline.rules.rule import Rule, RuleVersion, read_rule, rule_row

__all__ = ["Rule", "RuleVersion", "read_rule", "rule_row"]
