"""From the trace to reasons in words."""

from shopmind.explain.reasons import Reasons

__all__ = ["Reasons"]
