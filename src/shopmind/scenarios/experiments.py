"""Reads experiment files, strictly: every variant is made once, so a wrong one is refused before anybody meets it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shopmind.kit.clock import format_time, parse_time
from shopmind.kit.errors import InputError, not_allowed
from shopmind.kit.options import convert
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.assignment import edge
from shopmind.scenarios.experiment import HOLDOUT, METRICS, Experiment, Kind, Metric, Test, Unit, Variant
from shopmind.scenarios.folder import read
from shopmind.scenarios.load import Source, checked_keys, made, merged
from shopmind.training import MENU as RECIPES

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LAST_MS = 2**62
_KEYS: dict[str, Any] = {
    "title": str,
    "kind": Kind,
    "scenario": str,
    "scenarios": tuple[str, ...],
    "unit": Unit,
    "layer": str,
    "from": float,
    "share": float,
    "ramp": float,
    "holdout": float,
    "salt": str,
    "metric": Metric,
    "watch": tuple[Metric, ...],
    "effect": float,
    "level": float,
    "power": float,
    "test": Test,
    "start": Any,
    "end": Any,
    "variants": dict[str, Any],
}
_SHARES = ("from", "share", "ramp", "holdout")


def read_folder(folder: Path, scenarios: Mapping[str, Scenario]) -> dict[str, Experiment]:
    """Every experiment of a folder by name; {} without one.

    Raises:
        InputError: the first thing wrong, with file, line and what is allowed.
    """
    return {name: parse(name, text, scenarios) for name, text in read(folder).items()}


def parse(name: str, text: str, scenarios: Mapping[str, Scenario]) -> Experiment:
    """One file; raises InputError as `read_folder`."""
    source = Source(f"experiments/{name}.toml", text)
    _name(name, "an experiment", source.name)
    table = source.table
    for key, value in table.items():
        if key not in _KEYS:
            raise not_allowed(f"{source.at(key)}: unknown key", key, _KEYS, field=key)
        if key in ("metric", "watch"):
            for each in [value] if isinstance(value, str) else value if isinstance(value, list) else ():
                if each not in METRICS:
                    raise not_allowed(f"{source.at(str(each))}: {key}", each, METRICS, field=key)
        convert(value, _KEYS[key], where=source.at(key))
    for key in ("title", "variants"):
        if key not in table:
            raise InputError(f"{source.name}: {key!r} is required", field=key)
    places = _places(table, source, scenarios)
    kind: Kind = table.get("kind", "variants")
    variants = tuple(
        _variant(each, said, kind, source.inside(f"variants.{each}")) for each, said in table["variants"].items()
    )
    given: dict[str, Any] = {key: table[key] for key in ("unit", "layer", "metric", "test") if key in table}
    for key in ("share", "ramp", "holdout", "effect", "level", "power"):
        if key in table:
            given[key] = float(table[key])
    experiment = Experiment(
        name=name,
        title=table["title"],
        kind=kind,
        scenarios=places,
        variants=variants,
        first=float(table.get("from", 0.0)),
        start_ms=_time(table, "start", source),
        end_ms=_time(table, "end", source),
        watch=tuple(table.get("watch", ())),
        salt=table.get("salt", name),
        file=source.name,
        table=table,
        **given,
    )
    _check(experiment, source)
    for place in places:
        for variant in variants:
            inside = source.inside(f"variants.{variant.name}")
            answered(scenarios, place, [(variant, inside)])
    return experiment


def answered(
    scenarios: Mapping[str, Scenario], place: str, chosen: Sequence[tuple[Variant, Source | None]]
) -> Scenario:
    """What answers at a place under one variant, or under several of different layers.

    Raises:
        InputError: a scenario that is not there, a key or part that is not allowed, or a need the place has not.
    """
    plain = scenarios[place]
    table: Mapping[str, Any] = plain.table
    last = Source(plain.file, "")
    for variant, source in chosen:
        last = source or Source(f"variant {variant.name}", "")
        if variant.start is not None:
            if variant.start not in scenarios:
                raise not_allowed(f"{last.at(variant.start)}: scenario", variant.start, scenarios, field="scenario")
            table = scenarios[variant.start].table
        checked_keys(variant.differences, last)
        table = merged(table, variant.differences)
    scenario = made(place, table, last)
    for need in scenario.needs:
        if need not in plain.needs:
            raise InputError(
                f"{last.at('needs')}: the variant needs {need}, but who asks for {place!r} may come without",
                field="needs",
            )
    return scenario


def clash(experiments: Iterable[Experiment]) -> None:
    """Refuses experiments that would meet.

    Raises:
        InputError: two of one layer whose parts and times overlap, or two of different layers that change the same key
            of the same scenario.
    """
    known: list[Experiment] = []
    for each in sorted(experiments, key=lambda one: one.name):
        for other in known:
            if _apart_in_time(each, other):
                continue
            if each.layer == other.layer:
                _share_layer(each, other)
            else:
                _change_alike(each, other)
        known.append(each)


def _apart_in_time(one: Experiment, other: Experiment) -> bool:
    first, second = ((each.start_ms or 0, LAST_MS if each.end_ms is None else each.end_ms) for each in (one, other))
    return first[1] <= second[0] or second[1] <= first[0]


def _share_layer(one: Experiment, other: Experiment) -> None:
    ends = edge(one.first + one.share), edge(other.first + other.share)
    if edge(one.first) < ends[1] and edge(other.first) < ends[0]:
        raise InputError(
            f"{one.file}: in layer {one.layer!r} it takes {one.first:g} to {one.first + one.share:g}, "
            f"and {other.name!r} takes {other.first:g} to {other.first + other.share:g} at the same time; "
            "change `from` and `share`, or name another layer",
            field="layer",
        )


def _change_alike(one: Experiment, other: Experiment) -> None:
    """Layers may lie over each other only where each has keys of its own."""
    if not set(one.scenarios) & set(other.scenarios):
        return
    mine, theirs = _changed(one), _changed(other)
    both = mine & theirs if "base" not in mine | theirs else (mine | theirs if mine and theirs else set())
    if both:
        what = "a whole scenario" if "base" in both else ", ".join(sorted(both))
        raise InputError(
            f"{one.file}: it and {other.name!r} of layer {other.layer!r} both change {what} of the same scenario; "
            "put them into one layer",
            field="layer",
        )


def _changed(experiment: Experiment) -> set[str]:
    keys = {key for variant in experiment.variants for key in variant.differences}
    keys |= {f"artifact {name}" for variant in experiment.variants for name in variant.artifacts}
    return keys | ({"base"} if any(variant.start for variant in experiment.variants) else set())


def _places(table: Mapping[str, Any], source: Source, scenarios: Mapping[str, Scenario]) -> tuple[str, ...]:
    if ("scenario" in table) == ("scenarios" in table):
        raise InputError(f"{source.name}: either 'scenario' or 'scenarios' is required", field="scenario")
    places = (table["scenario"],) if "scenario" in table else tuple(table["scenarios"])
    if not places:
        raise InputError(f"{source.at('scenarios')}: at least one scenario is needed", field="scenarios")
    for place in places:
        if place not in scenarios:
            raise not_allowed(f"{source.at(place)}: scenario", place, scenarios, field="scenario")
    return places


def _variant(name: str, said: Any, kind: Kind, source: Source) -> Variant:
    _name(name, "a variant", source.at(name))
    if name == HOLDOUT:
        raise InputError(f"{source.at(name)}: the name {HOLDOUT!r} is kept for those held out", field="variants")
    if not isinstance(said, dict):
        raise InputError(f"{source.at(name)}: variant {name!r} is a table such as {{share = 0.5}}", field="variants")
    if kind == "interleaving":
        if "share" in said:
            raise InputError(f"{source.at('share')}: everybody sees both; an interleaving has no shares", field="share")
        share = 0.0
    else:
        if "share" not in said:
            raise InputError(f"{source.at(name)}: variant {name!r} needs a share", field="share")
        share = float(convert(said["share"], float, where=source.at("share")))
        if not 0 < share <= 1:
            raise InputError(
                f"{source.at('share')}: share is {share:g}, it must lie above 0 and up to 1", field="share"
            )
    versions = convert(said.get("artifacts", {}), dict[str, str], where=source.at("artifacts"))
    for artifact in versions:
        if artifact not in RECIPES:
            raise not_allowed(f"{source.at(artifact)}: artifacts", artifact, RECIPES, field="artifacts")
    rest = {key: value for key, value in said.items() if key not in ("share", "scenario", "base", "artifacts")}
    if "scenario" in said and (rest or "base" in said):
        raise InputError(
            f"{source.at('scenario')}: a variant names a scenario or says what differs, not both; use `base`",
            field="scenario",
        )
    start = said.get("scenario", said.get("base"))
    if start is not None and not isinstance(start, str):
        raise InputError(f"{source.at(name)}: {start!r} is not the name of a scenario", field="scenario")
    return Variant(name, share, start, rest, versions)


def _check(each: Experiment, source: Source) -> None:
    for key in _SHARES:
        value = each.first if key == "from" else float(getattr(each, key))
        if not 0 <= value <= 1 or (key == "share" and value == 0):
            raise InputError(f"{source.at(key)}: {key} is {value:g}, it must lie in 0..1", field=key)
    if edge(each.first + each.share) > edge(1.0):
        raise InputError(
            f"{source.at('share')}: from {each.first:g} and share {each.share:g} go beyond the layer's end",
            field="share",
        )
    for key, low, high in (("level", 0.0, 0.5), ("power", 0.5, 1.0), ("effect", 0.0, 100.0)):
        if not low < getattr(each, key) < high:
            raise InputError(
                f"{source.at(key)}: {key} is {getattr(each, key):g}, it must lie between {low:g} and {high:g}",
                field=key,
            )
    if len(each.variants) < 2 or (each.kind == "interleaving" and len(each.variants) != 2):
        need = "exactly two variants" if each.kind == "interleaving" else "at least two variants"
        raise InputError(f"{source.at('variants')}: {need} are needed, {len(each.variants)} given", field="variants")
    whole = sum(variant.share for variant in each.variants)
    if whole > 1 + 1e-9:
        raise InputError(
            f"{source.inside(f'variants.{each.variants[-1].name}').at('share')}: "
            f"the shares of the variants are {100 * whole:g} % together, at most 100 % can be dealt out",
            field="share",
        )
    if each.start_ms is not None and each.end_ms is not None and each.end_ms <= each.start_ms:
        raise InputError(f"{source.at('end')}: it ends at {format_time(each.end_ms)}, before its start", field="end")
    if each.kind == "interleaving" and each.holdout:
        raise InputError(f"{source.at('holdout')}: an interleaving compares on one page; it has no holdout")


def _name(name: str, what: str, where: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError(
            f"{where}: {name!r} is no name of {what}: small letters, digits, '_' and '-', at most 64", field="name"
        )


def _time(table: Mapping[str, Any], key: str, source: Source) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    if isinstance(value, str):
        return parse_time(value, where=source.at(key))
    raise InputError(f"{source.at(key)}: {value!r} is not a time such as 2026-01-31T12:00:00Z", field=key)
