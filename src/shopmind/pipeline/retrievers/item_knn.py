"""What people choose who chose the same."""

from __future__ import annotations

from shopmind.pipeline.retrievers.neighbours import Neighbours


class ItemKnn(Neighbours):
    """Neighbours by people, from the artifact `item_knn` (training/item_knn.py)."""

    artifacts = ("item_knn",)
