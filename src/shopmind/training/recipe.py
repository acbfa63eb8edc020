"""What a fit is: a flat recipe from tables, options and a seed to an artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.progress import Progress
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Artifacts, Catalogue, Links, Numbers, Users
from shopmind.training.impressions import Replay


@dataclass(frozen=True, slots=True)
class Tables:
    """What a recipe may read. The same recipe serves the live shop and an evaluation that hides the future.

    Attributes:
        events: schema stores.ports.EVENT_TABLE, by rising number; events without an item included.
        columns: the catalogue; rows and columns of item matrices are item numbers, 0..columns.size - 1.
        now_ms: the time the artifact is for; no event is later.
        catalogue: the items themselves, for recipes that read texts; None where there is none at hand.
        judgments: graded pairs if the caller has any: query (String), item (Int64), grade (Float64, higher is better).
        hidden: query texts that nothing may be learned from, for an evaluation asks them later.
        search: (text, k) → the items that the shop's own search finds, best first.
        evidence: (text, items) → the candidates of the scenario "search" for a stranger, and these items even if it
            does not find them, with every column the ranker sees, column "found" (1: found by itself), and as scores
            those of the ranking that needs no learning. The same code as serving.
        shown: what stood where in answers the log holds no impressions of, of schema clicked_searches.SHOWN.
        encoder: spec of the pretrained encoder that suits the shop.
        encoder_version: of the encoder that `vectors` and `meaning` come from.
        vectors: numbers → (n, d) float32 unit vectors of the items' texts, rows of NaN where there is none.
        meaning: text → (d,) the vector that the scenario "search" looks for, spelling corrected.
        held: events after `events` that may choose settings and weights but make no statistics, EVENT_TABLE; without
            them a recipe that needs such a step keeps the last one of the log back, and joins it again at the end.
        artifacts: what the recipes before this one made.
        replays: () → scenario → what there is to learn from its answers, of scenarios that rank by it.
        explored: () → what slots were filled by, of schema arms.EXPLORED; None where no scenario learns from it.
        trial: who was given what by chance and what came of it, as a file `trial` holds it; None where nobody gave one.
        links, users: for recipes that learn from who is linked with whom, and who agreed to it; None where unknown.
        adverts: (since, until) → ads that were shown and what became of them, of schema stores.ledger.SHOWN.
        work: a folder for what an interrupted fit goes on with, in NAME.pt until the artifact is kept; None for none.
    """

    events: pl.DataFrame
    columns: ItemColumns
    now_ms: int
    catalogue: Catalogue | None = None
    judgments: pl.DataFrame | None = None
    hidden: frozenset[str] = frozenset()
    search: Callable[[str, int], Numbers] | None = None
    evidence: Callable[[str, Numbers], Candidates] | None = None
    shown: pl.DataFrame | None = None
    encoder: str = "minilm"
    encoder_version: str = ""
    vectors: Callable[[Numbers], NDArray[np.float32]] | None = None
    meaning: Callable[[str], NDArray[np.float32]] | None = None
    held: pl.DataFrame | None = None
    artifacts: Artifacts | None = None
    replays: Callable[[], Mapping[str, Replay]] | None = None
    work: Path | None = None
    trial: pl.DataFrame | None = None
    links: Links | None = None
    users: Users | None = None
    explored: Callable[[], pl.DataFrame] | None = None
    adverts: Callable[[int, int], pl.DataFrame] | None = None

    def with_columns_of_events(self, *names: str) -> Tables:
        """The same with fewer columns of `events` and `held`: what copies a log need not copy its texts."""
        held = None if self.held is None else self.held.select(names)
        return replace(self, events=self.events.select(names), held=held)

    def without_events(self) -> Tables:
        """The same with an empty log: judgments are then all there is to learn from."""
        return replace(self, events=self.events.clear(), shown=None)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a recipe made.

    Attributes:
        arrays: name → array; sparse matrices as their CSR parts (see sparse.py).
        figures: what the recipe measured on the way, for the card.
        promote: False when it was measured to be worse than what is there: it is kept, but not used.
        tail: whether events after it must be at hand in memory until it is fitted again.
        personal: names of sparse matrices whose rows are user numbers: `forget` blanks the row of who is forgotten.
    """

    arrays: Mapping[str, NDArray[Any]]
    figures: Mapping[str, Any] = field(default_factory=dict)
    promote: bool = True
    tail: bool = True
    personal: tuple[str, ...] = ()


class Recipe(Protocol):
    """A fit. `Options` is a frozen dataclass with a default for every field."""

    Options: ClassVar[type[Any]]

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Makes the arrays of one artifact; pure but for progress.

        Raises:
            NotReadyError: the tables hold too little; the message says what is missing.
        """
        ...


def card(recipe: str, tables: Tables, options: Any, seed: int, fitted: Fitted) -> dict[str, Any]:
    """The model card that goes beside the arrays: from what, how, and what was measured."""
    events = tables.events
    times = events["timestamp_ms"]
    return {
        "recipe": recipe,
        "options": {name: getattr(options, name) for name in options.__dataclass_fields__},
        "seed": seed,
        "made_for_ms": tables.now_ms,
        "events": events.height,
        "items": int(np.count_nonzero(tables.columns.shown)),
        "users": events["user"].n_unique() - int(events["user"].null_count() > 0),
        "first_event_ms": times.min() if events.height else None,
        "last_event_ms": times.max() if events.height else None,
        "event_number": int(events["number"][-1]) if events.height else 0,
        "change": tables.columns.change,
        "size": tables.columns.size,
        "tail": fitted.tail,
        "personal": list(fitted.personal),
        "figures": dict(fitted.figures),
    }
