"""What the parts see of one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import (
    EVENT_TYPES,
    AppliedRule,
    Bundle,
    Candidates,
    Constraint,
    EventType,
    Facet,
    History,
    Query,
    Understood,
)
from shopmind.kit.highest import highest
from shopmind.pipeline.exploration import Exploration
from shopmind.pipeline.rules.book import Ruleset
from shopmind.pipeline.rules.ruling import Ruling
from shopmind.stores.columns import ItemColumns
from shopmind.stores.ports import Numbers

if TYPE_CHECKING:
    from shopmind.pipeline.words_in_items import WordsInItems


@dataclass(frozen=True, slots=True)
class Term:
    """One word asked for.

    Attributes:
        token: as `text.analyse` makes it.
        weight: of its evidence; 1 for a word as typed.
        alternatives: token → worth in 0..1: a synonym or another spelling counts as if the word itself stood there so
            many times.
    """

    token: str
    weight: float = 1.0
    alternatives: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matching:
    """Items whose words match.

    Attributes:
        numbers: item numbers, rising; whether they may be shown is not asked.
        cut: there are more.
    """

    numbers: Numbers
    cut: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What facets count.

    Attributes:
        numbers: numbers of the items, rising; each may be shown.
        size: how many these are, of groups where groups are counted.
        exact: whether these are all.
    """

    numbers: Numbers
    size: int
    exact: bool


@dataclass(slots=True)
class Context:
    """One request on its way through the engine; the only mutable thing of a request.

    Attributes:
        query: as asked.
        kinds: item kinds the scenario shows.
        now_ms: the time of the request.
        columns: the catalogue as of now.
        load_history: reads what the user did; `history` calls it when first asked.
        ask_ever: answers `ever` where the log can be asked for less than a whole history.
        anchors: (m,) item numbers in view or in the cart; unknown ids are left out.
        language: of the query text, "" when there is none or it cannot be told.
        text: what is searched for: the query text until an understanding part corrects it or takes words out.
        terms: the words to look for, with their weights and alternatives.
        unwanted: tokens that hits must not have, "sugar" of "tea without sugar".
        constraints: conditions read out of the text; the engine makes them filters.
        relaxed: what was given up because too little was found.
        corrected: the corrected query when it is searched instead of the one typed; None otherwise.
        did_you_mean: a likelier spelling that was not taken; None otherwise.
        categories: category path → probability that it is what the searcher wants.
        allowed: (size,) by item number, True where the item may be shown; set before the retrievers are asked.
        offered: (size,) by item number, True where the item may be shown whatever the query's own filter and the
            constraints say: what a facet counts beside the value that was chosen.
        matching: items that match the words, found at most once a request (pipeline/matching.py).
        words: where the words stand in the items looked into so far (pipeline/words_in_items.py).
        variants: item number → other items of its group that were found, where one stands for all.
        meets: (size,) by item number, True where an allowed item also meets the constraints that were relaxed; None
            when none was. Items that meet them stand first.
        encode: (text) → its unit vector; vectors of recent texts are kept.
        begin: begins the vector of a text that will be asked for, beside what happens until then; None where nothing
            can be done beside.
        aside: (scenario, n) → what another place would show for the same request, with its context; None where nobody
            can be asked.
        degraded: named fallbacks taken so far.
        facets: counts that were asked for, filled by a reranker.
        counted: what these counts count, as the filter has it; None where nothing was counted.
        bundles: goods that sell together, filled by a reranker.
        applied_rules: the merchandiser's rules that took part.
        learning: whether every column is wanted, also those that no ranker reads yet.
        ruleset: rules to obey in place of the stored ones, for a preview; None otherwise.
        memory: what parts found out for each other in this request, under the name of what it came from.
        draw: what chance in this answer is derived from.
        heard: number of the newest event that chance listens to; None until a part that does has looked.
        exploration: what an exploring reranker did; None where there is none.
        ruling: what the rules that this request meets say; None when it meets none.
        watched: whether the trace keeps what each part did with the items.
        muted: (stage, part) of parts that say nothing, to see what changes without them: a retriever brings nothing, a
            feature cannot say, a reranker leaves the order as it is.
    """

    query: Query
    kinds: tuple[str, ...]
    now_ms: int
    columns: ItemColumns
    load_history: Callable[[], History]
    anchors: Numbers
    encode: Callable[[str], NDArray[np.float32]]
    ask_ever: Callable[[EventType], bool] | None = None
    begin: Callable[[str], None] | None = None
    aside: Callable[[str, int], tuple[Context, Candidates]] | None = None
    language: str = ""
    text: str = ""
    terms: tuple[Term, ...] = ()
    unwanted: tuple[str, ...] = ()
    constraints: list[Constraint] = field(default_factory=list)
    relaxed: list[str] = field(default_factory=list)
    corrected: str | None = None
    did_you_mean: str | None = None
    categories: dict[str, float] = field(default_factory=dict)
    allowed: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    offered: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    matching: Matching | None = None
    words: WordsInItems | None = None
    variants: dict[int, Numbers] = field(default_factory=dict)
    meets: NDArray[np.bool_] | None = None
    degraded: list[str] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    counted: Counted | None = None
    bundles: list[Bundle] = field(default_factory=list)
    applied_rules: list[AppliedRule] = field(default_factory=list)
    learning: bool = False
    ruleset: Ruleset | None = None
    ruling: Ruling | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    draw: str = ""
    heard: int | None = None
    exploration: Exploration | None = None
    watched: bool = False
    muted: frozenset[tuple[str, str]] = frozenset()
    _history: History | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.text = self.text or self.query.text

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token that counts as a match, alternatives too, each once."""
        words: dict[str, None] = {}
        for term in self.terms:
            words[term.token] = None
            words.update(dict.fromkeys(term.alternatives))
        return tuple(words)

    def vector(self) -> NDArray[np.float32]:
        """(d,) unit vector of `text`.

        Raises:
            NotReadyError: the shop has no encoder.
        """
        return self.encode(self.text)

    @property
    def understood(self) -> Understood | None:
        """The reading of the text, for the answer; None without a text."""
        if not self.query.text:
            return None
        return Understood(
            text=self.text,
            language=self.language,
            corrected=self.corrected,
            did_you_mean=self.did_you_mean,
            constraints=tuple(self.constraints),
            relaxed=tuple(dict.fromkeys(self.relaxed)),
            without=self.unwanted,
            categories=tuple(sorted(self.categories.items(), key=lambda each: (-each[1], each[0]))),
        )

    @property
    def history(self) -> History:
        """What the user did, oldest first; empty for a stranger. Kept for the request."""
        if self._history is None:
            self._history = self.load_history()
        return self._history

    def ever(self, kind: EventType) -> bool:
        """Whether the user did such a thing to any item: cheaper than the history where that was not read yet."""
        if self._history is None and self.ask_ever is not None:
            return self.ask_ever(kind)
        return bool((self.history.types == EVENT_TYPES.index(kind)).any())


def best(scores: NDArray[np.float32], allowed: NDArray[np.bool_], tie: NDArray[np.uint64], k: int) -> Numbers:
    """Item numbers of the k highest scores among the allowed, best first; ties by hash of the id, never by number.

    Args:
        scores: (size,) by item number; NaN and -inf are never chosen.
        allowed: (size,) by item number.
        tie: (size,) ItemColumns.tie.
    """
    size = min(len(scores), len(allowed))
    numbers = np.flatnonzero(allowed[:size] & (scores[:size] > -np.inf))
    values = scores[numbers]
    near = highest(values, k)
    if len(near) > k:  # of those that equal the lowest the first by hash: a new shop has nothing but equals
        lowest = values[near].min()
        equal = near[values[near] == lowest]
        above = near[values[near] > lowest]
        near = np.concatenate([above, equal[highest(~tie[numbers[equal]], k - len(above))]])
    numbers, values = numbers[near], values[near]
    return numbers[np.lexsort((tie[numbers], -values))][:k].astype(np.int64)
