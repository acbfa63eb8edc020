"""`shopmind VERB`: exit 0 ok, 1 failed, 2 bad input; with --json stdout is JSON alone."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from shopmind import __version__
from shopmind.cli import show
from shopmind.kit.errors import InputError, ShopmindError

VERBS = (
    "demo",
    "init",
    "weights",
    "ingest",
    "train",
    "serve",
    "console",
    "search",
    "recommend",
    "track",
    "evaluate",
    "rules",
    "messages",
    "offers",
    "insight",
    "knowledge",
    "forget",
    "doctor",
    "backup",
    "restore",
    "key",
)


class _Group(TyperGroup):
    """Turns our errors into one line on stderr and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except ShopmindError as error:
            show.error(error)
            sys.exit(2 if isinstance(error, InputError) else 1)
        except KeyboardInterrupt:
            sys.exit(130)


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The mind of an online shop: search and recommendation from one catalogue and one event log.",
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"shopmind {__version__}\n")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """See `shopmind VERB --help`."""


for verb in VERBS:
    import_module(f"shopmind.cli.{verb}").add(app)
