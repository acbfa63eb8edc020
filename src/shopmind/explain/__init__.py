"""From the trace to reasons in words."""

from shopmind.explain.reasons import reasons

__all__ = ["reasons"]
