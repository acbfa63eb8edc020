"""Keeping a shop running: doctor, backup and restore."""
