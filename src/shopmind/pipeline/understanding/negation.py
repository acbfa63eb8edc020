"""What the searcher does not want: its words leave the text, and items that have it are dropped by the filter."""

from __future__ import annotations

from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import read
from shopmind.pipeline.parts import NoOptions, Tools, Understanding
from shopmind.text.negation import read_wish


class Negation(Understanding):
    """Sets `unwanted` and `text`; the filter `without` does the rest. A protected phrase is taken as typed."""

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        self._records = tools.records

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if not context.text or context.query.verbatim:
            return
        wish = read_wish(context.text)
        if wish.unwanted and not read(self._records).shields(context.text):
            context.text, context.unwanted = wish.text, wish.unwanted
