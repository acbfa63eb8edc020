"""The knowledge log: what was done to the shop, with which figures and why, and what people wrote down; searchable."""

from shopmind.operations.knowledge.entry import ABOUT, NOTES, WHAT, Entry, What, Words
from shopmind.operations.knowledge.log import Found, Knowledge

__all__ = ["ABOUT", "NOTES", "WHAT", "Entry", "Found", "Knowledge", "What", "Words"]
