"""The language and the words of the query text, by the analyser that made the index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shopmind.pipeline.context import Context, Term
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.text.analyse import analyse
from shopmind.text.language import detect


class Words(Understanding):
    """Sets `language` and `terms`; a word said twice weighs twice."""

    @dataclass(frozen=True)
    class Options:
        """most: words kept; a longer query is cut there."""

        most: int = 64

    def __init__(self, options: Options, tools: Tools) -> None:
        self._most = options.most

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if context.text:
            context.language = detect(context.text)
            times = Counter(analyse(context.text, context.language)[: self._most])
            context.terms = tuple(Term(token, float(said)) for token, said in times.items())
