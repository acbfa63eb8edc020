"""Answers that nobody is shown: of another configuration, looked into, or without some of their signals.

Nothing of them is logged, booked or dealt out to an experiment.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from shopmind.domain import Query, Slate
from shopmind.explain.moves import Move, moves
from shopmind.explain.traced import Told
from shopmind.kit.errors import InputError, not_allowed
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.load import drafted
from shopmind.settings import Settings
from shopmind.shop.answering import Answering
from shopmind.shop.choosing import Choice, Way

HELD = 8
LONGEST_TOML = 10_000
MOST_PARTS = 60
PATIENCE_S = 3.0

Signal = tuple[str, str]
"""(stage, part) of a part that can be switched off: a retriever by its column, a feature or a reranker by its name."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What answers: a scenario of the shop, or a text that is read in place of its file and kept nowhere."""

    scenario: str
    toml: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes on the page when a signal is switched off."""

    stage: str
    part: str
    slate: Slate
    moved: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class LookedInto:
    """An answer with its trace, and what changes without some signals.

    Attributes:
        signals: what can be switched off.
        without: the answer without all the signals that were named; None when none was.
        each: the effect of each signal by itself, where that was asked; those that there was no time for are left out.
    """

    slate: Slate
    told: Told
    signals: tuple[Signal, ...]
    without: Effect | None = None
    each: tuple[Effect, ...] = ()


class Workbench:
    """Tries things out on a shop; safe for many threads. The last few texts stay ready to answer."""

    def __init__(
        self, scenarios: Mapping[str, Scenario], settings: Settings, answering: Callable[[], Answering]
    ) -> None:
        self._scenarios = scenarios
        self._settings = settings
        self._answering = answering
        self._lock = threading.Lock()
        self._held: OrderedDict[Configuration, Way] = OrderedDict()
        self._based_on: tuple[Scenario, ...] = ()

    def way(self, given: Configuration) -> Way:
        """How a configuration answers.

        Raises:
            InputError: an unknown scenario, or a text that is not one, with the line and what is allowed.
        """
        plain = self._scenarios.get(given.scenario)
        if plain is None:
            raise not_allowed("scenario", given.scenario, self._scenarios, field="scenario")
        if not given.toml.strip():
            return Way("", plain)
        with self._lock:
            self._follow()
            if given not in self._held:
                scenario = self._read(given)
                free = {f"workbench|{place}" for place in range(HELD)} - {each.key for each in self._held.values()}
                key = min(free) if free else self._held.popitem(last=False)[1].key
                self._held[given] = Way(key, scenario)
            self._held.move_to_end(given)
            return self._held[given]

    def answer(self, query: Query, given: Configuration) -> Slate:
        """The slate of one configuration; raises InputError as `way` and as a search does."""
        return self._answering().answer(self._asked(query, given), choice=Choice(self.way(given), None))

    def compare(self, query: Query, one: Configuration, other: Configuration) -> tuple[Slate, Slate, tuple[Move, ...]]:
        """The answers of two configurations to one question, and the items whose places differ."""
        first, second = self.answer(query, one), self.answer(query, other)
        return first, second, moves(_ids(first), _ids(second))

    def look_into(
        self, query: Query, given: Configuration, *, without: Sequence[Signal] = (), each: bool = False
    ) -> LookedInto:
        """An answer and how it came about.

        Args:
            without: signals that are switched off together.
            each: whether every signal is also switched off by itself.

        Raises:
            InputError: as `way` and as a search does; or a signal that the scenario has not.
        """
        way, asked = self.way(given), self._asked(query, given)
        there = signals(way.scenario)
        for stage, part in without:
            if (stage, part) not in there:
                raise not_allowed(
                    f"without: {stage}", part, [name for of, name in there if of == stage], field="without"
                )
        answering = self._answering()
        slate, told = answering.looked_into(asked, way)

        def effect(stage: str, part: str, muted: frozenset[Signal]) -> Effect:
            changed = answering.looked_into(asked, way, muted)[0]
            return Effect(stage, part, changed, moves(_ids(slate), _ids(changed)))

        together = effect("", "", frozenset(without)) if without else None
        effects: list[Effect] = []
        until_s = time.monotonic() + PATIENCE_S
        for stage, part in there if each else ():
            if time.monotonic() < until_s:
                effects.append(effect(stage, part, frozenset({(stage, part)})))
        return LookedInto(slate, told, there, together, tuple(effects))

    def _follow(self) -> None:
        """Lets go of what was read when a scenario has changed: any may be the base of a text."""
        now = tuple(self._scenarios.values())
        if len(now) != len(self._based_on) or any(a is not b for a, b in zip(now, self._based_on, strict=True)):
            self._held.clear()
            self._based_on = now

    def _read(self, given: Configuration) -> Scenario:
        if len(given.toml) > LONGEST_TOML:
            message = f"{len(given.toml):,} characters; at most {LONGEST_TOML:,} are allowed"
            raise InputError(f"scenario_toml: {message}", field="scenario_toml")
        try:
            scenario = drafted(given.scenario, given.toml, self._scenarios)
        except InputError as error:
            raise InputError(error.message, field="scenario_toml") from error
        parts = sum(len(specs) for _, specs in scenario.parts())
        if parts > MOST_PARTS:
            raise InputError(f"scenario_toml: {parts} parts; at most {MOST_PARTS} are allowed", field="scenario_toml")
        return scenario

    def _asked(self, query: Query, given: Configuration) -> Query:
        """What is merely tried out shows nothing to learn about it."""
        personal = query.personal and self._settings.personal
        return replace(query, scenario=given.scenario, personal=personal, explore=False)


def signals(scenario: Scenario) -> tuple[Signal, ...]:
    """What can be switched off, in the order of the pipeline. What must not be shown stays hidden: no filter can."""
    return (
        *(("retrieve", name) for name in scenario.retrievers),
        *(("features", spec.part) for spec in scenario.features),
        *(("rerank", spec.part) for spec in scenario.rerankers),
    )


def _ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]
