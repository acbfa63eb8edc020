"""The log itself: records of the shop, written once, read and searched."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders.cache import encode_cached
from shopmind.ingest.rows import RowStatus
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.operations.knowledge import finding
from shopmind.operations.knowledge.entry import WHAT, Entry, What, Words, note, subjects
from shopmind.operations.knowledge.versions import code_version, data_version
from shopmind.shop import Shop
from shopmind.text.language import detect

KIND = "knowledge"
MOST = 20_000
"""Newest entries that are looked through; older ones stay and can be read by their key."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that answers a question; `score` lies about 0..1 and is comparable within one answer."""

    entry: Entry
    score: float


class Knowledge:
    """The knowledge log of one shop; safe for many threads and processes."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._records = shop.records

    def write(
        self,
        what: What,
        words: Mapping[str, Words],
        *,
        about: Sequence[str] = (),
        by: str = "",
        metrics: Mapping[str, Any] | None = None,
        reason: str = "",
        key: str = "",
        at_ms: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Writes an entry, durable when this returns. The same key again replaces it: a step that is done again after a
        kill leaves one entry.

        Args:
            words: language → title and text; at least one.
            data: None takes the data as they are now.
        """
        now_ms = self._shop.folder.clock() if at_ms is None else at_ms
        entry = Entry(
            key=key or f"{now_ms}-{secrets.token_hex(4)}",
            at_ms=now_ms,
            what=what,
            about=subjects(list(about), where="knowledge"),
            words=words,
            by=by,
            metrics=metrics or {},
            reason=reason,
            data=data_version(self._shop) if data is None else data,
            code=code_version(),
        )
        self._records.put(KIND, entry.key, entry.body())
        if self._shop.folder.encoder is not None:  # now, so that the next question need not wait for it
            self._encode([finding.passage(each) for each in words.values()], query=False)
        return entry

    def add(self, title: str, text: str = "", *, about: Sequence[str] | str = (), by: str = "", **more: str) -> Entry:
        """Writes down what a person has to say.

        Args:
            about: subjects such as "scenario:cart".
            more: what ("noted" or "decided"), language (told by the text when left out), key.

        Raises:
            InputError: no title, something too long, or a name that is not allowed.
        """
        row = {"title": title, "text": text, "about": about, **more}
        key, what, about_what, words = note(row, where="knowledge")
        if key and self._records.get(KIND, key) is not None:
            raise InputError(f"knowledge: an entry {key!r} is there already; entries are not rewritten", field="key")
        return self.write(what, words, about=about_what, by=by, key=key)

    def put(self, rows: Sequence[Mapping[str, Any]], *, by: str = "") -> list[RowStatus]:
        """Notes as rows (title, text, about, what, language, key); each stands alone.

        A row whose key is there with the same words is a duplicate, with others it is refused.
        """
        statuses = []
        for at, row in enumerate(rows):
            given = row.get("key") if isinstance(row.get("key"), str) else None
            try:
                key, what, about, words = note(row, where=f"row {at + 1}")
                held = self._records.get(KIND, key) if key else None
                if held is None:
                    written = self.write(what, words, about=about, by=by, key=key)
                    statuses.append(RowStatus(at, written.key, "accepted", None, None))
                elif Entry.of(key, held).words == words:
                    statuses.append(RowStatus(at, key, "duplicate", None, None))
                else:
                    raise InputError(f"row {at + 1}: an entry {key!r} is there already with other words", field="key")
            except InputError as error:
                statuses.append(RowStatus(at, given, "rejected", error.message, error.field))
        return statuses

    def get(self, key: str) -> Entry:
        """One entry; raises NotFoundError."""
        body = self._records.get(KIND, key)
        if body is None:
            raise NotFoundError(f"knowledge: there is no entry {key!r}", field="key")
        return Entry.of(key, body)

    def remove(self, key: str) -> None:
        """Takes out what should not have been written; raises NotFoundError."""
        if not self._records.delete(KIND, key):
            raise NotFoundError(f"knowledge: there is no entry {key!r}", field="key")

    def all(self, *, what: str | None = None, about: str | None = None, n: int | None = None) -> list[Entry]:
        """Entries, newest first.

        Args:
            about: a subject, or its beginning: "scenario:cart", "experiment:".

        Raises:
            InputError: an unknown `what`.
        """
        if what is not None and what not in WHAT:
            raise not_allowed("knowledge: what", what, WHAT, field="what")
        found = [Entry.of(key, body) for key, body in self._records.scan(KIND, MOST)]
        kept = [
            each
            for each in sorted(found, key=lambda each: -each.at_ms)
            if what in (None, each.what) and (about is None or any(subject.startswith(about) for subject in each.about))
        ]
        return kept[:n]

    def search(self, text: str, *, n: int = 10, what: str | None = None, about: str | None = None) -> list[Found]:
        """Entries that answer a question in words, best first, the newer of equals first; Chinese and English.

        With an encoder that knows the language also those that say it in other words. "What did we learn?" alone gives
        the newest; a text without any word finds nothing.

        Raises:
            InputError: an unknown `what`.
        """
        entries = self.all(what=what, about=about)
        if finding.only_asks(text):
            return [Found(each, 0.0) for each in entries[:n]]
        scored = finding.scores(text, entries, None if self.degraded(text) else self._encode)
        order = np.argsort(np.nan_to_num(-scored, nan=np.inf), kind="stable")  # entries come newest first
        return [Found(entries[row], float(scored[row])) for row in order[:n].tolist() if not np.isnan(scored[row])]

    def degraded(self, text: str) -> list[str]:
        """Named fallbacks of `search` for a text."""
        encoder, language = self._shop.folder.encoder, detect(text)
        if encoder is None:
            return [f"meaning: {self._shop.folder.encoder_missing}"]
        if "*" not in encoder.languages and language not in encoder.languages:
            return [f"meaning: the encoder {encoder.name} does not know the language {language!r}"]
        return []

    def _encode(self, texts: Sequence[str], query: bool) -> NDArray[np.float32]:
        folder = self._shop.folder
        if folder.encoder is None:
            raise InputError("knowledge: the shop has no encoder")
        if query:
            return folder.encoder.encode(list(texts), role="query")
        return encode_cached(folder.encoder, texts, folder.vector_cache, threads=folder.settings.threads)
