"""Honest figures: split, replay through the real engine, baselines of the same run, report."""
