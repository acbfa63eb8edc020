"""The interchangeable parts of the pipeline: what each must offer, and what each is made from.

A part is a class with a frozen dataclass `Options` and the constructor `(options, tools)`. It is made once for each
scenario and serves many threads: it keeps no state of a request. A part that cannot work yet raises NotReadyError from
`ready`, never from the constructor; the engine then leaves it out and says so in `degraded`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, EventType
from shopmind.encoders import TextEncoder
from shopmind.kit.errors import NotReadyError, StorageError
from shopmind.pipeline.context import Context
from shopmind.pipeline.live import LiveTail
from shopmind.stores.index_ports import TextIndex, VectorIndex
from shopmind.stores.ledger import Ledger
from shopmind.stores.ports import Artifact, Artifacts, Catalogue, Events, Links, Numbers, Records, Users
from shopmind.stores.redemptions import Redemptions


@dataclass(frozen=True)
class Tools:
    """What parts are made from. Parts read; nothing here is written through.

    Attributes:
        encoder: None when the shop has none; `encoder_missing` then says why, and the dense parts repeat it.
        live: events newer than the artifacts, kept in memory and bounded.
        users: for what a customer said of themselves; None where nobody is known, as in some tests.
        ledger: the money of ads, to be looked at; None where there is none.
        redemptions: what offers have given away, to be looked at; None where there is none.
    """

    catalogue: Catalogue
    events: Events
    links: Links
    records: Records
    artifacts: Artifacts
    text_index: TextIndex
    vector_index: VectorIndex
    encoder: TextEncoder | None
    live: LiveTail
    encoder_missing: str = "no encoder"
    users: Users | None = None
    ledger: Ledger | None = None
    redemptions: Redemptions | None = None

    def artifact(self, name: str) -> Artifact:
        """The current version of an artifact.

        Raises:
            NotReadyError: nothing was trained under this name, or what was is damaged.
        """
        try:
            found = self.artifacts.load(name)
        except StorageError as error:
            raise NotReadyError(error.message) from error
        if found is None:
            raise NotReadyError(f"{name}: not trained yet; run: shopmind train FOLDER {name}")
        return found

    def await_events(self, types: Sequence[EventType]) -> None:
        """For `awaits` of a part that can say nothing before anybody did such a thing.

        Raises:
            NotReadyError: the log has no event of any of these types about an item.
        """
        if not self.events.happened(types):
            raise NotReadyError(f"the shop has no event of type {' or '.join(types)} yet")


@dataclass(frozen=True)
class NoOptions:
    """A part without options."""


class Part(Protocol):
    """What all parts share; a part names its kind as its parent and writes only what differs.

    Attributes:
        Options: a frozen dataclass of what a scenario file may say to this part.
        artifacts: names of the artifacts it loads, its own first; `shopmind train` fits those the scenarios need.
    """

    Options: ClassVar[type[Any]] = NoOptions
    artifacts: ClassVar[tuple[str, ...]] = ()
    _tools: Tools

    def __init__(self, options: Any, tools: Tools) -> None:
        self._tools = tools

    def ready(self) -> None:
        """Raises NotReadyError with the command to run when it cannot work yet; by default, while untrained."""
        if self.artifacts:
            _ = self.fitted

    def awaits(self) -> None:
        """Raises NotReadyError while the shop holds nothing that it could say anything from, events of a type say; by
        default it awaits nothing. Readiness asks it, an answer does not: a replay brings events of its own."""
        return

    @cached_property
    def fitted(self) -> Artifact:
        """The part's own artifact, loaded once.

        Raises:
            NotReadyError: before the first training.
        """
        return self._tools.artifact(self.artifacts[0])


class Understanding(Part, Protocol):
    """Adds to the context what the text and the user tell."""

    def understand(self, context: Context) -> None: ...


class Filter(Part, Protocol):
    """Says what may be shown at all."""

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """(size,) by item number, True where the item may be shown. The array is not altered by the caller."""
        ...


class Retriever(Part, Protocol):
    """Brings candidates."""

    def begin(self, context: Context) -> None:
        """Begins what takes long and needs nothing but the understood text, beside what comes before `retrieve`."""
        return

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """At most k items of `context.allowed`, each once, (m,) numbers and (m,) scores, best first."""
        ...


class Feature(Part, Protocol):
    """Adds evidence to the candidates: the same code for training and serving."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """Name → (n,) float32 for the n candidates; NaN says "cannot say"."""
        ...


class Ranker(Part, Protocol):
    """Says how good each candidate is."""

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """The same rows in the same order with `scores`, and `contributions` where it can say."""
        ...


class Reranker(Part, Protocol):
    """Chooses the slate.

    Attributes:
        last: whether nothing may be reranked after it.
        depth: rows that those before it must have put in their order for it, however short the slate is.
    """

    last: ClassVar[bool] = False
    depth: int = 0

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """Candidates arrive best first; the first n of what is returned are the slate, in order."""
        ...
