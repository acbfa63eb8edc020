"""Other words for what was asked: those the merchandiser gives, those the shop has learned, and other ways to space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import Phrase, read, spans
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.text.analyse import STOP_WORDS, analyse
from shopmind.text.surface import Word, surface
from shopmind.text.vocabulary import Vocabulary

LONGEST = 4
LEAST_SEEN = 3
BESIDE = 0.2
"""Of the uses of the rarer word, the share beside the other from which two words are one: "ear buds", not "car pet"."""

Others = list[tuple[str, float]]


class Synonyms(Understanding):
    """Adds `alternatives` to the terms, and takes the merchandiser's stop words out; stands after `words`.

    A synonym of several words counts where all of them stand, each giving its part; a phrase of several words is met
    by its synonym alone. Nothing is followed further than one step, so circles do no harm. What is not trained yet is
    left out in silence.
    """

    artifacts = ("synonyms", "vocabulary")

    @dataclass(frozen=True)
    class Options:
        """learned: what a learned synonym is worth at most. spaced: what the same words spaced otherwise are worth; 0
        leaves them out."""

        learned: float = 0.6
        spaced: float = 0.7

        def __post_init__(self) -> None:
            for name in ("learned", "spaced"):
                if not 0 <= getattr(self, name) <= 1:
                    raise ValueError(f"{name} is {getattr(self, name)}, it must lie in 0..1")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools

    def ready(self) -> None:
        """Never missing: the merchandiser's synonyms need no training."""

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if not context.terms or context.query.verbatim:
            return
        lexicon = read(self._tools.records)
        text = context.text
        found: dict[str, dict[str, float]] = {}
        stop: set[str] = set()
        longest = max(lexicon.longest, LONGEST if self._learned else 0)
        closed = lexicon.shields(text) if lexicon.protected else []
        for start, end, phrase in spans(text, longest):
            if phrase in lexicon.stop_words:
                stop.update(analyse(text[start:end], context.language))
            others = list(lexicon.synonyms.get(phrase, ()))
            if not any(a < end and start < b for a, b in closed):
                others += self._also(phrase)
            _add(found, text[start:end], others, context.language)
        if self._options.spaced:
            self._respaced(context, found)
        if stop and not stop.issuperset(term.token for term in context.terms):
            context.terms = tuple(term for term in context.terms if term.token not in stop)
        if found:
            context.terms = tuple(
                replace(term, alternatives={**term.alternatives, **_useful(found, term.token)})
                if term.token in found
                else term
                for term in context.terms
            )

    def _also(self, phrase: Phrase) -> Others:
        return [(other, min(worth, self._options.learned)) for other, worth in self._learned.get(" ".join(phrase), ())]

    def _respaced(self, context: Context, found: dict[str, dict[str, float]]) -> None:
        """ "ear buds" also means "earbuds", and the other way, where the shop writes both."""
        vocabulary = self._vocabulary
        if vocabulary is None:
            return
        words = surface(context.text)
        for i, word in enumerate(words):
            if not (word.text.isascii() and word.text.isalpha()):
                continue
            after = words[i + 1] if i + 1 < len(words) else None
            joined = word.text + after.text if after is not None and _joinable(word, after) else ""
            if joined and after is not None and vocabulary.count_alone(joined) >= LEAST_SEEN:
                spaced = context.text[word.start : after.end]
                _add(found, spaced, [(joined, self._options.spaced)], context.language)
            for place in range(3, len(word.text) - 2):
                first, second = word.text[:place], word.text[place:]
                beside = vocabulary.pair(first, second)
                if beside >= LEAST_SEEN and beside >= BESIDE * min(vocabulary.count(first), vocabulary.count(second)):
                    _add(found, word.text, [(f"{first} {second}", self._options.spaced)], context.language)

    @cached_property
    def _learned(self) -> Mapping[str, Others]:
        try:
            table: Any = orjson.loads(self.fitted.arrays["table"].tobytes())
        except NotReadyError:
            return {}
        return {phrase: [(other, worth) for other, worth in others] for phrase, others in table.items()}

    @cached_property
    def _vocabulary(self) -> Vocabulary | None:
        try:
            return Vocabulary.of(self._tools.artifact("vocabulary").arrays)
        except NotReadyError:
            return None


def _joinable(word: Word, after: Word) -> bool:
    plain = after.text.isascii() and after.text.isalpha() and after.start - word.end == 1
    return plain and word.text not in STOP_WORDS and after.text not in STOP_WORDS


def _add(found: dict[str, dict[str, float]], said: str, others: Others, language: str) -> None:
    """Every token of what was said may be met by the words of each synonym, each with its part of the worth."""
    for other, worth in others:
        words = [word.token for word in surface(other) if word.text not in STOP_WORDS]
        for token in analyse(said, language) if words and worth > 0 else ():
            held = found.setdefault(token, {})
            for word in words:
                held[word] = max(held.get(word, 0.0), worth / len(words))


def _useful(found: Mapping[str, Mapping[str, float]], token: str) -> dict[str, float]:
    return {other: worth for other, worth in found[token].items() if other != token}
