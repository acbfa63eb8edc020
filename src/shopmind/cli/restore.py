"""`shopmind restore BACKUP FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def restore(
        source: Annotated[Path, typer.Argument(help="A folder that `shopmind backup` made.")],
        folder: Annotated[Path, typer.Argument(help="New folder of the shop.")],
        json: show.AsJson = False,
    ) -> None:
        """Make a shop from a backup; its indexes are made again."""
        import shopmind
        from shopmind.operations.backup import restore as run

        manifest = run(source, folder)
        with shopmind.open(folder) as shop, show.progress() as progress:
            shop.index(progress)
        if json:
            show.data(manifest)
        else:
            show.line(f"{folder}: the shop as of {manifest['made_at']}")
