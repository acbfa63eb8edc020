"""`shopmind serve SHOP`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show
from shopmind.kit.addresses import check_free


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def serve(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
        processes: Annotated[int, typer.Option(help="Each opens the shop for itself.")] = 1,
        open_: Annotated[bool, typer.Option("--open", help="Ask for no keys; loopback addresses only.")] = False,
    ) -> None:
        """Serve the HTTP API, its reference at /docs and the page, until Ctrl-C."""
        from shopmind.serving.run import serve as run

        check_free(host, port)
        show.console.print(f"http://{host}:{port}  (reference at /docs, Ctrl-C stops)")
        run(folder, host=host, port=port, processes=processes, open=open_)
