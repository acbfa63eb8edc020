"""A small bilingual shop of our own writing: 52 items, 30 users, some 800 events with two clear habits.

Tea drinkers buy Dragon Well (tea-01 or tea-06) together with a pot (kit-01 or kit-06), month after month; phone buyers
take a case and a charger in the same order (ele-01, ele-02, ele-03 or ele-06, ele-07, ele-08).
"""

from shopmind.samples.write import tiny_events, tiny_items, tiny_links, tiny_users, write_tiny

__all__ = ["tiny_events", "tiny_items", "tiny_links", "tiny_users", "write_tiny"]
