"""The engine: one scenario's parts in their order.

understand ► filter ► retrieve ► merge ► features ► rank ► rerank

A merchandiser's rules that the request meets (understanding/rules.py) hide with the filters, boost and bury after the
ranker, and pin and cap when all rerankers are done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, Constraint
from shopmind.kit.errors import NotReadyError, ShopmindError
from shopmind.kit.log import note
from shopmind.kit.menu import Menu
from shopmind.pipeline.context import Context
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.filters import MENU as FILTERS
from shopmind.pipeline.filters.attribute import Attribute, Masks
from shopmind.pipeline.parts import Feature, Filter, Ranker, Reranker, Retriever, Tools, Understanding
from shopmind.pipeline.rankers import MENU as RANKERS
from shopmind.pipeline.rerankers import MENU as RERANKERS
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.rules.apply import Effects
from shopmind.pipeline.rules.capping import Moved
from shopmind.pipeline.scenario import PartSpec, Scenario
from shopmind.pipeline.trace import Counted, Trace
from shopmind.pipeline.understanding import MENU as UNDERSTANDING
from shopmind.stores.ports import Numbers

logger = logging.getLogger(__name__)

ENOUGH = 5
"""Hits below which a constraint read out of the text is given up."""

MUTED = "switched off"
"""What the trace notes of a part that was muted."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the engine hands back: all ranked candidates, the slate first, and the trace."""

    candidates: Candidates
    trace: Trace


class Engine:
    """Answers requests of one scenario. Immutable: a new one is made when artifacts change."""

    def __init__(self, scenario: Scenario, tools: Tools) -> None:
        def make(menu: Menu, spec: PartSpec) -> Any:
            return menu.load(spec.part)(spec.options, tools)

        self.scenario = scenario
        self._catalogue = tools.catalogue
        self._understanding: list[tuple[str, Understanding]] = [
            (spec.part, make(UNDERSTANDING, spec)) for spec in scenario.understanding
        ]
        self._filters: list[tuple[str, Filter]] = [(spec.part, make(FILTERS, spec)) for spec in scenario.filters]
        self._filters.append(("query", Attribute(Attribute.Options(), tools)))
        self._mask = Masks()
        self._effects = Effects(tools.catalogue)
        self._retrievers: list[tuple[str, int, Retriever]] = [
            (name, spec.k, make(RETRIEVERS, spec)) for name, spec in scenario.retrievers.items()
        ]
        self._features: list[tuple[str, Feature]] = [(spec.part, make(FEATURES, spec)) for spec in scenario.features]
        self._ranker: Ranker = make(RANKERS, scenario.ranker)
        self._rerankers: list[tuple[str, Reranker]] = [
            (spec.part, make(RERANKERS, spec)) for spec in scenario.rerankers
        ]

    def missing(self) -> dict[str, str]:
        """Part → what it still needs; empty when the scenario is fully ready."""
        found = {}
        parts = [
            *self._understanding,
            *self._filters,
            *((name, part) for name, _, part in self._retrievers),
            *self._features,
            (self.scenario.ranker.part, self._ranker),
            *self._rerankers,
        ]
        for name, part in parts:
            try:
                part.ready()
                part.awaits()
            except NotReadyError as error:
                found[name] = error.message
        columns = self._catalogue.columns()
        if not (columns.shown & columns.kinds(self.scenario.kinds)).any():
            found["items"] = f"the shop shows no item of kind {' or '.join(self.scenario.kinds)}"
        return found

    def rank(self, context: Context, n: int) -> Ranking:
        """Ranks candidates for one request; the first n rows are the slate.

        Raises:
            InputError: the query's filter cannot be read.
        """
        trace = Trace(watching=context.watched)
        self._understand(context, trace)
        candidates = self._describe(context, self._find(context, trace, n), trace)
        with trace.step("rank", self.scenario.ranker.part, len(candidates)) as step:
            candidates = _ordered(self._ranker.rank(context, candidates), context)
            step.kept = len(candidates)
        trace.put("rank", self.scenario.ranker.part, candidates.items)
        trace.ranked = candidates if trace.watching else None
        if context.query.min_score is not None:
            candidates = candidates.take(np.asarray(candidates.scores >= context.query.min_score))
        if context.ruling is not None:
            pushed = _ordered(self._effects.push(context, candidates), context)
            self._effects.name_pushes(context, candidates, pushed, n)
            candidates = pushed
            trace.put("rank", "rules", candidates.items)
        room = self._effects.room(context)
        deep = max(n, *(reranker.depth for _, reranker in self._rerankers), 0)
        moved: Moved = {}
        for name, reranker in self._rerankers:
            if ("rerank", name) in context.muted:
                continue
            if reranker.last:  # what it logs must stay where it stands
                candidates = self._effects.cap(context, candidates, moved)
            with trace.step("rerank", name, len(candidates)) as step:
                candidates = reranker.rerank(context, candidates, room + (n if reranker.last else deep))
                step.kept = len(candidates)
                if reranker.last and context.exploration is not None:
                    step.note = str(context.exploration)
            trace.put("rerank", name, candidates.items)
        if context.ruling is not None:
            with trace.step("rerank", "rules", len(candidates)) as step:
                candidates = self._effects.cap(context, self._effects.pin(context, candidates), moved)
                self._effects.name_caps(context, moved)
                step.kept = len(candidates)
            trace.put("rerank", "rules", candidates.items)
        return Ranking(candidates, trace)

    def table(self, context: Context, also: Numbers, *, prior: bool) -> Candidates:
        """All candidates and the items `also`, best first, before rules and rerankers: for training and evaluation.

        Column "found" is 1 for what the retrievers brought, else 0; the others stand in the order as if they had been
        brought, but what may not be shown stands last.

        Args:
            prior: score by what the ranker falls back to, where it has such a thing.
        """
        context.learning = True
        trace = Trace()
        self._understand(context, trace)
        found = self._find(context, trace, self.scenario.n)
        more = np.setdiff1d(also[(also > 0) & (also < context.columns.size)], found.items)
        items = np.concatenate([found.items, more])
        nothing = np.full(len(more), np.nan, np.float32)
        candidates = Candidates(
            items, {name: np.concatenate([column, nothing]) for name, column in found.columns.items()}
        )
        candidates = self._describe(context, candidates, trace)
        ranker: Ranker = getattr(self._ranker, "prior", self._ranker) if prior else self._ranker
        ranked = ranker.rank(context, candidates)
        marked = np.concatenate([np.ones(len(found)), np.zeros(len(more))]).astype(np.float32)
        table = _ordered(ranked.with_columns({"found": marked}), context)
        return table.take(np.argsort(~context.allowed[table.items], kind="stable"))

    def meaning(self, context: Context) -> NDArray[np.float32]:
        """(d,) the vector of the text as it is understood; raises NotReadyError without an encoder."""
        self._understand(context, Trace())
        return context.vector()

    def _understand(self, context: Context, trace: Trace) -> None:
        for name, part in self._understanding:
            with trace.step("understand", name) as step, _named_fallback(context, step, name):
                part.understand(context)
        for name, _, retriever in self._retrievers:
            if ("retrieve", name) not in context.muted:
                with _named_fallback(context, Counted(), name):
                    retriever.begin(context)

    def _describe(self, context: Context, candidates: Candidates, trace: Trace) -> Candidates:
        for name, feature in self._features:
            with trace.step("features", name, len(candidates)) as step, _named_fallback(context, step, name):
                made = feature.compute(context, candidates)
                if ("features", name) in context.muted:
                    made = {column: np.full(len(candidates), np.nan, np.float32) for column in made}
                    step.note = MUTED
                candidates = candidates.with_columns(made)
                step.kept = len(candidates)
        return candidates

    def _find(self, context: Context, trace: Trace, n: int) -> Candidates:
        """Candidates under the strict reading; the least sure constraint is given up while too little is found."""
        self._filter(context, trace)
        shown, strict = context.allowed, list(context.constraints)
        candidates = self._meeting(context, shown, strict, trace, n)
        doubtful = sorted(context.constraints, key=lambda each: each.confidence)
        given_up: list[Constraint] = []
        while doubtful and _words_found(context, candidates) < min(n, ENOUGH):
            given_up.append(doubtful.pop(0))
            strict.remove(given_up[-1])
            candidates = self._meeting(context, shown, strict, trace, n)
        for constraint in given_up[::-1]:  # what did not stand in the way comes back, the surest first
            again = self._meeting(context, shown, [*strict, constraint], trace, n)
            if _words_found(context, again) == _words_found(context, candidates):
                strict.append(constraint)
                given_up.remove(constraint)
                candidates = again
        if given_up:
            context.allowed = self._constrain(context, shown, strict, trace)
            context.relaxed += [constraint.expression for constraint in given_up]
            context.meets = self._constrain(context, shown, context.constraints, trace)
        return candidates

    def _meeting(
        self, context: Context, shown: NDArray[np.bool_], constraints: Sequence[Constraint], trace: Trace, n: int
    ) -> Candidates:
        context.allowed = self._constrain(context, shown, constraints, trace)
        return self._merge(self._retrieve(context, trace, n), trace)

    def _constrain(
        self, context: Context, shown: NDArray[np.bool_], constraints: Sequence[Constraint], trace: Trace
    ) -> NDArray[np.bool_]:
        allowed = shown
        for constraint in constraints:
            with trace.step("filter", constraint.kind, int(np.count_nonzero(allowed))) as step:
                allowed = allowed & self._mask.of(constraint.expression, context.columns, strict=False)
                step.kept = int(np.count_nonzero(allowed))
        return allowed

    def _filter(self, context: Context, trace: Trace) -> None:
        allowed = context.columns.shown & context.columns.kinds(context.kinds)
        left = int(np.count_nonzero(allowed))
        for name, part in self._filters:
            with trace.step("filter", name, left) as step:
                before, allowed = allowed, allowed & part.keep(context)
                step.kept = left = int(np.count_nonzero(allowed))
            if trace.watching:
                trace.removed[name] = np.flatnonzero(before & ~allowed)
        context.offered = self._effects.hide(context, before)
        context.allowed = self._effects.hide(context, allowed)
        if trace.watching and context.ruling is not None:
            trace.removed["rules"] = np.flatnonzero(allowed & ~context.allowed)

    def _retrieve(self, context: Context, trace: Trace, n: int) -> dict[str, tuple[NDArray[np.int64], Any]]:
        brought = {}
        saw = int(np.count_nonzero(context.allowed))
        for name, k, part in self._retrievers:
            with trace.step("retrieve", name, saw) as step, _named_fallback(context, step, name):
                if ("retrieve", name) in context.muted:
                    brought[name] = np.empty(0, np.int64), np.empty(0, np.float32)
                    step.note = MUTED
                else:
                    part.ready()
                    brought[name] = part.retrieve(context, max(k, n))
                step.kept = len(brought[name][0])
                trace.put("retrieve", name, brought[name][0])
        return brought

    def _merge(self, brought: Mapping[str, tuple[NDArray[np.int64], Any]], trace: Trace) -> Candidates:
        with trace.step("merge", "", sum(len(numbers) for numbers, _ in brought.values())) as step:
            if not brought:
                return Candidates.empty()
            items = np.unique(np.concatenate([numbers for numbers, _ in brought.values()]))
            columns = {}
            for name, (numbers, scores) in brought.items():
                column = np.full(len(items), np.nan, np.float32)
                column[np.searchsorted(items, numbers)] = scores
                columns[name] = column
            step.kept = len(items)
            return Candidates(items, columns)


@contextmanager
def _named_fallback(context: Context, step: Counted, name: str) -> Iterator[None]:
    """Lets the answer go on without a part that fails; it is named in `degraded`. What the caller asked wrongly is not
    the part's fault, and a filter that fails takes the answer with it: it may hide what nobody must see."""
    try:
        yield
    except NotReadyError as error:
        step.note = error.message
        context.degraded.append(f"{name}: {error.message}")
    except Exception as error:  # one broken part must not take the whole answer with it
        if isinstance(error, ShopmindError) and error.code == "bad_input":
            raise
        step.note = type(error).__name__
        context.degraded.append(f"{name}: failed ({type(error).__name__})")
        logger.exception("part failed", extra={"fields": {"part": name}})


def _words_found(context: Context, brought: Candidates) -> int:
    """How many candidates have a word of the query; all, where no retriever looks for words."""
    words = None if ("retrieve", "lexical") in context.muted else brought.columns.get("lexical")
    return len(brought) if words is None else int(np.count_nonzero(~np.isnan(words)))


def _ordered(candidates: Candidates, context: Context) -> Candidates:
    """What meets all constraints first, then best first; equal scores by hash of the id, NaN scores last."""
    scores = np.where(np.isnan(candidates.scores), -np.inf, candidates.scores)
    keys = [context.columns.tie[candidates.items], -scores]
    if context.meets is not None:
        keys.append(~context.meets[candidates.items])
    return candidates.take(np.lexsort(keys))


def explain_missing(engine: Engine) -> None:
    """Logs once, at start, which parts of a scenario are not ready."""
    for part, what in engine.missing().items():
        note(logger, logging.INFO, "part not ready", scenario=engine.scenario.name, part=part, needs=what)
