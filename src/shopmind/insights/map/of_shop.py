"""The shop as a map: what it wants → the places that serve it → parts and models → the data they come from."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopmind.insights.map.goals import served
from shopmind.insights.map.node import Figure, Health, Node, below, worst
from shopmind.insights.map.words import TITLES, Language, title
from shopmind.insights.traffic.count import BLOCK_EVENTS, SERVING_BLOCK, count
from shopmind.insights.traffic.report import Line, lines
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, ShopmindError
from shopmind.metrics import business
from shopmind.pipeline.scenario import PartSpec, Scenario
from shopmind.privacy.erase import STALE
from shopmind.shop import Shop
from shopmind.shop.fitting import MENUS
from shopmind.stores.ports import Artifact

ROOT = "shop"
OLD_DAYS = 28
"""A model that is older than this, while the log went on, wants a look."""
SILENT_DAYS = 2
"""A log that has heard nothing for so long wants a look."""
MANY = 0.1
"""A place that takes a fallback in more than this share of its answers wants a look."""


@dataclass(frozen=True)
class Seen:
    """What is looked up once for the whole map.

    Attributes:
        lines: scenario → its figures.
        missing: scenario → part → what it still needs.
        stale: artifact → the version that learned from somebody who was erased.
    """

    shop: Shop
    language: Language
    lines: Mapping[str, Line]
    missing: Mapping[str, list[str]]
    stale: Mapping[str, str]
    untrained: Mapping[str, str]
    now_ms: int
    last_event: int
    models: dict[str, tuple[Artifact | None, str]] = field(default_factory=dict)

    def model(self, name: str) -> tuple[Artifact | None, str]:
        """The current version of an artifact, and why there is none."""
        if name not in self.models:
            try:
                self.models[name] = self.shop.artifacts.load(name), ""
            except ShopmindError as error:
                self.models[name] = None, error.message
        return self.models[name]


def shop_map(shop: Shop, *, days: int = 7, language: Language = "en", patience_s: float | None = None) -> Node:
    """The map of a shop with the figures of the last days, today included.

    Args:
        patience_s: how long to count traffic before telling what is counted so far; None counts all.

    Raises:
        InputError: days below 1.
    """
    if days < 1:
        raise InputError(f"map: days = {days}, at least 1 is needed", field="days")
    count(shop, patience_s=patience_s, block=BLOCK_EVENTS if patience_s is None else SERVING_BLOCK)
    tonight = shop.folder.clock() // DAY_MS + 1
    found = lines(shop, tonight - days, tonight, ("scenario",))
    seen = Seen(
        shop,
        language,
        {line.scenario or "": line for line in found},
        shop.readiness(),
        {name: str(body.get("version", "")) for name, body in shop.records.scan(STALE)},
        shop.untrained(),
        shop.folder.clock(),
        shop.events.last_number(),
    )
    goals = tuple(_goal(seen, goal, names) for goal, names in served(shop.scenarios).items())
    figures = _traffic(found, shop.settings.currency)
    held = worst(goals) if any(line.answers for line in found) else "idle"
    name = shop.settings.name
    return Node(ROOT, "shop", name, name, "", figures, held, (), (*goals, _stores(seen)))


def _goal(seen: Seen, goal: str, names: list[str]) -> Node:
    node_id = below(ROOT, "goal", goal)
    places = tuple(_scenario(seen, node_id, seen.shop.scenarios[name]) for name in names)
    figures = _traffic([seen.lines[name] for name in names if name in seen.lines], seen.shop.settings.currency)
    return Node(
        node_id,
        "goal",
        goal,
        title(f"goal:{goal}", seen.language),
        "",
        {**figures, "scenarios": len(names)},
        worst(places),
        (),
        places,
    )


def _scenario(seen: Seen, above: str, scenario: Scenario) -> Node:
    node_id = below(above, "scenario", scenario.name)
    line = seen.lines.get(scenario.name)
    figures = _traffic([line] if line else [], seen.shop.settings.currency)
    if line and line.answers:
        figures |= {
            "empty": business.rate(line.empty or 0, line.answers),
            "degraded": business.rate(line.degraded or 0, line.answers),
            "latency_p50_ms": (line.latency_ms or {}).get("p50"),
            "latency_p99_ms": (line.latency_ms or {}).get("p99"),
        }
    says = tuple(seen.missing.get(scenario.name, ()))
    parts = tuple(
        _part(seen, node_id, stage, name, spec)
        for stage, specs in scenario.parts()
        for name, spec in _named(stage, specs, scenario)
    )
    brings = [each for each in parts if each.figures["stage"] == "retriever"]
    health: Health = "good" if figures["answers"] else "idle"
    fallen = figures.get("degraded")
    if says or (isinstance(fallen, float) and fallen > MANY):
        health = "poor"
    if brings and all(each.health == "bad" for each in brings):
        health = "bad"
    own = f"scenario:{scenario.name}"
    told = title(own, seen.language) if seen.language == "zh" and own in TITLES else scenario.title
    return Node(node_id, "scenario", scenario.name, told, "", figures, health, says, parts)


def _named(stage: str, specs: Iterable[PartSpec], scenario: Scenario) -> list[tuple[str, PartSpec]]:
    """The parts of a stage with names that differ: the column of a retriever, or else the name on the menu."""
    if stage == "retriever":
        return list(scenario.retrievers.items())
    named: dict[str, PartSpec] = {}
    for spec in specs:
        name, nth = spec.part, 1
        while name in named:
            nth += 1
            name = f"{spec.part} {nth}"
        named[name] = spec
    return list(named.items())


def _part(seen: Seen, above: str, stage: str, name: str, spec: PartSpec) -> Node:
    node_id = below(above, stage, name)
    kind = MENUS[stage].load(spec.part)
    about = (inspect.getdoc(kind) or "").partition("\n")[0]
    needs = tuple(dict.fromkeys(getattr(spec.options, "artifact", "") or each for each in kind.artifacts))
    models = tuple(_model(seen, node_id, each) for each in needs)
    figures: dict[str, Figure] = {"stage": stage, **({"k": spec.k} if spec.k else {})}
    broken = any(each.health == "bad" for each in models)
    return Node(
        node_id,
        "part",
        name,
        name,
        about,
        figures,
        "bad" if broken else "good",
        (),
        (*models, *_read(seen, node_id, spec)),
    )


def _model(seen: Seen, above: str, name: str) -> Node:
    node_id = below(above, "model", name)
    artifact, fault = seen.model(name)
    if artifact is None:
        why = fault or seen.untrained.get(name, "not trained yet; run: shopmind train FOLDER")
        return Node(node_id, "model", name, name, "", {}, "bad", (why,))
    card = artifact.card
    made_ms = int(card.get("saved_at_ms") or card.get("made_for_ms") or 0)
    newer = max(0, seen.last_event - int(card.get("event_number") or 0))
    figures: dict[str, Figure] = {
        "version": artifact.version,
        "age_days": round((seen.now_ms - made_ms) / DAY_MS, 2) if made_ms else None,
        "learned_from": _whole(card.get("events")),
        "items": _whole(card.get("items")),
        "newer": newer,
    }
    says = []
    if seen.stale.get(name) == artifact.version:
        says.append("it learned from somebody who was forgotten since; train it again")
    if made_ms and seen.now_ms - made_ms > OLD_DAYS * DAY_MS and newer:
        says.append(f"older than {OLD_DAYS} days, and the log went on; train it again")
    return Node(
        node_id, "model", name, name, "", figures, "poor" if says else "good", tuple(says), _from(seen, node_id, card)
    )


def _from(seen: Seen, above: str, card: Mapping[str, Any]) -> tuple[Node, ...]:
    """The data a model was made of, as its card says."""
    made = []
    for name, rows in (("events", card.get("events")), ("catalogue", card.get("items")), ("users", card.get("users"))):
        if rows:
            span = {"first": card.get("first_event_ms"), "last": card.get("last_event_ms")} if name == "events" else {}
            figures = {"rows": _whole(rows), **{each: _whole(at) for each, at in span.items()}}
            made.append(
                Node(below(above, "data", name), "data", name, title(f"data:{name}", seen.language), "", figures)
            )
    return tuple(made)


def _read(seen: Seen, above: str, spec: PartSpec) -> tuple[Node, ...]:
    """The index that a part asks, for those that search."""
    index = {"lexical": "text", "dense": "vectors"}.get(spec.part)
    return () if index is None else (_index(seen, above, index),)


def _stores(seen: Seen) -> Node:
    node_id, shop = below(ROOT, "data", "data"), seen.shop
    columns = shop.catalogue.columns()
    span = shop.events.time_range()
    silent = span is None or seen.now_ms - span[1] > SILENT_DAYS * DAY_MS
    says = (f"nothing was heard for {SILENT_DAYS} days",) if silent else ()

    def store(name: str, figures: dict[str, Figure], health: Health = "good", says: tuple[str, ...] = ()) -> Node:
        return Node(
            below(node_id, "data", name),
            "data",
            name,
            title(f"data:{name}", seen.language),
            "",
            figures,
            health,
            says,
        )

    shown = int(columns.shown.sum())
    children = (
        store("catalogue", {"rows": shown}, "good" if shown else "bad", () if shown else ("there are no items",)),
        store("users", {"rows": shop.users.table().height}),
        store(
            "events",
            {"rows": shop.events.count(), "first": span and span[0], "last": span and span[1]},
            "poor" if silent else "good",
            says,
        ),
        store("links", {"rows": shop.links.count()}),
        _index(seen, node_id, "text"),
        _index(seen, node_id, "vectors"),
    )
    return Node(node_id, "data", "data", title("data", seen.language), "", {}, worst(children), (), children)


def _index(seen: Seen, above: str, name: str) -> Node:
    folder = seen.shop.folder
    index = folder.text_index if name == "text" else folder.vector_index
    says: tuple[str, ...] = ()
    figures: dict[str, Figure] = {}
    health: Health = "good"
    if name == "vectors" and folder.encoder is None:
        health, says = "idle", (f"not used: {folder.encoder_missing}",)
    else:
        behind = max(0, seen.shop.catalogue.last_change() - index.mark())
        figures = {"rows": index.count(), "behind": behind}
        if behind:
            health, says = "poor", (f"{behind} changes of the catalogue are not in it yet",)
    return Node(
        below(above, "data", name), "data", name, title(f"data:{name}", seen.language), "", figures, health, says
    )


def _traffic(lines: list[Line], currency: str) -> dict[str, Figure]:
    """Figures of several lines together; rates without a denominator are not known, and what nobody led to converts
    no click."""
    impressions, clicks, bought = (
        sum(getattr(line, name) for line in lines) for name in ("impressions", "clicks", "purchases")
    )
    led = [line for line in lines if line.scenario]
    return {
        "answers": sum(line.answers or 0 for line in lines),
        "impressions": impressions,
        "clicks": clicks,
        "purchases": bought,
        "ctr": _known(business.click_through_rate(clicks, impressions)),
        "conversion": _known(
            business.conversion_rate(sum(line.purchases for line in led), sum(line.clicks for line in led))
        ),
        "revenue": round(sum(line.revenue.get(currency, 0.0) for line in lines), 6),
    }


def _known(value: float) -> float | None:
    return None if value != value else value


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
