"""One entry of the knowledge log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from shopmind.kit.errors import InputError, not_allowed
from shopmind.text.language import detect

What = Literal["trained", "evaluated", "shadowed", "ramped", "promoted", "rolled_back", "decided", "noted"]
WHAT: tuple[What, ...] = get_args(What)
NOTES: tuple[What, ...] = ("noted", "decided")
"""What people may write: that the engine trained or promoted something, only the engine says."""

ABOUT = ("scenario", "artifact", "experiment", "cycle", "item", "query", "segment", "topic")
"""What an entry may be about, before the colon."""

KEY = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
LONGEST_TITLE, LONGEST_TEXT, MOST_ABOUT = 200, 20_000, 50


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in one language."""

    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done or learned, once.

    Attributes:
        about: subjects as "scenario:cart", "artifact:popularity", "experiment:NAME", "cycle:ID" …
        words: language → title and text; the engine writes "en" and "zh", people what they like.
        by: who: "strategy", "cli", the public prefix of a key, or a name that was given.
        metrics: plain JSON; a figure with an interval is {"value", "low", "high"}.
        reason: why, in one English sentence; "" for a note.
        data: what the shop held, see versions.data_version.
        code: what ran, see versions.code_version.
    """

    key: str
    at_ms: int
    what: What
    about: tuple[str, ...]
    words: Mapping[str, Words]
    by: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""

    def told(self, language: str) -> Words:
        """In this language, or else in the first there is."""
        return self.words.get(language) or next(iter(self.words.values()))

    def body(self) -> dict[str, Any]:
        """What is stored under the key."""
        return {
            "at_ms": self.at_ms,
            "what": self.what,
            "about": list(self.about),
            "words": {name: {"title": each.title, "text": each.text} for name, each in self.words.items()},
            "by": self.by,
            "metrics": dict(self.metrics),
            "reason": self.reason,
            "data": dict(self.data),
            "code": self.code,
        }

    @staticmethod
    def of(key: str, body: Mapping[str, Any]) -> Entry:
        """What was stored."""
        return Entry(
            key=key,
            at_ms=int(body["at_ms"]),
            what=body["what"],
            about=tuple(body["about"]),
            words={name: Words(each["title"], each["text"]) for name, each in body["words"].items()},
            by=body.get("by", ""),
            metrics=body.get("metrics", {}),
            reason=body.get("reason", ""),
            data=body.get("data", {}),
            code=body.get("code", ""),
        )


def note(row: Mapping[str, Any], *, where: str) -> tuple[str, What, tuple[str, ...], dict[str, Words]]:
    """What a person wrote, read strictly: key ("" when none was given), what, about and words.

    Args:
        row: title, and text, about (one or a list), what, language, key.

    Raises:
        InputError: an unknown field, a missing title, something too long, or a name that is not allowed.
    """
    allowed = ("title", "text", "about", "what", "language", "key")
    for name in row:
        if name not in allowed:
            raise not_allowed(f"{where}: field", name, allowed, field=str(name))
    title, text = (_text(row.get(name), name, where) for name in ("title", "text"))
    if not title:
        raise InputError(f"{where}: a title is needed: what was learned, in one sentence", field="title")
    for name, given, most in (("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT)):
        if len(given) > most:
            raise InputError(f"{where}: {name} has {len(given):,} characters, at most {most:,} are kept", field=name)
    what = row.get("what") or "noted"
    if what not in NOTES:
        raise not_allowed(f"{where}: what", what, NOTES, field="what")
    key = _text(row.get("key"), "key", where)
    if key and not KEY.fullmatch(key):
        raise InputError(f"{where}: key {key!r}: 1 to 100 letters, digits, '.', '_', ':' and '-'", field="key")
    language = _text(row.get("language"), "language", where) or detect(f"{title} {text}") or "en"
    return key, what, subjects(row.get("about") or (), where=where), {language: Words(title, text)}


def subjects(given: Any, *, where: str) -> tuple[str, ...]:
    """Subjects in plain form, each once; a text may name several with commas between.

    Raises:
        InputError: one is not KIND:NAME of an allowed kind, or there are too many.
    """
    many = given.split(",") if isinstance(given, str) else given
    if not isinstance(many, Sequence) or not all(isinstance(each, str) for each in many):
        raise InputError(f"{where}: about: a list such as ['scenario:cart'] is expected", field="about")
    found = tuple(dict.fromkeys(each.strip() for each in many if each.strip()))
    if len(found) > MOST_ABOUT:
        raise InputError(f"{where}: about: {len(found)} subjects, at most {MOST_ABOUT}", field="about")
    for each in found:
        kind, colon, name = each.partition(":")
        if not colon or not name or len(name) > LONGEST_TITLE:
            raise InputError(f"{where}: about: {each!r} is not KIND:NAME, such as scenario:cart", field="about")
        if kind not in ABOUT:
            raise not_allowed(f"{where}: about: {each!r}: kind", kind, ABOUT, field="about")
    return found


def _text(given: Any, name: str, where: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise InputError(f"{where}: {name}: {given!r} is {type(given).__name__}, text is expected", field=name)
    return given.strip()
