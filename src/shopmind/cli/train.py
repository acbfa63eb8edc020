"""`shopmind train SHOP [NAME…]`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def train(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        names: Annotated[list[str] | None, typer.Argument(help="Artifacts; all that the scenarios need.")] = None,
        json: show.AsJson = False,
    ) -> None:
        """Fit artifacts on everything known now and promote them."""
        import shopmind

        with shopmind.open(folder) as shop, show.progress() as progress:
            shop.index(progress)
            made = shop.train(names or None, progress)
            missing, untrained = shop.readiness(), shop.untrained()
        if json:
            show.data(
                {
                    "made": {artifact.name: dict(artifact.card) for artifact in made},
                    "untrained": untrained,
                    "missing": missing,
                }
            )
            return
        for artifact in made:
            show.line(f"{artifact.name} {artifact.version}: {artifact.card['events']} events")
        for name, why in untrained.items():
            show.line(f"{name} could not be trained: {why}")
        told = tuple(f"{name}: not trained yet" for name in untrained)
        for scenario, needs in missing.items():
            for need in needs:
                if not any(each in need for each in told):
                    show.line(f"{scenario} is not fully ready: {need}")
