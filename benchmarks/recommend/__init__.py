"""Recommendation beside its peers, in one run: the same splits, the same cases, the same metric code."""
