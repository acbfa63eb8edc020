"""What the API says in English sentences, in the visitor's language: the words are looked up by the English ones."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from shopmind.console.words import LANGUAGES, every

PREFIX = "told."
HOLE = re.compile(r"\{(\w+)\}")
ANYTHING, PLAIN = ".+", "(?:(?![:;] ).)+?"
BETWEEN, AFTER_NAME = {"zh": "；"}, {"zh": "："}


def told(language: str, text: str) -> str:
    """A sentence of the API in a language; one that no file of words knows stays as it is.

    A word of `words/` whose key begins with `told.` is such a sentence. Its `{holes}` hold names and numbers; those
    whose name begins with `wh` hold any text, and the text of `what…` is told in turn. Sentences with "; " between, and
    one with a name and a colon before it, are told one by one.
    """
    if language == LANGUAGES[0]:
        return text
    return _told(language, text) or text


@lru_cache(4_096)
def _told(language: str, text: str) -> str | None:
    at = len(text)
    while at > 0:  # the longest sentence first: some have a semicolon of their own
        first = _one(language, text[:at])
        if first is not None:
            return first + (f"{BETWEEN[language]}{told(language, text[at + 2 :])}" if at < len(text) else "")
        at = text.rfind("; ", 0, at)
    return None


def _one(language: str, text: str) -> str | None:
    for pattern, words in _sentences(language):
        found = pattern.fullmatch(text)
        if found is not None:
            return _filled(language, words, found.groupdict())
    name, colon, rest = text.partition(": ")
    said = _one(language, rest) if colon and " " not in name else None
    return None if said is None else f"{name}{AFTER_NAME[language]}{said}"


def _filled(language: str, words: str, values: dict[str, str]) -> str:
    return HOLE.sub(
        lambda hole: told(language, values[hole[1]]) if hole[1].startswith("what") else values[hole[1]], words
    )


@cache
def _sentences(language: str) -> list[tuple[re.Pattern[str], str]]:
    """(pattern of the English sentence, the words), what has most letters of its own first."""
    place = LANGUAGES.index(language)
    found = [words for key, words in every().items() if key.startswith(PREFIX)]
    found.sort(key=lambda words: -len(HOLE.sub("", words[0])))
    return [(_pattern(words[0]), words[place]) for words in found]


def _pattern(english: str) -> re.Pattern[str]:
    parts = HOLE.split(english)  # text, name, text, name, …, text
    holes = [f"(?P<{name}>{ANYTHING if name.startswith('wh') else PLAIN})" for name in parts[1::2]]
    texts = [re.escape(text) for text in parts[::2]]
    return re.compile("".join(a + b for a, b in zip(texts, [*holes, ""], strict=True)), re.DOTALL)
