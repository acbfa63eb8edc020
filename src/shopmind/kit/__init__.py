"""Errors, options, menu, clock, seeds, log: knows nothing of shops."""
