"""`shopmind recommend SHOP SCENARIO`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def recommend(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        scenario: Annotated[str, typer.Argument(help="Such as home, cart, similar or buy_again.")],
        user: Annotated[str | None, typer.Option(help="The shop's own user id.")] = None,
        anchor: Annotated[list[str] | None, typer.Option(help="Item in view or in the cart; may be repeated.")] = None,
        text: Annotated[str, typer.Option(help="What it is for, where the scenario reads a text.")] = "",
        filters: Annotated[str, typer.Option("--filter", help='Such as: price < 20 and brand = "Acme".')] = "",
        n: Annotated[int | None, typer.Option(help="How many hits.")] = None,
        explain: Annotated[bool, typer.Option(help="Say why each hit is there.")] = False,
        json: show.AsJson = False,
    ) -> None:
        """Recommend for a place in the shop."""
        import shopmind

        with shopmind.open(folder) as shop:
            answered = shop.recommend(
                scenario, user=user, anchors=anchor or (), text=text, filters=filters, n=n, explain=explain
            )
            show.slate(answered, json)
