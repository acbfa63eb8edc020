"""What a merchandiser says of words: synonyms, corrections, protected words, stop words and categories.

Rows live in `Records` under the kind "lexicon"; every write changes the row STAMP in the same transaction. The process
that wrote sees the change at its very next query, the others within a second.
"""

from __future__ import annotations

import hashlib
import threading
import time
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from shopmind.kit.errors import InputError, NotFoundError, ShopmindError, not_allowed
from shopmind.stores.ports import Records
from shopmind.text.surface import key_of, surface

ROWS = "lexicon"
STAMP = "@stamp"
MOST_ENTRIES = 100_000
LOOK_EVERY_S = 0.8
MOST_PHRASES = 100
LONGEST_PHRASE = 100

Kind = Literal["two_way", "one_way", "correction", "protected", "stop_word", "category"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_NEEDS_TO = ("one_way", "correction", "category")

Phrase = tuple[str, ...]
"""Tokens of the words of a phrase in their order, as `text.surface.key_of` makes them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the lexicon.

    Attributes:
        kind: two_way: each of `words` stands for the others. one_way: who asks for one of `words` also finds `to`.
            correction: `words` are misspellings of `to`. protected: `words` are taken exactly as typed, never corrected
            and never read as a condition. stop_word: `words` do not count in a query that has others. category: who
            asks for `words` looks for the category `to`.
        words: words or phrases as a person writes them.
        to: where the kind leads; empty for two_way, protected and stop_word.
        worth: how much a synonym counts beside the word itself, 0..1.
        key: the row's name; made from kind and words when none is given.
        version: 1 for the first writing, one more for each later one.
        author: who wrote it, "" when it is not said.
        updated_ms: when it was written.
    """

    kind: Kind
    words: tuple[str, ...]
    to: tuple[str, ...] = ()
    worth: float = 0.8
    key: str = ""
    version: int = 1
    author: str = ""
    updated_ms: int = 0

    def body(self) -> dict[str, Any]:
        """The row as JSON; `parse` reads it back."""
        body = {name: getattr(self, name) for name in self.__slots__ if name != "key"}
        return {**body, "words": list(self.words), "to": list(self.to)}


_KEYS = frozenset(Entry.__slots__)


def parse(body: Mapping[str, Any], *, key: str = "", where: str = "lexicon") -> Entry:
    """One entry from the JSON of a row, checked.

    Raises:
        InputError: an unknown key or kind, no words, or words that say nothing; the message says which and what is
            allowed.
    """
    if not isinstance(body, Mapping):
        raise InputError(
            f"{where}: {body!r} is not an object such as {{'kind': 'two_way', 'words': ['sofa', 'couch']}}"
        )
    for name in body:
        if name not in _KEYS:
            raise not_allowed(f"{where}: unknown key", name, _KEYS, field=str(name))
    kind = body.get("kind")
    if kind not in KINDS:
        raise not_allowed(f"{where}: kind", kind, KINDS, field="kind")
    words, to = _phrases(body, "words", where), _phrases(body, "to", where)
    _check_sense(kind, words, to, where)
    worth = body.get("worth", 0.8)
    if isinstance(worth, bool) or not isinstance(worth, int | float) or not 0 <= worth <= 1:
        raise InputError(f"{where}: worth is {worth!r}, it must be a number in 0..1", field="worth")
    for name, sort in (("version", int), ("updated_ms", int), ("author", str), ("key", str)):
        if not isinstance(body.get(name, sort()), sort):
            raise InputError(f"{where}: {name} is {body[name]!r}, {sort.__name__} is expected", field=name)
    return Entry(
        kind,
        words,
        to,
        float(worth),
        key or body.get("key", "") or _name(kind, words),
        body.get("version", 1),
        body.get("author", ""),
        body.get("updated_ms", 0),
    )


def _phrases(body: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    given = body.get(name, ())
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise InputError(f"{where}: {name} is {given!r}, a list of texts is expected", field=name)
    if len(given) > MOST_PHRASES:
        raise InputError(f"{where}: {len(given)} {name}, at most {MOST_PHRASES} are allowed", field=name)
    phrases = tuple(dict.fromkeys(" ".join(each.split()) for each in given))
    for phrase in phrases:
        if len(phrase) > LONGEST_PHRASE:
            raise InputError(f"{where}: {phrase[:20]!r}… is longer than {LONGEST_PHRASE} characters", field=name)
        if not key_of(phrase):
            raise InputError(f"{where}: {phrase!r} in {name} has no letter or digit", field=name)
    return phrases


def _check_sense(kind: Kind, words: Phrase, to: Phrase, where: str) -> None:
    if len(words) < (2 if kind == "two_way" else 1):
        least = "two words that stand for each other" if kind == "two_way" else "a word"
        raise InputError(f"{where}: {kind} needs at least {least} in 'words'", field="words")
    if kind in _NEEDS_TO and not to:
        raise InputError(f"{where}: {kind} needs 'to', what {words[0]!r} leads to", field="to")
    if kind not in _NEEDS_TO and to:
        raise InputError(f"{where}: {kind} has no 'to'; put the words into 'words'", field="to")
    if kind in ("correction", "category") and len(to) > 1:
        raise InputError(f"{where}: {kind} leads to one text, {len(to)} are given", field="to")
    if kind == "correction" and to[0].casefold() in {word.casefold() for word in words}:
        raise InputError(f"{where}: {to[0]!r} is corrected to itself", field="to")


def _name(kind: str, words: Iterable[str]) -> str:
    said = "\n".join([kind, *sorted(word.casefold() for word in words)])
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


def entries(records: Records) -> list[Entry]:
    """All whole entries, newest first; rows that cannot be read are left out (`read` tells them)."""
    return [each for each in map(_entry, _rows(records)) if isinstance(each, Entry)]


def put(records: Records, given: Iterable[Entry], now_ms: int) -> list[Entry]:
    """Writes entries in one transaction, each with its next version, and returns them as written.

    Raises:
        InputError: a key that begins with "@".
    """
    written: list[Entry] = []
    for entry in given:
        if entry.key.startswith("@"):
            raise InputError(f"lexicon: key {entry.key!r} may not begin with '@'", field="key")
        key = entry.key or _name(entry.kind, entry.words)
        version = _version(records.get(ROWS, key)) + 1
        written.append(replace(entry, key=key, version=version, updated_ms=now_ms))
    _write(records, [(entry.key, entry.body()) for entry in written])
    return written


def remove(records: Records, key: str) -> None:
    """Takes one entry out.

    Raises:
        NotFoundError: there is no such entry.
    """
    if key.startswith("@") or records.get(ROWS, key) is None:
        raise NotFoundError(f"lexicon: there is no entry {key!r}", field="key")
    # The stamp must change with the row: a gravestone is written first, and only then is the row deleted.
    _write(records, [(key, {"removed": True})])
    records.delete(ROWS, key)


def _write(records: Records, rows: list[tuple[str, dict[str, Any]]]) -> None:
    if rows:
        count = _version(records.get(ROWS, STAMP)) + 1
        records.put_many(ROWS, [*((key, body, None) for key, body in rows), (STAMP, {"version": count}, None)])
        forget()


def _version(body: Mapping[str, Any] | None) -> int:
    version = (body or {}).get("version", 0)
    return version if isinstance(version, int) else 0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries, ready to be asked. Phrases are tuples of tokens.

    Attributes:
        synonyms: phrase → (what also counts, its worth), both ways for two_way; never itself.
        corrections: misspelt phrase → text.
        protected: phrases taken as typed.
        stop_words: phrases that do not count.
        categories: phrase → category.
        longest: words of the longest phrase.
        faults: key of a row that cannot be read → why.
    """

    synonyms: Mapping[Phrase, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    corrections: Mapping[Phrase, str] = field(default_factory=dict)
    protected: frozenset[Phrase] = frozenset()
    stop_words: frozenset[Phrase] = frozenset()
    categories: Mapping[Phrase, str] = field(default_factory=dict)
    longest: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)

    def shields(self, text: str) -> list[tuple[int, int]]:
        """Where in a text protected phrases stand, as (start, end) of characters."""
        return [(start, end) for start, end, phrase in spans(text, self.longest) if phrase in self.protected]


def compiled(found: Iterable[Entry], faults: Mapping[str, str] | None = None) -> Lexicon:
    """A lexicon of these entries. Circles are harmless: nothing is followed further than one step."""
    synonyms: dict[Phrase, dict[str, float]] = {}
    corrections: dict[Phrase, str] = {}
    protected: set[Phrase] = set()
    stop_words: set[Phrase] = set()
    categories: dict[Phrase, str] = {}
    for entry in found:
        keys = {word: key_of(word) for word in entry.words}
        if entry.kind in ("two_way", "one_way"):
            for word, key in keys.items():
                for other in entry.words if entry.kind == "two_way" else entry.to:
                    if other != word and key_of(other) != key:
                        held = synonyms.setdefault(key, {})
                        held[other] = max(entry.worth, held.get(other, 0.0))
        elif entry.kind == "correction":
            corrections.update(dict.fromkeys(keys.values(), entry.to[0]))
        elif entry.kind == "category":
            categories.update(dict.fromkeys(keys.values(), entry.to[0]))
        else:
            (protected if entry.kind == "protected" else stop_words).update(keys.values())
    longest = max(map(len, [*synonyms, *corrections, *protected, *stop_words, *categories]), default=0)
    return Lexicon(
        {key: tuple(held.items()) for key, held in synonyms.items()},
        corrections,
        frozenset(protected),
        frozenset(stop_words),
        categories,
        longest,
        dict(faults or {}),
    )


def spans(text: str, longest: int) -> list[tuple[int, int, Phrase]]:
    """Every run of at most `longest` words of a text, longest first at each place: (start, end, phrase)."""
    words = surface(text) if longest else []
    found = []
    for first in range(len(words)):
        for last in range(min(len(words), first + longest) - 1, first - 1, -1):
            phrase = tuple(token for word in words[first : last + 1] for token in word.tokens)
            if len(phrase) <= longest:
                found.append((words[first].start, words[last].end, phrase))
    return found


@dataclass(slots=True)
class _Held:
    stamp: int
    look_again_s: float
    lexicon: Lexicon


_lock = threading.Lock()
_held: weakref.WeakKeyDictionary[Records, _Held] = weakref.WeakKeyDictionary()


def forget() -> None:
    """Lets the next reader look at the stamp at once; called by every write.

    It waits for a reader that looked before the write and would put off the next look after it.
    """
    with _lock:
        for held in list(_held.values()):
            held.look_again_s = 0.0


def read(records: Records) -> Lexicon:
    """The lexicon as of now; compiled again only when the stamp has changed. Never fails on a row."""
    held = _held.get(records)
    if held is not None and time.monotonic() < held.look_again_s:
        return held.lexicon
    with _lock:
        look_again_s = time.monotonic() + LOOK_EVERY_S
        stamp = _version(records.get(ROWS, STAMP))
        if held is None or held.stamp != stamp:
            held = _held[records] = _Held(stamp, look_again_s, _compiled(records))
        held.look_again_s = look_again_s
        return held.lexicon


def _compiled(records: Records) -> Lexicon:
    whole, faults = [], {}
    for key, body in reversed(_rows(records)):
        entry = _entry((key, body))
        if isinstance(entry, Entry):
            whole.append(entry)
        else:
            faults[key] = entry
    return compiled(whole, faults)


def _rows(records: Records) -> list[tuple[str, dict[str, Any]]]:
    rows = records.scan(ROWS, MOST_ENTRIES)
    return [(key, body) for key, body in rows if key != STAMP and not (isinstance(body, dict) and body.get("removed"))]


def _entry(row: tuple[str, Any]) -> Entry | str:
    key, body = row
    try:
        return parse(body, key=key, where=f"lexicon {key!r}")
    except ShopmindError as error:
        return error.message
