"""Experiments judged: how many units they need, whether the split is whole, what a variant adds, and what to do."""

from shopmind.evaluation.experiments.analysis import analyse
from shopmind.evaluation.experiments.planning import units_needed
from shopmind.evaluation.experiments.question import Question
from shopmind.evaluation.experiments.report import experiment_report

__all__ = ["Question", "analyse", "experiment_report", "units_needed"]
