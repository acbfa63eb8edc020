"""`shopmind search SHOP TEXT`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def search(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        text: Annotated[str, typer.Argument(help="What the customer typed.")],
        user: Annotated[str | None, typer.Option(help="The shop's own user id.")] = None,
        filters: Annotated[str, typer.Option("--filter", help='Such as: price < 20 and brand = "Acme".')] = "",
        n: Annotated[int | None, typer.Option(help="How many hits.")] = None,
        sort: Annotated[str, typer.Option(help="newest, popular, name, price, -price or any column.")] = "",
        facet: Annotated[list[str] | None, typer.Option(help="Count the values of this column; repeatable.")] = None,
        min_score: Annotated[float | None, typer.Option(help="Leave out hits of a lower score.")] = None,
        verbatim: Annotated[bool, typer.Option(help="Search for exactly what was typed.")] = False,
        explain: Annotated[bool, typer.Option(help="Say why each hit is there.")] = False,
        json: show.AsJson = False,
    ) -> None:
        """Search the shop."""
        import shopmind

        with shopmind.open(folder) as shop:
            slate = shop.search(
                text,
                user=user,
                filters=filters,
                n=n,
                sort=sort,
                facets=tuple(facet or ()),
                min_score=min_score,
                verbatim=verbatim,
                explain=explain,
            )
            show.slate(slate, json)
