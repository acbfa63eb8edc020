"""From a query to a slate: engines, histories, the query's vector, the words of the reasons."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, History, Matches, Query, Slate
from shopmind.encoders.cache import QueryVectors
from shopmind.explain.traced import Told, traced
from shopmind.kit.clock import Clock
from shopmind.kit.errors import InputError, not_allowed
from shopmind.pipeline.context import Context
from shopmind.pipeline.engine import Engine, Ranking
from shopmind.pipeline.histories import Histories
from shopmind.pipeline.live import LiveTail
from shopmind.pipeline.matching import has_words
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.rules.book import Ruleset
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import draws
from shopmind.shop.choosing import Choice, Way
from shopmind.shop.engines import Engines, model_version_of
from shopmind.shop.folder import Folder
from shopmind.shop.hits import shown
from shopmind.shop.interleaving import interleaved
from shopmind.shop.item_memory import ItemMemory
from shopmind.shop.limits import LONGEST_QUERY, checked
from shopmind.shop.remarks import remarks
from shopmind.shop.scenario_book import ScenarioBook
from shopmind.shop.tooling import with_live
from shopmind.stores.columns import Only
from shopmind.stores.index_ports import TextIndex
from shopmind.stores.ports import Numbers

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5


class Answering:
    """Answers queries of all scenarios; safe for many threads.

    Args:
        tools: the stores the parts are made from.
        language: of reasons, where a query names none.
        follow: whether new artifacts and new events are followed; an evaluation holds both still.
        newest: gives the folder with the encoder that is to answer now; it may have been switched.
        places: follows the files of the scenarios; None holds them still.
        only: numbers of the only items that are shown, for an evaluation; None shows all.
    """

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        tools: Tools,
        histories: Histories,
        clock: Clock,
        *,
        language: str,
        follow: bool = True,
        newest: Callable[[], Folder] | None = None,
        places: ScenarioBook | None = None,
        only: Numbers | None = None,
    ) -> None:
        self.scenarios = scenarios
        self._tools = tools
        self._histories = histories
        self._clock = clock
        self._language = language
        self._follow = follow
        self._newest = newest
        self._places = places
        self._only = only
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._heeded = tools.catalogue.last_change()
        self._items = ItemMemory(tools.catalogue)
        self._engines = self._make()

    @property
    def tools(self) -> Tools:
        """What the current engines are made from."""
        return self._tools

    @property
    def live(self) -> LiveTail:
        """The tail that the current engines read."""
        return self._tools.live

    def missing(self) -> dict[str, dict[str, str]]:
        """Scenario → part → what it still needs."""
        return {name: engine.missing() for name, engine in self._current().by_scenario.items()}

    def warm(self, ways: Iterable[Way] = ()) -> None:
        """Answers one made-up query of each scenario and each way, so that no customer waits for what is loaded at
        first use."""
        visible = np.flatnonzero(self._tools.catalogue.columns().shown)
        self._items.fill(visible)
        first = [item.item_id for item in self._tools.catalogue.get(visible[:1]) if item is not None]
        for way in (*(Way("", scenario) for scenario in self.scenarios.values()), *ways):
            name = way.scenario.name
            with contextlib.suppress(InputError):
                made_up = Query(name, text="a", anchors=tuple(first), history=History.empty(), explain=True)
                self._answered(made_up, way, None)

    def answer(self, query: Query, ruleset: Ruleset | None = None, choice: Choice | None = None) -> Slate:
        """The slate of one query, under the stored rules or the given ones, by what an experiment chose for it.

        Raises:
            InputError: an unknown scenario, a missing need, a filter that cannot be read, or a size out of range.
        """
        self._current()  # a scenario file that was changed is taken up first
        plain = self.scenarios.get(query.scenario)
        if plain is None:
            raise not_allowed("scenario", query.scenario, self.scenarios, field="scenario")
        if choice is None:
            return self._answered(query, Way("", plain), ruleset)
        if choice.draft is not None:
            n = checked(query, plain)
            slate = interleaved(lambda asked, way: self._answered(asked, way, ruleset), query, choice, n)
        else:
            slate = self._answered(query, choice.way, ruleset)
        return replace(slate, variant=choice.variant, degraded=(*slate.degraded, *choice.degraded))

    def looked_into(
        self, query: Query, way: Way, muted: frozenset[tuple[str, str]] = frozenset()
    ) -> tuple[Slate, Told]:
        """The slate of one query and how it came about; nothing is kept of it.

        Args:
            muted: (stage, part) of parts that say nothing (see Context.muted).

        Raises:
            InputError: as `answer`.
        """
        slate, context, ranking = self._ranked(query, way, None, muted=muted, watched=True)
        final, n = ranking.candidates, query.offset + checked(query, way.scenario)
        return slate, traced(context, ranking.trace, final, n, self._items.get)

    def _answered(self, query: Query, way: Way, ruleset: Ruleset | None) -> Slate:
        return self._ranked(query, way, ruleset)[0]

    def _ranked(
        self,
        query: Query,
        way: Way,
        ruleset: Ruleset | None,
        *,
        muted: frozenset[tuple[str, str]] = frozenset(),
        watched: bool = False,
    ) -> tuple[Slate, Context, Ranking]:
        start = time.perf_counter()
        scenario = way.scenario
        n = checked(query, scenario)
        engines = self._current()
        context = self._context(query, scenario, engines)
        context.ruleset, context.muted, context.watched = ruleset, muted, watched
        request_id = secrets.token_hex(12)
        if query.draw:
            context.draw, context.heard = draws.read(query.draw)
        else:
            context.draw = request_id if self._follow else draws.of_question(query)
        ranking = engines.of(way, self._tools).rank(context, query.offset + n)
        hits = shown(context, scenario, ranking.candidates, self._items, query.language or self._language, n)
        context.degraded += remarks(context, self._tools.text_index, len(ranking.candidates), len(hits))
        slate = Slate(
            request_id=request_id,
            scenario=query.scenario,
            hits=hits,
            total=_total(context, ranking.candidates),
            matching=_matching(context, self._tools.text_index, ranking.candidates),
            took_ms=(time.perf_counter() - start) * 1000,
            model_version=engines.version_of(way, self._tools.encoder),
            degraded=tuple(dict.fromkeys(context.degraded)),
            stages_ms=ranking.trace.stages_ms(),
            understood=context.understood,
            facets=tuple(context.facets),
            bundles=tuple(context.bundles),
            applied_rules=tuple(context.applied_rules),
            draw=None if context.heard is None else draws.write(context.draw, context.heard),
            tried=draws.tried(context.exploration, hits, ranking.candidates.items[query.offset : query.offset + n]),
        )
        return slate, context, ranking

    def found(self, text: str, k: int) -> Numbers:
        """(m,) items that the scenario "search" finds for a text without rules, best first; nothing is kept of it."""
        query = Query("search", text=text[:LONGEST_QUERY], n=k, history=History.empty(), explore=False)
        return self._tools.catalogue.numbers([hit.item.item_id for hit in self.answer(query, Ruleset()).hits])

    def evidence(self, text: str, items: Numbers, *, prior: bool = True) -> Candidates:
        """What the scenario "search" knows of its candidates for a text and of `items` (see Engine.table)."""
        scenario, engines = self.scenarios["search"], self._current()
        query = Query("search", text=text[:LONGEST_QUERY], history=History.empty())
        return engines.by_scenario["search"].table(self._context(query, scenario, engines), items, prior=prior)

    def replayed(self, query: Query, items: Numbers) -> Candidates:
        """The candidates of a question and `items`, as the ranking that needs no impressions orders them."""
        engines = self._current()
        context = self._context(query, self.scenarios[query.scenario], engines)
        return engines.by_scenario[query.scenario].table(context, items[items > 0], prior=True)

    def meaning(self, text: str) -> NDArray[np.float32]:
        """(d,) the vector that the scenario "search" looks for; raises NotReadyError without an encoder."""
        engines = self._current()
        query = Query("search", text=text[:LONGEST_QUERY], history=History.empty())
        return engines.by_scenario["search"].meaning(self._context(query, self.scenarios["search"], engines))

    def _context(self, query: Query, scenario: Scenario, engines: Engines) -> Context:
        columns = self._tools.catalogue.columns()
        self._heed_changes(columns.change)
        anchors = self._tools.catalogue.numbers(query.anchors) if query.anchors else np.empty(0, np.int64)
        context = Context(
            query=query,
            kinds=scenario.kinds,
            now_ms=self._clock() if query.now_ms is None else query.now_ms,
            columns=columns if self._only is None else Only(columns, self._only),
            load_history=lambda: self._history(query),
            ask_ever=None if query.history is not None else lambda kind: self._histories.ever(*_who(query), kind),
            anchors=anchors[anchors > 0],
            encode=engines.encode,
            begin=engines.begin,
        )
        context.aside = lambda name, n: self._aside(context, name, n, engines)
        return context

    def _aside(self, asking: Context, name: str, n: int, engines: Engines) -> tuple[Context, Candidates]:
        """The first n candidates of another scenario for the request of `asking`, and their context."""
        if name not in self.scenarios:
            raise not_allowed("scenario", name, self.scenarios, field="scenario")
        query = replace(asking.query, filter="", sort="", facets=(), min_score=None, offset=0, n=n)
        context = self._context(query, self.scenarios[name], engines)
        context.load_history, context.ask_ever = lambda: asking.history, asking.ever
        context.text = asking.corrected or asking.query.text  # whole: what was read out of it is not asked of others
        context.draw, context.ruleset = asking.draw, asking.ruleset
        candidates = engines.of(Way("", self.scenarios[name]), self._tools).rank(context, n).candidates
        return context, candidates.take(np.arange(min(n, len(candidates))))

    def _history(self, query: Query) -> History:
        if query.history is not None:
            return query.history
        return self._histories.of(*_who(query))

    def _heed_changes(self, change: int) -> None:
        """Lets go of what is held of items and users that were changed or erased, here or in another process."""
        if change == self._heeded:
            return
        changes = self._tools.catalogue.changes(self._heeded)
        self._heeded = changes[-1].change if changes else change
        self._items.drop(each.number for each in changes if each.what in ("item", "item_removed"))
        if any(each.what == "user_erased" for each in changes):
            self._histories.forget_all()
            self._tools.live.drop()

    def _current(self) -> Engines:
        """Engines of the current artifacts; looks for new ones now and then."""
        if self._follow and time.monotonic() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._next_look = time.monotonic() + LOOK_EVERY_S
                changed = None if self._places is None else self._places.changed()
                if changed is not None or self._switched() or self._tools.artifacts.current() != self._engines.current:
                    self._engines = self._make(changed)
                if changed is not None and self._places is not None:
                    self._places.take(changed)  # last: whoever sees a scenario finds its engine
            finally:
                self._lock.release()
        return self._engines

    def _switched(self) -> bool:
        """Takes up another encoder together with the index of its vectors; whether there was one."""
        folder = self._newest() if self._newest is not None else None
        if folder is None or folder.encoder is self._tools.encoder:
            return False
        self._tools = replace(
            self._tools,
            encoder=folder.encoder,
            encoder_missing=folder.encoder_missing,
            vector_index=folder.vector_index,
        )
        return True

    def refresh(self) -> None:
        """Looks for new artifacts and scenario files at the next answer."""
        self._next_look = 0.0

    def take_up(self) -> None:
        """Takes up what changed, now and then: a process that is asked nothing learns of new scenarios, too."""
        self._current()

    def _make(self, changed: Mapping[str, Scenario] | None = None) -> Engines:
        current = dict(self._tools.artifacts.current())
        if self._follow:
            self._tools = with_live(self._tools, current)
        scenarios = self.scenarios if changed is None else changed
        engines = {name: Engine(scenario, self._tools) for name, scenario in scenarios.items()}
        encoder = self._tools.encoder
        return Engines(
            engines,
            current,
            model_version_of(current, encoder),
            None if encoder is None else QueryVectors(encoder),
            self._tools.encoder_missing,
        )


def _who(query: Query) -> tuple[str | None, str | None]:
    return query.user_id, query.session_id


def _total(context: Context, candidates: Candidates) -> int:
    """How many hits there are to page through; a sort brings what matches bit by bit, so its matches are counted."""
    if not context.query.sort or context.matching is None or context.variants:
        return len(candidates)
    return max(len(candidates), int(np.count_nonzero(context.allowed[context.matching.numbers])))


def _matching(context: Context, index: TextIndex, candidates: Candidates) -> Matches | None:
    """How much matches as facets count it, and how many hits are only near; a hit stands for its variants, too."""
    counted = context.counted
    if counted is None:
        return None
    matches = np.zeros(context.columns.size, np.bool_)
    matches[counted.numbers] = True
    beside = candidates.items[~matches[candidates.items]]
    if not counted.exact:
        beside = beside[~has_words(context, index, beside)]
    near = len(beside) - sum(
        matches[others].any() for others in map(context.variants.get, beside) if others is not None
    )
    return Matches(counted.size, int(near), counted.exact)
