"""strategy.toml is read strictly: every fault names file, line, what was given and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.operations.strategy.rules import Guard, Rules, parse, read

NEEDS = {"home": (), "cart": ("anchors",), "search": ("text",)}

WHOLE = """
scenarios = ["home", "cart"]
artifacts = ["popularity"]
every_minutes = 10

[retrain]
hours = 24
new_events = 5000
new_items = 0.05
drift = 0.1

[evaluate]
metric = "recall@10"
least = -0.02
bound = "value"

[shadow]
requests = 50

[ramp]
steps = [0.1, 1.0]
hours = 12
guards = [{metric = "conversion", least = -0.1, bound = "low"}, {metric = "clicks"}]
"""


def test_what_is_written_is_what_is_read_and_what_is_left_out_has_a_default() -> None:
    rules = parse(WHOLE, NEEDS)
    assert rules.scenarios == ("home", "cart")
    assert (rules.retrain.hours, rules.retrain.new_events, rules.retrain.pause_hours) == (24.0, 5000, 1.0)
    assert (rules.evaluate.metric, rules.evaluate.bound, rules.evaluate.hold_out) == ("recall@10", "value", 0.2)
    assert rules.shadow.requests == 50
    assert rules.ramp.guards == (Guard("conversion", -0.1, "low"), Guard("clicks"))
    least = parse('scenarios = ["home"]\n[retrain]\nhours = 1\n', NEEDS)
    assert least.ramp == Rules(("home",)).ramp


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "strategy.toml: 'scenarios' is required"),
        ("scenarios = []\n[retrain]\nhours = 1", "line 1: 'scenarios' is required"),
        ('scenarios = ["hom"]\n[retrain]\nhours = 1', "line 1: scenarios: 'hom' is not allowed (did you mean 'home'?)"),
        ('scenarios = ["search"]\n[retrain]\nhours = 1', "line 1: scenario 'search' is asked by a text"),
        ('scenarios = ["home"]', "say when: hours, new_events, new_items or drift"),
        ('scenarios = ["home"]\n[retrain]\n', "line 2: say when"),
        ('scenarios = ["home"]\n[retrain]\nhour = 1', "line 3: unknown key of retrain: 'hour' is not allowed"),
        ('scenarios = ["home"]\n[retrain]\nhours = "a day"', "line 3: retrain.hours: 'a day' is str, float is"),
        ('scenarios = ["home"]\n[retrain]\nhours = 0', "line 3: hours is 0, it must be above 0"),
        ('scenarios = ["home"]\n[retrain]\nnew_items = 5', "line 3: new_items is 5, it must lie in 0..1"),
        ('scenarios = ["home"]\nretrain = 5', "line 2: retrain is a table, begun by [retrain]"),
        ('scenarios = ["home"]\nrollback = true', "line 2: unknown key: 'rollback' is not allowed"),
        ('artifacts = ["encoder"]\nscenarios = ["home"]', "line 1: artifacts: 'encoder' is not allowed"),
        ('scenarios = ["home"]\n[evaluate]\nmetric = "ctr"', "line 3: evaluate.metric: 'ctr' is not allowed"),
        ('scenarios = ["home"]\n[evaluate]\nbound = "lowest"', "line 3: evaluate.bound: 'lowest' is not allowed"),
        ('scenarios = ["home"]\n[ramp]\nunits = 50', "line 3: units is 50, it must be 100 or more"),
        ('scenarios = ["home"]\n[ramp]\nsteps = [0.5, 0.1]', "line 3: steps is [0.5, 0.1]: shares that rise"),
        ('scenarios = ["home"]\n[ramp]\nsteps = [0.5, 1.5]', "line 3: steps is [0.5, 1.5]: shares that rise"),
        ('scenarios = ["home"]\n[ramp]\nguards = [{least = 0.1}]', "guards: 'metric' is required"),
        ('scenarios = ["home"]\n[ramp]\nguards = [{metric = "joy"}]', "guards.metric: 'joy' is not allowed"),
        ('scenarios = ["home"]\n[ramp]\nguards = "clicks"', "line 3: ramp.guards is a list of tables"),
        ('scenarios = ["home"', "strategy.toml: "),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(InputError) as fault:
        parse(text, NEEDS)
    assert says in fault.value.message
    assert fault.value.message.startswith("strategy.toml")


def test_a_shop_without_rules_is_told_where_to_find_some(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no strategy\.toml"):
        read(tmp_path, NEEDS)
