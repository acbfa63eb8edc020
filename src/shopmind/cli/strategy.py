"""`shopmind train SHOP --strategy`: retrain, evaluate, shadow, ramp, promote or withdraw, by strategy.toml."""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from shopmind.cli import show

if TYPE_CHECKING:
    from shopmind.operations.strategy import Strategy, Told
    from shopmind.operations.strategy.cycle import Said


def look_after(folder: Path, *, once: bool, dry_run: bool, json: bool) -> None:
    """Runs the strategy: once, for ever, or only says what it would do."""
    import shopmind
    from shopmind.operations.strategy import Strategy

    with shopmind.open(folder) as shop, show.progress() as progress:
        strategy, chinese = Strategy(shop, progress), shop.settings.language == "zh"
        if dry_run:
            _would(strategy, chinese, json)
            return
        if not once:
            strategy.run(threading.Event(), lambda told: _line(told, chinese, json))
            return
        shop.index(progress)
        steps = strategy.once()
    if json:
        show.data({"steps": [asdict(told) for told in steps]})
        return
    for told in steps:
        _line(told, chinese, json)


def _would(strategy: Strategy, chinese: bool, json: bool) -> None:
    cycle, due = strategy.cycle(), strategy.due()
    running = cycle is not None and not cycle.done
    rules = strategy.rules()
    figures = {name: None if value != value else round(value, 4) for name, value in due.figures.items()}
    if json:
        told: dict[str, Any] = {
            "cycle": None if cycle is None else asdict(cycle),
            "due": [] if running else [asdict(each) for each in due.why],
            "figures": figures,
            "rules": asdict(rules),
        }
        show.data(told)
        return
    if cycle is not None:
        show.line(f"cycle {cycle.cycle_id}: {cycle.step} {_in(cycle.reason, chinese)}".rstrip())
    show.pairs({name: "not known" if value is None else f"{value:g}" for name, value in figures.items()})
    if running:
        show.line("a cycle is under way; nothing new would begin")
    elif due.why:
        show.line(f"a candidate would be made: {'; '.join(_in(each, chinese) for each in due.why)}")
    else:
        show.line("nothing is due")


def _line(told: Told, chinese: bool, json: bool) -> None:
    """One step as a line, of JSON or of words."""
    if json:
        show.line(orjson.dumps(asdict(told)).decode())
    else:
        show.line(f"{told.cycle_id or '-'} {told.step}: {_in(told.said, chinese)}")


def _in(said: Said, chinese: bool) -> str:
    return said.zh if chinese else said.en
