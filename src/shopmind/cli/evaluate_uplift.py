"""`shopmind evaluate uplift FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(evaluate: typer.Typer) -> None:
    """Puts the verb below `evaluate`."""

    @evaluate.command("uplift")
    def uplift(
        folder: Annotated[Path, typer.Argument(help="A folder with a file `trial`, or the file.")],
        control: Annotated[
            str | None, typer.Option(help="The arm that was given nothing, where it is not called 0 or control.")
        ] = None,
        learners: Annotated[list[str] | None, typer.Option(help="Only these of t, x and dr, once for each.")] = None,
        folds: Annotated[int, typer.Option(help="Parts of the people; each is scored by models of the others.")] = 5,
        leave_out: Annotated[bool, typer.Option("--leave-out", help="Leave bad rows out and count them.")] = False,
        draws: Annotated[int, typer.Option(help="Of the bootstrap over people.")] = 500,
        seed: Annotated[int, typer.Option(help="Of folds, models and draws.")] = 0,
        json: show.AsJson = False,
    ) -> None:
        """Whether an order of people puts those first whom an offer changes: Qini and AUUC, with intervals."""
        from shopmind.evaluation.uplift import evaluate_uplift
        from shopmind.evaluation.uplift_report import table

        with show.progress() as progress:
            result = evaluate_uplift(
                folder,
                control=control,
                learners=learners,
                folds=folds,
                leave_out=leave_out,
                draws=draws,
                seed=seed,
                progress=progress,
            )
        show.data(result) if json else show.people.print(table(result))
