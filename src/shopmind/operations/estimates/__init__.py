"""Off-policy estimates asked for by people: one at a time, in a process of its own, kept as a record."""

from shopmind.operations.estimates.book import Estimate, Estimates, Wanted

__all__ = ["Estimate", "Estimates", "Wanted"]
