"""The shop looks after itself: retrain, evaluate, shadow, ramp, promote or withdraw, by the rules of strategy.toml."""

from shopmind.operations.strategy.rules import FILE, Rules, read
from shopmind.operations.strategy.run import Strategy, Told, standing

__all__ = ["FILE", "Rules", "Strategy", "Told", "read", "standing"]
