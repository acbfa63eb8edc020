"""`shopmind demo`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show
from shopmind.kit.addresses import check_free


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def demo(
        folder: Annotated[Path, typer.Argument(help="Where to build the shop.")] = Path("shops/demo"),
        serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it afterwards.")] = True,
        fresh: Annotated[bool, typer.Option("--fresh", help="Build it again from the start.")] = False,
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
        console: Annotated[bool, typer.Option("--console/--no-console", help="Serve the console, too.")] = True,
        console_port: Annotated[int, typer.Option(help="Port of the console.")] = 8001,
        json: show.AsJson = False,
    ) -> None:
        """Build a real shop from The Complete Journey, say how good it is, and serve it with its console."""
        from shopmind.operations.demo import build

        if serve:  # before minutes of building
            check_free("127.0.0.1", port)
            if console:
                check_free("127.0.0.1", console_port, option="console_port")
        with show.progress() as progress:
            report = build(folder, progress, fresh=fresh)
        if json:
            show.data(report.__dict__)
        else:
            from shopmind.cli.demo_report import lines

            for line in lines(report):
                show.line(line)
        if serve:
            _serve(folder, port, console_port if console else None)


def _serve(folder: Path, port: int, console_port: int | None) -> None:
    """Shop and console together; when one is told to stop, both end."""
    from shopmind.console.beside import beside
    from shopmind.console.run import Console
    from shopmind.serving.run import serve

    show.console.print(f"http://127.0.0.1:{port}  (reference at /docs, Chinese shop at /shops/tiny, Ctrl-C stops)")
    with contextlib.ExitStack() as stack:
        address = ""
        if console_port is not None:
            address = f"http://127.0.0.1:{console_port}"
            show.console.print(f"{address}  (console; /console leads there)")
            stack.enter_context(beside(Console(api=f"http://127.0.0.1:{port}", port=console_port)))
        serve(folder, port=port, open=True, beside={"tiny": folder.parent / "tiny"}, console=address)
