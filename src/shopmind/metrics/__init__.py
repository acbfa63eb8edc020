"""Ranking, diversity, calibration and business figures: pure functions of arrays."""
