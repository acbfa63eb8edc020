"""`shopmind backup SHOP TARGET`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def backup(
        folder: Annotated[Path, typer.Argument(help="The shop; it may be serving.")],
        target: Annotated[Path, typer.Argument(help="New folder; it holds the pseudonym key: keep it private.")],
        json: show.AsJson = False,
    ) -> None:
        """Copy a consistent moment of a shop while it serves."""
        import shopmind
        from shopmind.operations.backup import backup as run

        with shopmind.open(folder) as shop:
            manifest = run(shop, target)
        if json:
            show.data(manifest)
        else:
            show.line(f"{target}: {len(manifest['files'])} files as of {manifest['made_at']}")
