"""Mines with mlxtend what benchmarks/cart_rules.py mines; run by a Python that has it installed.

    python cart_rules_peer.py FOLDER

Reads FOLDER/baskets.npz (starts, items, at_least), writes FOLDER/rules.npz with sets and figures, and prints seconds of
processor time and the version.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np


def main() -> None:
    """Frequent sets of up to three and their rules to one good."""
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    folder = Path(sys.argv[1])
    given = np.load(folder / "baskets.npz")
    starts, items, at_least = given["starts"], given["items"], int(given["at_least"])
    orders = len(starts) - 1
    # a dense frame of all goods would not fit into memory; a good rarer than a set must be is in no set
    goods, place, counts = np.unique(items, return_inverse=True, return_counts=True)
    often = np.flatnonzero(counts >= at_least)
    column = np.full(len(goods), -1)
    column[often] = np.arange(len(often))
    order, column = np.repeat(np.arange(orders), np.diff(starts)), column[place]
    goods, held = goods[often], np.zeros((orders, len(often)), np.bool_)
    held[order[column >= 0], column[column >= 0]] = True
    frame = pd.DataFrame(held, columns=goods)
    begun = time.process_time()
    sets = fpgrowth(frame, min_support=at_least / orders, use_colnames=True, max_len=3)
    mined = time.process_time() - begun
    rules = association_rules(sets, len(sets), metric="support", min_threshold=0.0)
    seconds = time.process_time() - begun
    rules = rules[rules["consequents"].map(len) == 1]
    given_items = np.zeros((len(rules), 3), np.int64)
    for row, (first, then) in enumerate(zip(rules["antecedents"], rules["consequents"], strict=True)):
        given_items[row, : len(first)] = sorted(first)
        given_items[row, 2] = next(iter(then))
    names = ("support", "confidence", "lift", "leverage")
    np.savez(folder / "rules.npz", items=given_items, **{name: rules[name].to_numpy() for name in names})
    print(json.dumps({"seconds": round(seconds, 2), "mined": round(mined, 2), "version": version("mlxtend")}))


if __name__ == "__main__":
    main()
