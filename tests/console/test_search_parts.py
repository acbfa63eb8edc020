"""Pieces of the page Search that need no browser: lines of ids, and which fields of a rule an action takes."""

from __future__ import annotations

import pytest

from shopmind.console.listed import joined, split
from shopmind.pipeline.rules.rule import _BELONGS as BELONGS
from shopmind.pipeline.rules.rule import ACTIONS
from shopmind.serving.merchandise_schemas import RuleRow


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tea-01, tea-02", ["tea-01", "tea-02"]),
        ("green  tea，绿茶、茶；tea", ["green tea", "绿茶", "茶", "tea"]),
        (" , ,a,a", ["a"]),
        ("", []),
        (None, []),
    ],
)
def test_a_line_is_read_with_commas_of_both_languages(text: str | None, parts: list[str]) -> None:
    assert split(text) == parts
    assert split(joined(parts)) == parts


def test_the_form_of_a_rule_shows_the_fields_that_the_api_takes() -> None:
    pytest.importorskip("nicegui")
    from shopmind.console.pages.search import rule_form

    assert {name: frozenset(actions) for name, actions in rule_form.TAKES.items()} == BELONGS
    assert rule_form.ACTIONS == ACTIONS
    assert set(rule_form.BLANK) == {(field.alias or name) for name, field in RuleRow.model_fields.items()}


def test_the_kinds_of_words_are_those_of_the_lexicon() -> None:
    pytest.importorskip("nicegui")
    from shopmind.console.pages.search import words
    from shopmind.pipeline import lexicon

    assert words.KINDS == lexicon.KINDS
    assert words.LEADS == lexicon._NEEDS_TO
