"""`shopmind init FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def init(
        folder: Annotated[Path, typer.Argument(help="Folder to make a shop of.")],
        name: Annotated[str, typer.Option(help="Shown on the page.")] = "shop",
        currency: Annotated[str, typer.Option(help="ISO 4217 code of prices without one.")] = "USD",
        language: Annotated[str, typer.Option(help="en or zh: of sentences in reasons.")] = "en",
        json: show.AsJson = False,
    ) -> None:
        """Make a folder a shop and print its admin key, once."""
        import shopmind
        from shopmind.serving import keys

        with shopmind.create(folder, name=name, currency=currency, language=language) as shop:
            token = keys.create(shop.records, "admin")
        if json:
            show.data({"folder": str(folder), "admin_key": token})
        else:
            show.line(f"{folder} is a shop now.\nIts admin key, shown this once: {token}")
