"""Which scenario answers a query: the plain one, or the variants its unit is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shopmind.domain import Query
from shopmind.kit.clock import DAY_MS, Clock
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.experiment import HOLDOUT, Variant
from shopmind.scenarios.experiments import answered
from shopmind.shop.experiment_book import ExperimentBook, Known, State

MOST_MADE = 256


@dataclass(frozen=True, slots=True)
class Way:
    """A scenario to answer with.

    Attributes:
        key: names its engine; "" is that of the plain scenario.
        artifacts: name → version, where another than the promoted one answers.
    """

    key: str
    scenario: Scenario
    artifacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """Two ways to be drafted into one slate.

    Attributes:
        teams: name of the variant → its way, in the order of the file.
        coins: what the tosses are made from: the same for every page of a question, other ones the next day.
    """

    experiment: str
    teams: Mapping[str, Way]
    coins: str


@dataclass(frozen=True, slots=True)
class Choice:
    """How one query is answered.

    Attributes:
        variant: "EXPERIMENT/VARIANT", of several layers joined with "+"; None where nothing was dealt.
        degraded: fallbacks that were taken.
    """

    way: Way
    variant: str | None
    degraded: tuple[str, ...] = ()
    draft: Draft | None = None


class Chooser:
    """Deals queries out; safe for many threads. Ways are made once and kept while nothing changes."""

    def __init__(self, book: ExperimentBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._made: tuple[object, dict[str, Way]] = (None, {})

    def choose(self, query: Query) -> Choice | None:
        """None where no experiment touches the query: the plain scenario answers, and there is nothing to say.

        Queries that bring their own history are not logged, so they take no part.
        """
        known = self._book.known()
        if not known.states:
            return None
        plain = self._book.scenarios.get(query.scenario)
        if plain is None or query.history is not None:
            return None
        labels: list[str] = []
        taken: list[tuple[str, Variant]] = []
        degraded: list[str] = []
        drafted: State | None = None
        for state, arm in _dealt(known, query):
            fallen = _fallback(state, arm)
            if fallen:
                degraded.append(fallen)
            elif arm == "":
                drafted = drafted or state
            else:
                labels.append(f"{state.name}/{arm}")
                variant = state.experiment.variant(arm) if state.experiment is not None else None
                if variant is not None:
                    taken.append((state.name, variant))
        if known.fault and (labels or degraded or drafted):
            degraded.append(f"experiments: {known.fault}; what was read before holds")
        draft = None if drafted is None else self._draft(known, plain, taken, drafted, query)
        if draft is not None:
            labels.append(f"{draft.experiment}/interleaved")
        if not labels and not degraded:
            return None
        return Choice(self._way(known, plain, taken), "+".join(sorted(labels)) or None, tuple(degraded), draft)

    def ways(self) -> Iterator[Way]:
        """Every way a running or waiting experiment may answer by itself: training and warming up think of them."""
        known = self._book.known()
        for state in known.states.values():
            experiment = state.experiment
            if experiment is not None and state.status not in ("stopped", "ended"):
                for place in experiment.scenarios:
                    plain = self._book.scenarios[place]
                    yield from (self._way(known, plain, [(state.name, each)]) for each in experiment.variants)

    def _draft(
        self, known: Known, plain: Scenario, taken: Sequence[tuple[str, Variant]], state: State, query: Query
    ) -> Draft | None:
        experiment = state.experiment
        if experiment is None or state.layout is None:
            return None
        teams = {each.name: self._way(known, plain, [*taken, (state.name, each)]) for each in experiment.variants}
        now_ms = self._clock() if query.now_ms is None else query.now_ms
        who = query.user_id if state.layout.unit == "user" else query.session_id
        asked = (state.layout.salt, who or "", query.scenario, query.text, query.filter, query.sort, *query.anchors)
        return Draft(state.name, teams, "\x1f".join((*asked, str(now_ms // DAY_MS))))

    def _way(self, known: Known, plain: Scenario, taken: Sequence[tuple[str, Variant]]) -> Way:
        changed = [(name, variant) for name, variant in taken if not variant.plain]
        if not changed:
            return Way("", plain)
        key = plain.name + "".join(f"|{name}/{variant.name}" for name, variant in changed)
        if self._made[0] is not known.experiments or len(self._made[1]) > MOST_MADE:
            self._made = (known.experiments, {})
        made = self._made[1]
        if key not in made:
            scenario = answered(self._book.scenarios, plain.name, [(variant, None) for _, variant in changed])
            artifacts = {name: version for _, variant in changed for name, version in variant.artifacts.items()}
            made[key] = Way(key, scenario, artifacts)
        return made[key]


def _dealt(known: Known, query: Query) -> Iterator[tuple[State, str]]:
    """Running experiments that the query's unit is in, by layer and name, with the arm."""
    for state in sorted(known.states.values(), key=lambda each: (each.layout.layer if each.layout else "", each.name)):
        layout = state.layout
        if state.status != "running" or layout is None or query.scenario not in layout.scenarios:
            continue
        unit = query.user_id if layout.unit == "user" else query.session_id
        arm = None if unit is None else layout.arm(unit)
        if arm is not None:
            yield state, arm


def _fallback(state: State, arm: str) -> str:
    """Why the plain scenario answers in place of what was dealt; "" where it does not."""
    experiment = state.experiment
    if experiment is None:
        return f"experiment {state.name}: its file is gone, the plain scenario answers"
    if arm == "" and state.layout is not None:
        gone = [name for name, _ in state.layout.variants if experiment.variant(name) is None]
        if gone:
            return f"experiment {state.name}: variant {gone[0]} was removed, the plain scenario answers"
    if arm not in ("", HOLDOUT) and experiment.variant(arm) is None:
        return f"experiment {state.name}: variant {arm} was removed, the plain scenario answers"
    return ""
