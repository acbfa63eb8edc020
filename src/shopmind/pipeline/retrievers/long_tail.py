"""Goods that few know, near to what the user chose."""

from __future__ import annotations

from shopmind.pipeline.retrievers.neighbours import Neighbours


class LongTail(Neighbours):
    """Neighbours among the goods of the tail, from the artifact `long_tail` (training/long_tail/discounted.py)."""

    artifacts = ("long_tail",)
