"""Offers: items of kind promotion with rules of their own, read from their attributes."""
