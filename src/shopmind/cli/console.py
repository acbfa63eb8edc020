"""`shopmind console`."""

from __future__ import annotations

from typing import Annotated

import typer

from shopmind.cli import show
from shopmind.kit.addresses import check_free


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def console(
        api: Annotated[str, typer.Option(help="Where the shop is served.")] = "http://127.0.0.1:8000",
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
    ) -> None:
        """Serve the console, a process of its own over the HTTP API of a served shop, until Ctrl-C."""
        from shopmind.console.run import Console, serve

        wanted = Console(api=api, host=host, port=port)
        check_free(host, port)
        show.console.print(f"console at http://{host}:{port}  (of the shop at {api}, Ctrl-C stops)")
        serve(wanted)
