"""`shopmind doctor SHOP`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show

MARKS = {"ok": "[green]ok[/green]  ", "warn": "[yellow]warn[/yellow]", "fail": "[red]FAIL[/red]"}


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def doctor(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        json: show.AsJson = False,
    ) -> None:
        """Look the shop over: versions, indexes, weights, artifacts, disk, clock. Exit 1 if something does not work."""
        import shopmind
        from shopmind.operations.doctor import examine

        with shopmind.open(folder) as shop:
            findings = examine(shop)
        if json:
            show.data([asdict(finding) for finding in findings])
        else:
            for finding in findings:
                show.people.print(f"{MARKS[finding.state]} {finding.name}: {finding.text}", highlight=False)
                if finding.advice:
                    show.people.print(f"     → {finding.advice}", style="dim", highlight=False)
        if any(finding.state == "fail" for finding in findings):
            raise typer.Exit(1)
