"""What people make of an experiment: kept with the figures, and the experiment ended."""

from __future__ import annotations

from shopmind.evaluation.experiments import experiment_report
from shopmind.kit.errors import not_allowed
from shopmind.operations.knowledge import Knowledge, telling
from shopmind.operations.knowledge.entry import Entry
from shopmind.shop import Shop


def decide(shop: Shop, name: str, *, choice: str = "", why: str = "", stop: bool = True, by: str = "") -> Entry:
    """Writes the decision into the knowledge log and, where `stop` says so, stops the experiment.

    The scenario file is not changed: what was chosen is put there by who looks after it.

    Args:
        choice: the variant to go on with; "" chooses none.

    Raises:
        NotFoundError: there is no such experiment.
        InputError: its file is gone, or it has no such variant.
    """
    report = experiment_report(shop, name)
    experiment = shop.experiments.get(name).experiment
    variants = [] if experiment is None else [each.name for each in experiment.variants]
    if choice and choice not in variants:
        raise not_allowed("choice", choice, variants, field="choice")
    scenarios = () if experiment is None else experiment.scenarios
    entry = telling.chosen(Knowledge(shop), report, scenarios, choice=choice, why=why, by=by)
    if stop and shop.experiments.get(name).status in ("running", "scheduled"):
        shop.experiments.stop(name, by=by)
    return entry
