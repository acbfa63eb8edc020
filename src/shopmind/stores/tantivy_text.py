"""Words → items by tantivy: tokens come analysed. It chooses candidates; a forward index beside it counts their words.

A folder holds `mark.json` and one generation of the index beside it. The mark is written after the index is durable, so
a killed process leaves an older mark and the indexer replays; replacing a document twice changes nothing.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import tantivy
from numpy.typing import NDArray

from shopmind.kit.errors import BusyError, InputError, NotReadyError, StorageError, not_allowed
from shopmind.kit.files import settling, stamp, storage_faults, write_whole
from shopmind.stores.forward import ForwardView, ForwardWriter, State, compacted, drop_old
from shopmind.stores.index_ports import Matches
from shopmind.stores.ports import Number, Numbers
from shopmind.stores.similar_words import SimilarWords
from shopmind.stores.tantivy_files import sums, verify
from shopmind.stores.tantivy_having import having

WRITER_HEAP_BYTES = 32_000_000
RELEARN_S = 60.0
"""Seconds after which the words of a changed index are read again."""

MAX_QUERY_TOKENS = 128
"""Tokens of a query beyond these are left out: nobody types them, and each costs a look into every field."""

_CHUNK = 2_000
_MOST_COUNTED = 50_000  # words whose number of documents is kept until the index changes
_NUMBER = "number"
_NOTHING: tuple[Numbers, NDArray[np.float32]] = (np.empty(0, np.int64), np.empty(0, np.float32))


class TantivyText:
    """The port TextIndex.

    Args:
        folder: of this index alone.
        fields: the fields documents may have, with the weights of a search that names none (1.0 for bare names).
    """

    def __init__(self, folder: Path, *, fields: Mapping[str, float] | Sequence[str]) -> None:
        self.folder = folder
        self._mark_file = folder / "mark.json"
        self._weights = dict(fields) if isinstance(fields, Mapping) else dict.fromkeys(fields, 1.0)
        self._schema = _schema(self._weights)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._manifest: dict[str, Any] = {}
        self._index: tantivy.Index | None = None
        self._fault: str | None = None
        self._forward = ForwardView.empty(len(self._weights))
        self._averages = self._forward.averages()
        self._having: dict[str, int] = {}
        self._similar = SimilarWords(())
        self._similar_to: tuple[tuple[int, int] | None, float] = (None, -RELEARN_S)
        self._learning = threading.Lock()

    @property
    def fields(self) -> tuple[str, ...]:
        """See the port."""
        return tuple(self._weights)

    def mark(self) -> int:
        """See the port; also 0 when the fields are not those the index was made with."""
        self._follow()
        return 0 if self._fault is not None else int(self._manifest.get("mark", 0))

    def fault(self) -> str | None:
        """What is wrong with the files, in words; None when they are sound or there are none yet."""
        self._follow()
        return self._fault

    def update(
        self, documents: Iterable[tuple[Number, Mapping[str, Sequence[str]]]], removed: Sequence[Number], *, mark: int
    ) -> None:
        """See the port. A damaged index has to be cleared first.

        Raises:
            NotReadyError: the index is damaged.
            BusyError: another process is writing.
            StorageError: the disk is full or cannot be written.
        """
        self._follow()
        if self._fault is not None:
            raise NotReadyError(f"{self._fault}; clear the text index and build it again")
        if self._index is None:
            self._begin()
        index = self._index
        if index is None:
            raise NotReadyError(f"{self.folder}: the text index vanished while it was being written")
        home = self.folder / self._manifest["generation"]
        with storage_faults(self.folder), _faults(self.folder):
            writer = index.writer(WRITER_HEAP_BYTES, 1)
            forward = ForwardWriter(home, self._manifest["forward"], len(self._weights))
            try:
                for start in range(0, len(removed), _CHUNK):
                    writer.delete_documents_by_query(self._numbered(removed[start : start + _CHUNK]))
                for number in removed:
                    forward.remove(number)
                for chunk in _chunks(documents):
                    self._replace(writer, forward, chunk)
                state = forward.close()
                writer.commit()
            except BaseException:
                forward.abandon()
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()
        self._write_manifest(mark, state)
        state = compacted(home, self._forward, len(self._weights))
        if state != self._manifest["forward"]:
            self._write_manifest(mark, state)
            drop_old(home, state)

    def search(
        self, tokens: Mapping[str, float] | Sequence[str], k: int, *, fields: Mapping[str, float] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """See the port. A token said twice counts twice; an empty index finds nothing.

        Raises:
            NotReadyError: the index is damaged and waits for being built again.
            InputError: a field the index does not have.
        """
        self._follow()
        if self._fault is not None:
            raise NotReadyError(f"{self._fault}; a running server makes it again, or: shopmind train FOLDER")
        weights = self._weights if fields is None else fields
        for name in weights:
            if name not in self._weights:
                raise not_allowed("text search: field", name, self._weights, field="fields")
        index = self._index  # another thread may find it gone at any moment
        if index is None:
            return _NOTHING
        with _faults(self.folder):
            searcher = index.searcher()
            limit = min(k, searcher.num_docs)
            query = self._query(tokens, weights)
            if limit < 1 or query is None:
                return _NOTHING
            hits = searcher.search(query, limit, count=False).hits
            numbers = searcher.fast_field_values(_NUMBER, [address for _, address in hits])
        return np.array(numbers, np.int64), np.array([score for score, _ in hits], np.float32)

    def having(self, words: Sequence[Sequence[str]], enough: int, most: int, *, without: Sequence[str] = ()) -> Numbers:
        """See the port; nothing while the index is damaged."""
        self._follow()
        index = self._index
        if index is None or self._fault is not None:
            return _NOTHING[0]
        with _faults(self.folder):
            return having(index, self._schema, _NUMBER, self.fields, words, enough, most, without)

    def matches(self, numbers: Numbers, tokens: Sequence[str], *, fields: int | None = None) -> Matches:
        """See the port."""
        self._follow()
        return self._forward.matches(numbers, tokens, len(self._weights) if fields is None else fields)

    def frequencies(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """See the port; deleted documents count until tantivy merges their segment."""
        self._follow()
        index = self._index
        if index is None or self._fault is not None:
            return np.zeros(len(tokens), np.int64)
        held = self._having  # before the searcher: what is counted by an older one never gets among newer counts
        if len(held) > _MOST_COUNTED:
            self._having = held = {}
        missing = [token for token in tokens if token not in held]
        if missing:
            searcher = index.searcher()
            with _faults(self.folder):
                for token in missing:
                    held[token] = max(searcher.doc_freq(name, token) for name in self._weights)
        return np.array([held[token] for token in tokens], np.int64)

    def similar(self, token: str) -> Mapping[str, float]:
        """See the port; the words are read in the background, but for the first time."""
        self._follow()
        learned_from, learned_at = self._similar_to
        if (
            learned_from != self._stamp
            and time.monotonic() - learned_at >= RELEARN_S
            and self._learning.acquire(blocking=False)
        ):
            self._similar_to = (self._stamp, time.monotonic())
            if learned_from is None:
                self._learn_words()
            else:
                threading.Thread(target=self._learn_words, name="similar words", daemon=True).start()
        return self._similar.of(token)

    def _learn_words(self) -> None:
        try:
            index = self._index
            if index is not None and self._fault is None:
                found = index.searcher().terms_with_prefix(self.fields[0], "")
                self._similar = SimilarWords([word for word, _ in found])
        finally:
            self._learning.release()

    def averages(self) -> NDArray[np.float64]:
        """See the port."""
        self._follow()
        return self._averages

    def clear(self) -> None:
        """See the port."""
        with storage_faults(self.folder), self._lock:
            (self._mark_file).unlink(missing_ok=True)
            self._index, self._stamp, self._manifest, self._fault = None, None, {}, None
            self._forward = ForwardView.empty(len(self._weights))
            if self.folder.exists():
                self._drop_generations(keep=None)

    def count(self) -> int:
        """See the port; 0 when the index is damaged."""
        self._follow()
        index = self._index
        return 0 if index is None or self._fault is not None else int(index.searcher().num_docs)

    def _query(self, tokens: Mapping[str, float] | Sequence[str], weights: Mapping[str, float]) -> tantivy.Query | None:
        said = tokens if isinstance(tokens, Mapping) else Counter(tokens)
        times = {token: worth for token, worth in said.items() if token and worth > 0}
        clauses = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, token, "freq"), weight * worth),
            )
            for token, worth in islice(times.items(), MAX_QUERY_TOKENS)
            for field, weight in weights.items()
            if weight > 0
        ]
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _replace(
        self, writer: tantivy.IndexWriter, forward: ForwardWriter, chunk: Mapping[Number, Mapping[str, Sequence[str]]]
    ) -> None:
        writer.delete_documents_by_query(self._numbered(list(chunk)))
        for number, fields in chunk.items():
            document = tantivy.Document()
            document.add_unsigned(_NUMBER, number)
            for name, tokens in fields.items():
                if name not in self._weights:
                    raise not_allowed(f"text index: field of item {number}", name, self._weights, field=name)
                for token in tokens:
                    document.add_text(name, token)
            writer.add_document(document)
            forward.put(number, [fields.get(name, ()) for name in self._weights])

    def _numbered(self, numbers: Sequence[Number]) -> tantivy.Query:
        # Deleting by term takes a Python int for a signed term and finds nothing in an unsigned field.
        return tantivy.Query.term_set_query(self._schema, _NUMBER, [int(number) for number in numbers])

    def _begin(self) -> None:
        """Makes a new, empty generation and points the manifest at it."""
        generation = f"g{secrets.token_hex(4)}"
        with storage_faults(self.folder), _faults(self.folder):
            home = self.folder / generation
            home.mkdir(parents=True)
            tantivy.Index(self._schema, str(home))
        self._manifest = {"generation": generation}
        self._write_manifest(0, {})
        self._drop_generations(keep=generation)

    def _write_manifest(self, mark: int, forward: State) -> None:
        home = self.folder / self._manifest["generation"]
        manifest = {
            "mark": mark,
            "generation": home.name,
            "fields": list(self._weights),
            "forward": forward,
            "files": sums(home, self._manifest.get("files", {})),
        }
        write_whole(self._mark_file, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        self._follow()

    def _follow(self) -> None:
        """Takes up what this or another process has committed since the last look."""
        seen = stamp(self._mark_file)
        if seen == self._stamp:
            return
        with self._lock:
            if seen == self._stamp:
                return
            for seen in settling(lambda: stamp(self._mark_file)):
                fault, read = self._tried(), seen
                if fault is None:
                    break
            self._fault, self._stamp = fault, read

    def _tried(self) -> str | None:
        try:
            self._take_up()
        except (ValueError, OSError, KeyError, StorageError) as error:
            self._index = None
            return f"{self.folder}: the text index is damaged ({error})"
        return None

    def _take_up(self) -> None:
        manifest = self._read_manifest()
        known = self._manifest.get("generation") if self._index is not None else None
        self._manifest = manifest
        if not manifest:
            self._index = None
            return
        if manifest["fields"] != list(self._weights):
            raise StorageError(f"it has the fields {', '.join(manifest['fields'])}")
        home = self.folder / manifest["generation"]
        if self._index is not None and known == manifest["generation"]:
            self._index.reload()
            self._having = {}
            self._see(home, manifest["forward"], self._forward)
            return
        verify(home, manifest["files"])
        self._see(home, manifest["forward"], None)
        index = tantivy.Index.open(str(home))
        index.config_reader("manual")
        index.reload()
        self._index, self._having = index, {}

    def _read_manifest(self) -> dict[str, Any]:
        try:
            return dict(orjson.loads(self._mark_file.read_bytes()))
        except FileNotFoundError:
            return {}

    def _see(self, home: Path, state: State, before: ForwardView | None) -> None:
        fields = len(self._weights)
        self._forward = ForwardView.open(home, state, fields, before) if state else ForwardView.empty(fields)
        self._averages = self._forward.averages()

    def _drop_generations(self, *, keep: str | None) -> None:
        for folder in self.folder.glob("g*"):
            if folder.is_dir() and folder.name != keep:
                shutil.rmtree(folder, ignore_errors=True)


def _schema(fields: Iterable[str]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(_NUMBER, stored=True, indexed=True, fast=True)
    for name in fields:
        if name == _NUMBER or not name.isidentifier():
            raise InputError(f"text index: {name!r} cannot be a field's name")
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="freq")
    return builder.build()


def _chunks(
    documents: Iterable[tuple[Number, Mapping[str, Sequence[str]]]],
) -> Iterator[dict[Number, Mapping[str, Sequence[str]]]]:
    """Documents by number, the later of two with one number."""
    rest = iter(documents)
    while chunk := dict(islice(rest, _CHUNK)):
        yield chunk


@contextlib.contextmanager
def _faults(where: Path) -> Iterator[None]:
    """Turns tantivy's ValueErrors into ours."""
    try:
        yield
    except (ValueError, OSError) as error:
        said = str(error)
        if "lock" in said.lower():
            raise BusyError(f"{where}: another process is writing the text index") from error
        if "No space left" in said or "StorageFull" in said or "File too large" in said:
            raise StorageError(f"{where}: the disk is full; nothing acknowledged is lost") from error
        raise StorageError(f"{where}: {said}") from error
