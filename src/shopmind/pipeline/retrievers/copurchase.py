"""What is bought together with what is at hand."""

from __future__ import annotations

from shopmind.pipeline.retrievers.neighbours import Neighbours


class CoPurchase(Neighbours):
    """Neighbours by orders, from the artifact `copurchase` (training/copurchase.py)."""

    artifacts = ("copurchase",)
