"""A cross-encoder that was trained for a shop: a query and a passage read together give one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders import adapted
from shopmind.encoders.checks import readable
from shopmind.encoders.onnx_encoder import TokenIds
from shopmind.kit.errors import StorageError

QUERY_SHARE = 0.5


@dataclass(frozen=True)
class PairScorer:
    """Scores pairs. Safe to call from several threads.

    Attributes:
        version: digest of what the scores depend on.
        max_tokens: of query and passage together; a query gets at most half of them.
    """

    version: str
    max_tokens: int
    session: Any = field(repr=False, compare=False)
    token_ids: TokenIds = field(repr=False, compare=False)

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """(n,) in (0, 1): how likely each passage is what the query wants; empty for no passages."""
        if not passages:
            return np.empty(0, np.float32)
        asked = self.token_ids([readable(query)])[0]
        rows = [joined(asked, row, self.max_tokens) for row in self.token_ids([readable(each) for each in passages])]
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        raw: NDArray[np.float32] = self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0][:, 0]
        return (1 / (1 + np.exp(-raw))).astype(np.float32)


def joined(query: Sequence[int], passage: Sequence[int], most: int) -> list[int]:
    """Ids of both, each begun and ended by special tokens, as one text: [CLS] query [SEP] passage [SEP]."""
    share = int(QUERY_SHARE * most)
    first = [*query[: share - 1], query[-1]] if len(query) > share else list(query)
    room = most - len(first)
    second = list(passage[1:])
    return first + (second if len(second) <= room else [*second[: room - 1], second[-1]])


def load(folder: Path, *, threads: int = 1) -> PairScorer:
    """The scorer in the folder of one version of the artifact `cross_encoder`.

    Raises:
        NotFoundError: there is no such folder.
        StorageError: it is damaged, or is no scorer.
    """
    opened = adapted.open_folder(folder, threads=threads)
    if [each.name for each in opened.session.get_outputs()] != ["score"]:
        raise StorageError(f"cross-encoder {folder}: the graph gives no score; train it again")
    return PairScorer(opened.version, int(opened.about["max_tokens"]), opened.session, opened.token_ids)
