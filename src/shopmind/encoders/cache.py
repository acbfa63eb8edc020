"""Vectors kept by what they were made of, so that a text is encoded once and an interrupted run goes on."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders.encoder import Role, TextEncoder
from shopmind.kit.errors import StorageError
from shopmind.kit.files import storage_faults
from shopmind.kit.progress import Progress, silent
from shopmind.stores.lease import changing
from shopmind.stores.sqlite.database import use_write_ahead_log

COMMIT_TEXTS = 2_048  # what a kill can cost
BESIDE = 2
"""Vectors of queries that are made beside their answers at the same time."""

ASK_KEYS = 500  # of one SQL statement
TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


class VectorCache:
    """A SQLite file of float16 vectors by digest of (encoder version, role, text).

    The file can be deleted at any time. A row of another length or that is not of length 1 is taken as missing; a file
    that SQLite calls no database is put aside as NAME.broken and begun anew. Safe to call from several threads and
    processes.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._opened: int | None = None
        with storage_faults(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()

    def close(self) -> None:
        """Closes the file; the cache is of no use afterwards."""
        self._connection.close()

    def find(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are there and whole, by key."""
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(keys), ASK_KEYS):
            part = keys[start : start + ASK_KEYS]
            marks = ",".join("?" * len(part))
            with self._healing():
                for key, blob in self._connection.execute(f"SELECT * FROM vectors WHERE key IN ({marks})", part):
                    if len(blob) == 2 * dimension:
                        vector = np.frombuffer(blob, np.float16).astype(np.float32)
                        length = float(np.linalg.norm(vector))
                        if abs(length - 1) < 0.01:
                            found[key] = vector / np.float32(length)
        return found

    def keep(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keeps vectors, (n, d) float32; durable when it returns."""
        rows = [(key, vector.tobytes()) for key, vector in zip(keys, vectors.astype(np.float16), strict=True)]
        with self._healing(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def __len__(self) -> int:
        count: int = 0
        with self._healing():
            (count,) = self._connection.execute("SELECT count(*) FROM vectors").fetchone()
        return count

    @contextlib.contextmanager
    def _healing(self) -> Iterator[None]:
        """One statement at a time; a broken file is begun anew and what was asked is answered with nothing."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:
                raise StorageError(f"vector cache {self.file}: {error}") from error
            except sqlite3.DatabaseError:
                self._connection.close()
                self._set_aside()
                self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._begun()
        except sqlite3.OperationalError as error:
            raise StorageError(f"vector cache {self.file}: {error}") from error
        except sqlite3.DatabaseError:
            self._set_aside()
            return self._begun()

    def _begun(self) -> sqlite3.Connection:
        self._opened = self._inode()
        connection = sqlite3.connect(self.file, timeout=30, check_same_thread=False)
        try:
            use_write_ahead_log(connection)
            connection.execute(TABLE)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        """Unless another process has done so and begun anew; the file goes last, so that nobody begins before."""
        with changing(self.file):
            if self._inode() == self._opened:
                for ending in ("-wal", "-shm"):
                    self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
                self.file.replace(self.file.with_name(f"{self.file.name}.broken"))

    def _inode(self) -> int | None:
        with contextlib.suppress(FileNotFoundError):
            return self.file.stat().st_ino
        return None


def key_of(version: str, role: Role, text: str) -> bytes:
    """20 bytes that stand for one text under one encoder."""
    content = "\0".join((version, role, text)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=20).digest()


def encode_cached(
    encoder: TextEncoder,
    texts: Sequence[str],
    cache: VectorCache,
    *,
    role: Role = "passage",
    threads: int = 1,
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """`encoder.encode(texts, role=role)`, encoding only what `cache` lacks, each distinct text once.

    Args:
        threads: how many calls of the encoder run side by side.

    Returns:
        (n, d) float32 of unit length, as float16 keeps them (about 3 digits), the same whether found or made.
    """
    keys = [key_of(encoder.version, role, text) for text in texts]
    places = {key: place for place, key in enumerate(keys)}
    known = cache.find(list(places), encoder.dimension)
    vectors = np.empty((len(texts), encoder.dimension), np.float32)
    missing = sorted((key for key in places if key not in known), key=lambda key: len(texts[places[key]]))
    progress("encode", len(places) - len(missing), len(places))
    for start in range(0, len(missing), COMMIT_TEXTS):
        part = missing[start : start + COMMIT_TEXTS]
        made = _side_by_side(encoder, [texts[places[key]] for key in part], role, threads)
        cache.keep(part, made)
        kept = made.astype(np.float16).astype(np.float32)
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)
        known.update(zip(part, kept, strict=True))
        progress("encode", len(places) - len(missing) + start + len(part), len(places))
    for place, key in enumerate(keys):
        vectors[place] = known[key]
    return vectors


def _side_by_side(encoder: TextEncoder, texts: Sequence[str], role: Role, threads: int) -> NDArray[np.float32]:
    """Every thread takes each n-th text, so that long and short ones are shared out."""
    if threads == 1 or len(texts) < 2 * threads:
        return encoder.encode(texts, role=role)
    made = np.empty((len(texts), encoder.dimension), np.float32)

    def encode(first: int) -> None:
        made[first::threads] = encoder.encode(texts[first::threads], role=role)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(encode, range(threads)))
    return made


class QueryVectors:
    """The vectors of the last `size` distinct queries, in memory. Safe to call from several threads.

    One that is asked for soon can be begun: it is made beside what the caller does until then.
    """

    def __init__(self, encoder: TextEncoder, size: int = 1_024) -> None:
        self.encoder = encoder
        self.size = size
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._begun: dict[str, Future[NDArray[np.float32]]] = {}
        self._beside = ThreadPoolExecutor(BESIDE, thread_name_prefix="query-vectors")
        self._lock = threading.Lock()

    def begin(self, text: str) -> None:
        """Begins the vector of a text that is new; what goes wrong is raised by `encode`."""
        with self._lock:
            if text not in self._kept and text not in self._begun:
                self._begun[text] = self._beside.submit(self._made, text)

    def encode(self, text: str) -> NDArray[np.float32]:
        """(d,) float32 of unit length, read-only."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
            begun = self._begun.get(text)
        return self._made(text) if begun is None else begun.result()

    def _made(self, text: str) -> NDArray[np.float32]:
        try:
            return self._make(text)
        finally:
            with self._lock:
                self._begun.pop(text, None)

    def _make(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self.encoder.encode([text], role="query")[0]
        vector.flags.writeable = False
        with self._lock:
            self._kept[text] = vector
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return vector

    def __len__(self) -> int:
        return len(self._kept)
