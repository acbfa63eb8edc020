"""Brings the text and the vector index up to the change log: the only writer of both."""

from shopmind.indexing.indexer import Indexer

__all__ = ["Indexer"]
