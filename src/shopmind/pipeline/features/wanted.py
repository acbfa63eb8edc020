"""Whether anybody reads a column: evidence for the learned order alone costs nothing while there is none."""

from __future__ import annotations

from functools import cached_property

from shopmind.kit.errors import StorageError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.training.rank_model import columns_read


class Wanted:
    """Of columns whose names begin so. Made with its feature, so it lives as long as the artifacts it looked at."""

    def __init__(self, tools: Tools, *beginnings: str) -> None:
        self._tools = tools
        self._beginnings = beginnings

    def by(self, context: Context) -> bool:
        """True for a request to learn from, and when the learned order reads one of the columns."""
        return context.learning or self.read

    @cached_property
    def read(self) -> bool:
        """Whether the learned order reads one of the columns."""
        try:
            artifact = self._tools.artifacts.load("search_ranking")
        except StorageError:  # the ranker says so, and ranks by the prior
            return False
        return any(name.startswith(self._beginnings) for name in columns_read(artifact))
