"""`shopmind forget SHOP USER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def forget(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        user: Annotated[str, typer.Argument(help="The shop's own user id.")],
        json: show.AsJson = False,
    ) -> None:
        """Erase a user everywhere and print the receipt."""
        import shopmind

        with shopmind.open(folder) as shop:
            receipt = shop.forget(user)
        if json:
            show.data(receipt)
            return
        show.line(f"receipt {receipt['receipt_id']}, {receipt['at']}")
        show.pairs(receipt["erased"])
        if receipt["retrain"]:
            show.line(f"to be trained again: {', '.join(receipt['retrain'])}")
