"""Vectors → items by usearch: exact over few rows, a neighbour graph over many."""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index, MetricKind
from usearch.index import search as search_exactly

from shopmind.kit.errors import InputError, NotReadyError, StorageError
from shopmind.kit.files import settling, stamp, storage_faults
from shopmind.stores.ports import Number, Numbers
from shopmind.stores.vector_files import (
    KINDS,
    MANIFEST,
    Held,
    read_manifest,
    sealed,
    switch,
    verify,
    write_array,
)
from shopmind.stores.vector_rows import Rows, Standing, centre_of, fingerprints, quantised, take, unit

EXACT_ROWS = 4_096
"""Up to as many rows, reading all takes as long as walking the graph (0.5 ms at 384 dimensions)."""

DELTA_SHARE, DELTA_ROWS = 0.05, 8_192
"""The delta joins the base when larger than EXACT_ROWS and this share of the base, at the latest at DELTA_ROWS."""

DEAD_SHARE = 0.25
"""When on more than this part of the rows no item stands, the graph is built anew without them."""

MOSTLY = 0.3
"""When at least this share of the items is allowed, rows are asked one by one whether they are."""

FURTHER = 3
"""Times as many rows, where a walk found too few that are allowed."""

CONNECTIVITY, EXPANSION_ADD = 32, 128
EXPANSION_SEARCH = (256, 768, 256)
"""How far a walk looks in a small graph, in one of MANY_ROWS, and how much farther for each ten times as many rows."""

MANY_ROWS = 100_000

_NO_ITEMS: tuple[Numbers, NDArray[np.float32]] = (np.empty(0, np.int64), np.empty(0, np.float32))
_Best = tuple[NDArray[np.int64], NDArray[np.float32]]


class UsearchVectors:
    """The port VectorIndex. Vectors of zeros or NaN are no vectors: such items are left out.

    Args:
        folder: of this index alone.
        encoder_version: what made the vectors; an index of another encoder counts as none.
        dimension: d.
        threads: used while building.
    """

    def __init__(self, folder: Path, encoder_version: str, dimension: int, *, threads: int = 2) -> None:
        self.folder = folder
        self._encoder_version = encoder_version
        self._dimension = dimension
        self._threads = threads
        self._lock = threading.Lock()
        self._walking = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._held: Held | None = None
        self._fault: str | None = None

    def mark(self) -> int:
        """See the port."""
        held = self._follow()
        return 0 if held is None else int(held.manifest["mark"])

    def fault(self) -> str | None:
        """What is wrong with the files, in words; None when they are sound or there are none yet."""
        self._follow()
        return self._fault

    def count(self) -> int:
        """See the port; 0 when the index is damaged."""
        held = self._follow()
        return 0 if held is None else len(held.standing.members)

    def clear(self) -> None:
        """See the port."""
        with storage_faults(self.folder), self._lock:
            self._held, self._fault, self._stamp = None, None, None
            if self.folder.exists():
                (self.folder / MANIFEST).unlink(missing_ok=True)
                for kind in KINDS:
                    for path in self.folder.glob(f"{kind}-*"):
                        path.unlink(missing_ok=True)

    def vectors(self, numbers: Numbers) -> NDArray[np.float32]:
        """See the port; they come from eight bits, so a value is off by up to half a percent of the largest."""
        found = np.full((len(numbers), self._dimension), np.nan, np.float32)
        held = self._sound()
        if held is None or not len(numbers):
            return found
        size = len(held.standing.row_of)
        inside = (numbers >= 0) & (numbers < size)
        rows = np.full(len(numbers), -1, np.int64)
        rows[inside] = held.standing.row_of[numbers[inside]]
        has = rows >= 0
        found[has] = unit(take(held.base, held.delta, rows[has]))
        return found

    def centre(self) -> NDArray[np.float32]:
        """See the port."""
        held = self._sound()
        return np.zeros(self._dimension, np.float32) if held is None else held.centre

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """See the port.

        Raises:
            InputError: the vector has another dimension.
            NotReadyError: the index is damaged or of another encoder, and waits for being built again.
        """
        if vector.shape != (self._dimension,):
            raise InputError(f"vector search: shape {vector.shape} was given, ({self._dimension},) is expected")
        held = self._sound()
        asked = quantised(vector.reshape(1, -1))[0]
        if held is None or k < 1 or not asked.any():
            return _NO_ITEMS
        standing = held.standing
        share = 0.0
        if allowed is not None and held.graph is not None and len(held.base) > EXACT_ROWS:
            share = np.count_nonzero(allowed[: len(standing.row_of)]) / max(1, len(standing.members))
        if allowed is not None and share >= MOSTLY:
            near = self._near(held, asked, k, allowed, share)
            if near is not None:
                return near
        live = standing.live if allowed is None else standing.rows_of(allowed)
        wanted = min(k, int(np.count_nonzero(live)))
        if wanted < 1:
            return _NO_ITEMS
        rows, cosines = self._best(held, asked, wanted, live, walk=share < MOSTLY)
        return standing.items_on(rows, cosines, k, allowed)

    def _near(
        self, held: Held, asked: Rows, k: int, allowed: NDArray[np.bool_], share: float
    ) -> tuple[Numbers, NDArray[np.float32]] | None:
        """Where most is allowed: walks first and asks only of what was found whether it is. None: too little found
        before reading all rows is cheaper."""
        # what a walk has looked at costs nothing more to bring, and rows without an allowed item stand together
        fetch = max(int(1.2 * k / min(1.0, share)) + 16, _reach(len(held.base)))
        while fetch < _too_far(len(held.base), len(held.base)):
            early = self._walked(held, asked, fetch)
            late = _exact(held.delta, np.arange(len(held.delta)), asked, fetch)
            rows = np.concatenate([early[0], late[0] + len(held.base)])
            cosines = np.concatenate([early[1], late[1]])
            order = np.argsort(-cosines, kind="stable")
            numbers, near = held.standing.items_on(rows[order], cosines[order], k, allowed)
            if len(numbers) == k:
                return numbers, near
            fetch *= FURTHER
        return None

    def _walked(self, held: Held, asked: Rows, fetch: int) -> _Best:
        with self._walking:  # the binding gives every caller the first thread's scratch space
            held.graph.expansion_search = max(_reach(len(held.base)), fetch)
            matches = held.graph.search(asked, min(fetch, len(held.base)), threads=1)
        return matches.keys.astype(np.int64), (1 - matches.distances).astype(np.float32)

    def _best(self, held: Held, asked: Rows, wanted: int, live: NDArray[np.bool_], *, walk: bool) -> _Best:
        """The `wanted` best live rows, best first; without a walk all of them are read."""
        base_rows = len(held.base)
        live_base = live[:base_rows]
        fresh = np.flatnonzero(live[base_rows:])
        late = _exact(held.delta, fresh, asked, wanted)
        count = int(np.count_nonzero(live_base))
        early: _Best | None = None
        if walk and held.graph is not None and count > EXACT_ROWS:
            early = self._walk(held, asked, min(wanted, count), live_base)
        if early is None:
            early = _exact(held.base, np.flatnonzero(live_base), asked, wanted)
        rows = np.concatenate([early[0], late[0] + base_rows])
        cosines = np.concatenate([early[1], late[1]])
        order = np.argsort(-cosines, kind="stable")[:wanted]
        return rows[order], cosines[order]

    def _walk(self, held: Held, asked: Rows, wanted: int, live: NDArray[np.bool_]) -> _Best | None:
        """Fetches more the fewer rows are live; None when reading all live rows is cheaper."""
        there = int(np.count_nonzero(live))
        share = there / len(live)
        fetch = wanted if share == 1.0 else int(1.2 * wanted / share) + 16
        while fetch < _too_far(len(live), there):
            rows, cosines = self._walked(held, asked, fetch)
            kept = live[rows]
            if np.count_nonzero(kept) >= wanted:
                return rows[kept], cosines[kept]
            fetch *= FURTHER
        return None

    def update(self, numbers: Numbers, vectors: NDArray[np.float32], removed: Sequence[Number], *, mark: int) -> None:
        """See the port. A damaged index, or one of another encoder, has to be cleared first."""
        if vectors.shape != (len(numbers), self._dimension):
            raise InputError(f"vectors of shape {vectors.shape} were given for {len(numbers)} items")
        held = self._sound() or self._nothing()
        with storage_faults(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            rows = quantised(vectors)
            delta, row_of = _joined(held, np.asarray(numbers, np.int64), rows, removed)
            self._keep(held, delta, row_of, mark)
        self._follow()

    def _keep(self, held: Held, delta: Rows, row_of: NDArray[np.int32], mark: int) -> None:
        files = {name: seal for name, seal in held.manifest["files"].items() if name.startswith(("base-", "graph-"))}
        base_rows = len(held.base)
        dead = 1 - len(np.unique(row_of[row_of >= 0])) / max(1, base_rows + len(delta))
        full = len(delta) > max(EXACT_ROWS, min(DELTA_ROWS, DELTA_SHARE * base_rows))
        if full or (dead > DEAD_SHARE and base_rows):
            base: Rows = np.concatenate([held.base, delta])
            graph = None if held.graph is None else self.folder / str(held.manifest["graph"])
            if dead > DEAD_SHARE:
                live = np.unique(row_of[row_of >= 0])
                row_of = np.where(row_of >= 0, np.searchsorted(live, row_of), -1).astype(np.int32)
                base, graph = base[live], None
            files = dict([write_array(self.folder, "base", base), self._built(base, graph)])
            delta = base[:0]
        parts = [write_array(self.folder, "delta", delta), write_array(self.folder, "rows", row_of)]
        files |= dict(parts)
        named = {name.partition("-")[0]: name for name in files}
        switch(
            self.folder,
            {
                "encoder_version": self._encoder_version,
                "dimension": self._dimension,
                "mark": mark,
                **named,
                "files": files,
            },
        )

    def _built(self, base: Rows, graph: Path | None) -> tuple[str, list[int]]:
        """A graph over all rows of the base: the old one grown, or a new one."""
        index = self._empty_graph()
        if graph is not None:
            index.load(graph)
            index.expansion_add = EXPANSION_ADD
        have = len(index)
        index.add(np.arange(have, len(base), dtype=np.uint64), base[have:], threads=self._threads)
        name = f"graph-{secrets.token_hex(4)}.usearch"
        try:
            index.save(str(self.folder / name))
        except RuntimeError as error:
            (self.folder / name).unlink(missing_ok=True)
            raise StorageError(f"{self.folder / name}: cannot be written, is the disk full? ({error})") from error
        return name, sealed(self.folder / name)

    def _empty_graph(self) -> Any:
        return Index(
            ndim=self._dimension,
            metric=MetricKind.Cos,
            dtype="i8",
            connectivity=CONNECTIVITY,
            expansion_add=EXPANSION_ADD,
            expansion_search=EXPANSION_SEARCH[0],
        )

    def _nothing(self) -> Held:
        none: Rows = np.empty((0, self._dimension), np.int8)
        standing = Standing.of(np.empty(0, np.int32), 0)
        return Held({"files": {}}, none, None, none, standing, np.zeros(self._dimension, np.float32))

    def _sound(self) -> Held | None:
        held = self._follow()
        if self._fault is not None:
            raise NotReadyError(f"{self._fault}; a running server makes it again, or: shopmind train FOLDER")
        return held

    def _follow(self) -> Held | None:
        """Takes up what this or another process has written since the last look."""
        seen = stamp(self.folder / MANIFEST)
        if seen == self._stamp:
            return self._held
        with self._lock:
            if seen == self._stamp:
                return self._held
            for seen in settling(lambda: stamp(self.folder / MANIFEST)):
                held, fault = self._tried()
                found = held, fault, seen
                if fault is None:
                    break
            self._held, self._fault, self._stamp = found
            return self._held

    def _tried(self) -> tuple[Held | None, str | None]:
        try:
            return self._take_up(), None
        except (StorageError, OSError, ValueError, KeyError, RuntimeError) as error:
            return None, f"{self.folder}: the vector index cannot be used ({error})"

    def _take_up(self) -> Held | None:
        manifest = read_manifest(self.folder)
        if not manifest:
            return None
        made_for = (manifest["encoder_version"], manifest["dimension"])
        if made_for != (self._encoder_version, self._dimension):
            raise StorageError(f"it was made for the encoder {made_for[0]} of {made_for[1]} dimensions")
        old = self._held
        verify(self.folder, manifest, {} if old is None else old.manifest["files"])
        delta = np.load(self.folder / manifest["delta"])
        row_of = np.load(self.folder / manifest["rows"])
        if old is not None and old.manifest.get("base") == manifest.get("base"):
            base, graph = old.base, old.graph
        else:
            base, graph = self._open_base(manifest)
        standing = Standing.of(row_of, len(base) + len(delta))
        return Held(manifest, base, graph, delta, standing, centre_of(base, delta, standing))

    def _open_base(self, manifest: dict[str, Any]) -> tuple[Rows, Any]:
        if "base" not in manifest:
            return np.empty((0, self._dimension), np.int8), None
        graph = self._empty_graph()
        graph.view(str(self.folder / manifest["graph"]))
        graph.expansion_search = _reach(len(graph))
        return np.asarray(np.load(self.folder / manifest["base"], mmap_mode="r")), graph


def _joined(held: Held, numbers: Numbers, rows: Rows, removed: Sequence[Number]) -> tuple[Rows, NDArray[np.int32]]:
    """The delta with the new distinct rows, and the row of each item by number."""
    gone = np.concatenate([numbers, np.asarray(removed, np.int64)])
    size = max(len(held.standing.row_of), 1 + int(gone.max(initial=-1)))
    row_of = np.full(size, -1, np.int32)
    row_of[: len(held.standing.row_of)] = held.standing.row_of
    row_of[gone] = -1
    real = np.flatnonzero(rows.any(axis=1))
    numbers, rows = numbers[real], rows[real]
    prints, first, place = np.unique(fingerprints(rows), return_index=True, return_inverse=True)
    known = np.concatenate([fingerprints(held.base), fingerprints(held.delta)])
    order = np.argsort(known)
    spot = np.searchsorted(known, prints, sorter=order)
    old = spot < len(known)
    old[old] = known[order[spot[old]]] == prints[old]
    row = np.empty(len(prints), np.int32)
    row[old] = order[spot[old]]
    row[~old] = len(known) + np.arange(int((~old).sum()))
    row_of[numbers] = row[place]
    return np.concatenate([held.delta, rows[first[~old]]]), row_of


def _exact(rows: Rows, chosen: NDArray[np.int64], asked: Rows, wanted: int) -> _Best:
    """The best of the chosen rows, by reading them all, some thousands at a time so that little is copied."""
    found, cosines = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for start in range(0, len(chosen), 2 * EXACT_ROWS):
        part = chosen[start : start + 2 * EXACT_ROWS]
        matches = search_exactly(rows[part], asked, min(wanted, len(part)), MetricKind.Cos, exact=True, threads=1)
        found.append(part[matches.keys.astype(np.int64)])
        cosines.append((1 - matches.distances).astype(np.float32))
    every = np.concatenate(cosines)
    order = np.argsort(-every, kind="stable")[:wanted]
    return np.concatenate(found)[order], every[order]


def _reach(rows: int) -> int:
    """The larger a graph, the farther a walk has to look for the same recall."""
    near, far, more = EXPANSION_SEARCH
    if rows < MANY_ROWS:
        return near + (far - near) * rows // MANY_ROWS
    return far + int(more * math.log10(rows / MANY_ROWS))


def _too_far(rows: int, live: int) -> float:
    """From as many rows on a walk costs more than reading all that are live."""
    return min(rows, max(2_000, 0.05 * live))
