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
        source: Annotated[str, typer.Argument(help="A data folder, or the name of a known export: complete_journey.")],
        mapping: Annotated[Path | None, typer.Option(help="mapping.toml; SOURCE/mapping.toml by default.")] = None,
        index: Annotated[bool, typer.Option(help="Bring the indexes up to date afterwards.")] = True,
        json: show.AsJson = False,
    ) -> None:
        """Read, check, clean and store data; bad rows go to rejected.ndjson with their reason."""
        import shopmind

        with shopmind.open(folder) as shop, show.progress() as progress:
            report = shop.ingest(source, mapping=mapping, progress=progress)
            if index:
                shop.index(progress)
        if json:
            show.data(report.as_json())
        else:
            show.line(report.as_text())
