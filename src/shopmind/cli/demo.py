"""`shopmind demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(app: typer.Typer) -> None:
    """Puts the verb on the app."""

    @app.command()
    def demo(
        folder: Annotated[Path, typer.Argument(help="Where to build the shop.")] = Path("shops/demo"),
        serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it afterwards.")] = True,
        fresh: Annotated[bool, typer.Option("--fresh", help="Build it again from the start.")] = False,
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
        json: show.AsJson = False,
    ) -> None:
        """Build a real shop from The Complete Journey, say how good it is, and serve it."""
        from shopmind.operations.demo import build

        with show.progress() as progress:
            report = build(folder, progress, fresh=fresh)
        if json:
            show.data(report.__dict__)
        else:
            from shopmind.cli.demo_report import lines

            for line in lines(report):
                show.line(line)
        if serve:
            from shopmind.serving.run import serve as run

            show.console.print(
                f"http://127.0.0.1:{port}  (reference at /docs, Chinese shop at /shops/tiny, Ctrl-C stops)"
            )
            run(folder, port=port, open=True, beside={"tiny": folder.parent / "tiny"})
