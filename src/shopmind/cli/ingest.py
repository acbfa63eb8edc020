"""`shopmind ingest SHOP SOURCE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def ingest(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        source: Annotated[Path, typer.Argument(help="A data folder, or one file named items, users, events or links.")],
        mapping: Annotated[Path | None, typer.Option(help="mapping.toml; SOURCE/mapping.toml by default.")] = None,
        index: Annotated[bool, typer.Option(help="Bring the indexes up to date afterwards.")] = True,
        json: show.AsJson = False,
    ) -> None:
        """Read, check, clean and store data; bad rows go to rejected.ndjson with their reason."""
        import shopmind
        from shopmind.ingest import ingest as run

        with shopmind.open(folder) as shop, show.progress() as progress:
            report = run(source, shop.folder, mapping=mapping, progress=progress)
            if index:
                shop.index(progress)
        if json:
            show.data(report.data())
        else:
            show.line(report.text())
