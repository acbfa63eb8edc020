"""Looks a shop over and says in words what is well and what is not."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import shopmind
from shopmind.kit.clock import DAY_MS, HOUR_MS, format_time
from shopmind.kit.files import taken_bytes
from shopmind.operations.strategy import Strategy
from shopmind.pipeline import lexicon
from shopmind.privacy.erase import STALE
from shopmind.shop import Shop
from shopmind.shop.folder import NO_ENCODER, SECRET

LITTLE_DISK_BYTES = 1 << 30
LIBRARIES = ("numpy", "polars", "sqlalchemy", "tantivy", "usearch", "onnxruntime", "fastapi")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: "ok", "warn" (works, but look at it) or "fail" (something does not work).
        advice: what to do, "" when nothing.
    """

    name: str
    state: Literal["ok", "warn", "fail"]
    text: str
    advice: str = ""


def examine(shop: Shop) -> list[Finding]:
    """Everything the doctor looks at, in a fixed order; it reads the whole database, which may take seconds."""
    return [_versions(), *_database(shop), *_state(shop), _disk(shop.path), _clock(shop), _secret(shop.path / SECRET)]


def glance(shop: Shop) -> list[Finding]:
    """What is known without reading much: indexes, weights, artifacts, scenarios, rules, experiments, free disk."""
    return [*_state(shop), _free(shop.path), _clock(shop)]


def _state(shop: Shop) -> Iterator[Finding]:
    yield from _index(shop)
    yield _weights(shop)
    yield from _artifacts(shop)
    yield from _scenarios(shop)
    yield _rules(shop)
    yield from _experiments(shop)
    yield _strategy(shop)


def _rules(shop: Shop) -> Finding:
    faults = {**shop.rules.unreadable(), **lexicon.read(shop.records).faults}
    if faults:
        first = next(iter(faults.values()))
        advice = f"write them again, or take them out: shopmind rules FOLDER --remove {next(iter(faults))}"
        return Finding("rules", "warn", f"{len(faults)} rules or words cannot be read, the first: {first}", advice)
    return Finding("rules", "ok", f"{len(shop.rules.all())} rules, {len(shop.lexicon.all())} entries of the lexicon")


def _experiments(shop: Shop) -> Iterator[Finding]:
    """Nothing of a shop that has none; an ended experiment says nothing more."""
    states = shop.experiments.all()
    running = [state for state in states if state.status == "running"]
    if shop.experiments.fault:
        yield Finding("experiments", "warn", shop.experiments.fault, "what was read before holds; mend the file")
    elif states:
        names = ", ".join(state.name for state in running)
        yield Finding("experiments", "ok", f"{len(states)}, {len(running)} running{': ' if names else ''}{names}")
    for state in running:
        for remark in state.remarks:
            advice = "stop it and start it anew, or put the file back as it was"
            yield Finding(f"experiment {state.name}", "warn", remark, advice)


def _strategy(shop: Shop) -> Finding:
    well, said = Strategy(shop).state()
    advice = f"run: shopmind train {shop.path} --strategy, or set strategy = true and serve it"
    return Finding("strategy", "ok" if well else "warn", said.en, "" if well else advice)


def _versions() -> Finding:
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "versions", "ok", f"shopmind {shopmind.__version__}, Python {python} on {platform.system()}; {libraries}"
    )


def _database(shop: Shop) -> Iterator[Finding]:
    wrong = shop.folder.database.check()
    counts = (
        f"{shop.catalogue.columns().shown.sum()} items shown, {shop.events.count()} events, {shop.links.count()} links"
    )
    if wrong:
        yield Finding("database", "fail", "; ".join(wrong), "restore a backup: shopmind restore BACKUP FOLDER")
    else:
        yield Finding("database", "ok", counts)


def _index(shop: Shop) -> Iterator[Finding]:
    last = shop.catalogue.last_change()
    folder = shop.folder
    for name, index, wanted in (
        ("text index", folder.text_index, True),
        ("vector index", folder.vector_index, folder.encoder is not None),
    ):
        mark = index.mark()
        if not wanted:
            yield Finding(name, "ok", "not used: the shop has no encoder")
        elif mark < last:
            advice = f"run: shopmind train {shop.path}, or leave a server running"
            yield Finding(name, "warn", f"{last - mark} of {last} changes behind", advice)
        else:
            yield Finding(name, "ok", f"{index.count()} items, up to change {mark}")


def _weights(shop: Shop) -> Finding:
    encoder = shop.folder.encoder
    if encoder is not None:
        return Finding("weights", "ok", f"{encoder.name}, {encoder.dimension} dimensions, version {encoder.version}")
    if shop.folder.encoder_missing == NO_ENCODER:
        return Finding("weights", "ok", f"search is lexical: {NO_ENCODER}")
    return Finding("weights", "warn", shop.folder.encoder_missing, "run: shopmind weights get minilm e5")


def _artifacts(shop: Shop) -> Iterator[Finding]:
    stale = dict(shop.records.scan(STALE))
    again = f"run: shopmind train {shop.path}"
    for name, version in sorted(shop.artifacts.current().items()):
        artifact = shop.artifacts.load(name)
        if artifact is None:
            yield Finding(f"artifact {name}", "fail", f"version {version} cannot be read", again)
            continue
        if stale.get(name, {}).get("version") == version:
            yield Finding(f"artifact {name}", "warn", "it learned from a user who was erased", again)
            continue
        new = shop.events.last_number() - int(artifact.card["event_number"])
        yield Finding(f"artifact {name}", "ok", f"version {version}, {artifact.card['events']} events, {new} newer")


def _scenarios(shop: Shop) -> Iterator[Finding]:
    if shop.scenario_fault:
        advice = "mend the file; what was read before answers until then"
        yield Finding("scenario files", "warn", shop.scenario_fault, advice)
    for name, missing in shop.readiness().items():
        if missing:
            advice = f"run: shopmind train {shop.path}" if any("not trained" in need for need in missing) else ""
            yield Finding(f"scenario {name}", "warn", "; ".join(missing), advice)
        else:
            yield Finding(f"scenario {name}", "ok", "ready")


def _disk(path: Path) -> Finding:
    free = _free(path)
    return replace(free, text=f"the shop takes {taken_bytes(path) / 1e6:,.0f} MB, {free.text}")


def _free(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    little = free < LITTLE_DISK_BYTES
    text = f"{free / 1e9:,.1f} GB are free"
    return Finding("disk", "warn" if little else "ok", text, "free some space" if little else "")


def _clock(shop: Shop) -> Finding:
    now_ms, span = shop.folder.clock(), shop.events.time_range()
    if span is None:
        return Finding("clock", "ok", f"{format_time(now_ms)}; no events yet")
    if span[1] > now_ms + HOUR_MS:
        return Finding(
            "clock",
            "warn",
            f"the newest event is of {format_time(span[1])}, after now ({format_time(now_ms)})",
            "set the clock",
        )
    return Finding(
        "clock", "ok", f"{format_time(now_ms)}; the newest event is {(now_ms - span[1]) / DAY_MS:.1f} days old"
    )


def _secret(path: Path) -> Finding:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("secret key", "fail", f"{path.name} has mode {mode:o}: others can read it", f"chmod 600 {path}")
    return Finding("secret key", "ok", "only its owner can read it; keep a copy with the backups")
