"""Honest figures: split, replay through the real engine, baselines of the same run, report."""

from shopmind.evaluation.policy import evaluate_policy
from shopmind.evaluation.recommend import evaluate_recommend
from shopmind.evaluation.search import evaluate_search

__all__ = ["evaluate_policy", "evaluate_recommend", "evaluate_search"]
