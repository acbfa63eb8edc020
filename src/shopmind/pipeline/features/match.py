"""How the words of the query stand in every candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, Tools
from shopmind.pipeline.words_in_items import Bm25f, WordsInItems, look_up


class Match(Feature):
    """Fills the column `lexical` for all candidates, also those other retrievers brought, and tells the match apart.

    Columns, all in 0..1 and by the worth of the words: `lexical` (BM25 over fields), `coverage` (words that stand
    anywhere), `complete` (1 where all do), `likeness` (as `coverage`, and a word that looks alike counts by how much),
    `likeness_mean` (the same, whatever the words are worth), `likeness_least` (of the word that fits worst),
    `title_coverage`, `brand_coverage`, `description_coverage`, `attribute_coverage` (in that field), `title_focus`
    (share of the title's words that were asked for), `title_start` (1 when the first match opens the title),
    `title_last` (whether the last word asked for, in English often the thing itself, stands there), `title_order`
    (neighbours of the query that are neighbours in the title), `numbers` (numbers and codes that stand anywhere).
    """

    @dataclass(frozen=True)
    class Options:
        """score: how `lexical` is made; as in the retriever of that name."""

        score: Bm25f = field(default_factory=Bm25f)

    def __init__(self, options: Options, tools: Tools) -> None:
        self._score = options.score
        self._index = tools.text_index
        options.score.check(self._index.fields)

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature. Without words nothing can be said."""
        if not context.terms or not len(candidates):
            return {}
        found = look_up(context, self._index, candidates.items)
        names = self._index.fields
        stands = np.asarray(found.counts > 0, np.bool_)
        anywhere = np.asarray(stands.any(axis=2), np.bool_)
        columns = {
            "lexical": self._score.shares(found, names),
            "coverage": _share(anywhere, found.worth),
            "complete": np.all(anywhere, axis=1).astype(np.float32),
            "likeness": _share(found.near, found.worth),
            "likeness_mean": found.near.mean(axis=1).astype(np.float32),
            "likeness_least": found.near.min(axis=1).astype(np.float32),
            "title_coverage": _share(stands[:, :, names.index("title")], found.worth),
            "brand_coverage": _share(stands[:, :, names.index("brand")], found.worth),
            "description_coverage": _share(stands[:, :, names.index("description")], found.worth),
            "attribute_coverage": _share(stands[:, :, names.index("attributes")], found.worth),
            **_title(found),
        }
        numeric = np.array([any(map(str.isdigit, term.token)) for term in context.terms])
        if numeric.any():
            columns["numbers"] = _share(anywhere[:, numeric], found.worth[numeric])
        return columns


def _title(found: WordsInItems) -> dict[str, NDArray[np.float32]]:
    """How the title is matched: its focus, its start, and the order of its words."""
    titled = np.asarray(found.places >= 0, np.bool_)
    length = np.maximum(found.lengths[:, 0], 1)
    first = np.where(titled, found.places, np.iinfo(np.int32).max).min(axis=1)
    columns = {
        "title_focus": (titled.sum(axis=1) / length).clip(0, 1).astype(np.float32),
        "title_last": titled[:, -1].astype(np.float32),
        "title_start": np.where(titled.any(axis=1), 1 / (1.0 + first), 0.0).astype(np.float32),
    }
    if titled.shape[1] > 1:
        follows = titled[:, 1:] & titled[:, :-1] & (np.diff(found.places, axis=1) == 1)
        columns["title_order"] = _share(follows, np.minimum(found.worth[1:], found.worth[:-1]))
    return columns


def _share(stands: NDArray[Any], worth: NDArray[np.float64]) -> NDArray[np.float32]:
    total = float(worth.sum())
    return (stands @ worth / total if total > 0 else np.zeros(len(stands))).astype(np.float32)
