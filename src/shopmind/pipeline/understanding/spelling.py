"""Slips of the finger in the query text, mended where that is sure and suggested where it is likely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import Lexicon, read, spans
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.text.analyse import analyse
from shopmind.text.spelling import Guess, Speller
from shopmind.text.surface import Word, surface
from shopmind.text.vocabulary import SURE, Vocabulary

_PLAIN = re.compile(r"[a-z]{3,24}")
_QUOTED = re.compile(r'"[^"]*"')

Change = tuple[int, int, Guess]
"""(start, end, what is meant there) of a text."""


class Spelling(Understanding):
    """Sets `text` and `corrected`, or `did_you_mean`.

    Numbers, model codes, quoted words, words the shop knows and words the merchandiser protects are left alone. What
    the merchandiser corrects is always mended; what is only likely is mended where the words as typed find nothing. A
    shop that has not trained a vocabulary is not corrected otherwise.
    """

    artifacts = ("vocabulary",)

    @dataclass(frozen=True)
    class Options:
        """sure: probability from which a word is mended. likely: from which the other spelling is suggested.
        most_words: a longer query is left as it is."""

        sure: float = 0.4
        likely: float = 0.2
        most_words: int = 20

        def __post_init__(self) -> None:
            if not 0 <= self.likely <= self.sure <= 1:
                raise ValueError(f"likely {self.likely} and sure {self.sure} must rise within 0..1")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._found = lru_cache(maxsize=4_096)(self._count)

    def ready(self) -> None:
        """Never missing: without a vocabulary only the merchandiser's corrections are made."""

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if not context.text or context.query.verbatim:
            return
        lexicon = read(self._tools.records)
        given = corrected(context.text, lexicon)
        words = surface(given)
        changes = self._changes(given, words, lexicon) if len(words) <= self._options.most_words else []
        sure = [change for change in changes if change[2].probability >= self._options.sure]
        if len(changes) > len(sure) and not self._finds(_replaced(given, sure), context.language):
            sure = [change for change in changes if change[2].probability >= self._options.likely]  # nothing to lose
        mended = _replaced(given, sure)
        if mended != context.text:
            context.text = context.corrected = mended
        if len(changes) > len(sure):
            context.did_you_mean = _replaced(given, changes)

    @cached_property
    def _speller(self) -> Speller | None:
        try:
            return Speller(Vocabulary.of(self.fitted.arrays), self._indexed)
        except NotReadyError:
            return None

    def _indexed(self, token: str) -> int:
        try:
            return self._found(token, self._tools.text_index.mark())
        except NotReadyError:
            return 0

    def _count(self, token: str, mark: int) -> int:
        """How many items have the token, at most SURE, as of a mark of the index."""
        return len(self._tools.text_index.search([token], SURE)[0])

    def _finds(self, text: str, language: str) -> bool:
        """Whether any item has any word of the text."""
        try:
            return bool(self._tools.text_index.frequencies(analyse(text, language)).any())
        except NotReadyError:
            return True

    def _changes(self, text: str, words: list[Word], lexicon: Lexicon) -> list[Change]:
        """Likely changes in the order of the text, none overlapping."""
        speller = self._speller
        if speller is None:
            return []
        closed = [*lexicon.shields(text), *(quoted.span() for quoted in _QUOTED.finditer(text))]
        spelt = [word.text if _PLAIN.fullmatch(word.text) and not _inside(word, closed) else "" for word in words]
        changes: list[Change] = []
        unknown = 0
        for i, word in enumerate(words):
            if not spelt[i] or (changes and word.start < changes[-1][1]):
                continue
            after = spelt[i + 1] if i + 1 < len(words) else ""
            joined = speller.joined(spelt[i], after) if after else None
            if joined is not None and joined.probability >= self._options.likely:
                changes.append((word.start, words[i + 1].end, joined))
                continue
            unknown += not speller.knows(spelt[i])
            found = speller.guesses(spelt[i], spelt[i - 1] if i else "", after, most=1)
            if found and found[0].probability >= self._options.likely:
                changes.append((word.start, word.end, self._doubted(found[0], spelt[i])))
        if unknown > max(2, 0.6 * len(words)):  # another language than the shop's
            changes = [(start, end, Guess(guess.text, 0.0)) for start, end, guess in changes]
        return sorted([*changes, *self._han(words, closed, speller)], key=lambda change: change[0])

    def _doubted(self, guess: Guess, word: str) -> Guess:
        """Of a short word only a suggestion: among four letters everything is near to everything."""
        return guess if len(word) >= 5 else Guess(guess.text, min(guess.probability, self._options.likely))

    def _han(self, words: list[Word], closed: list[tuple[int, int]], speller: Speller) -> list[Change]:
        """Chinese with one wrong character is suggested, never changed."""
        found, i = [], 0
        while i < len(words):
            run = i
            while run < len(words) and words[run].han and (run == i or words[run].start == words[run - 1].end):
                run += 1
            part = words[i:run]
            guess = speller.chinese([word.text for word in part]) if part and not _inside(part[0], closed) else None
            if guess is not None and guess.probability >= self._options.likely:
                found.append((part[0].start, part[-1].end, Guess(guess.text, self._options.likely)))
            i = max(run, i + 1)
        return found


def corrected(text: str, lexicon: Lexicon) -> str:
    """The text with the merchandiser's corrections, each place changed once, longest phrase first."""
    if not lexicon.corrections:
        return text
    changes: list[Change] = []
    for start, end, phrase in spans(text, lexicon.longest):
        if phrase in lexicon.corrections and (not changes or start >= changes[-1][1]):
            changes.append((start, end, Guess(lexicon.corrections[phrase], 1.0)))
    return _replaced(text, changes)


def _replaced(text: str, changes: list[Change]) -> str:
    for start, end, guess in reversed(changes):
        text = text[:start] + guess.text + text[end:]
    return text


def _inside(word: Word, closed: list[tuple[int, int]]) -> bool:
    return any(start <= word.start and word.end <= end for start, end in closed)
