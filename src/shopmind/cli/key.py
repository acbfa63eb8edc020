"""`shopmind key SHOP ROLE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def key(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        role: Annotated[str, typer.Argument(help="public, viewer, merchandiser or admin.")],
        origin: Annotated[list[str] | None, typer.Option(help="Web origin a public key is for.")] = None,
        json: show.AsJson = False,
    ) -> None:
        """Make a key for the HTTP API and print it, once."""
        import shopmind
        from shopmind.serving import keys

        with shopmind.open(folder) as shop:
            token = keys.create(shop.records, role, origin or ())
        if json:
            show.data({"key": token, "role": role})
        else:
            show.line(token)
