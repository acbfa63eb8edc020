"""`shopmind track SHOP [EVENT]`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from shopmind.cli import show
from shopmind.kit.errors import InputError


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def track(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        event: Annotated[str, typer.Argument(help='JSON such as {"type": "view", …}; - reads NDJSON from stdin.')],
        json: show.AsJson = False,
    ) -> None:
        """Write events to the log; they are durable when this returns."""
        import shopmind

        lines = sys.stdin.read().splitlines() if event == "-" else [event]
        with shopmind.open(folder) as shop:
            statuses = shop.track([_read(number, line) for number, line in enumerate(lines, 1) if line.strip()])
        if json:
            show.data([asdict(status) for status in statuses])
        else:
            for status in statuses:
                show.line(f"{status.status} {status.id or ''} {status.reason or ''}".strip())
        if any(status.status == "rejected" for status in statuses):
            raise typer.Exit(2)


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"event {number}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputError(f"event {number}: {line[:60]!r} is not an object")
    return row
