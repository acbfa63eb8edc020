"""`shopmind evaluate search|recommend|policy|uplift|experiment FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from shopmind.cli import evaluate_uplift, show


def add(app: typer.Typer) -> None:
    """Puts the verbs on the app."""
    evaluate = typer.Typer(help="Measure on a shop or on a data folder.", no_args_is_help=True)
    app.add_typer(evaluate, name="evaluate")
    _policy(evaluate)
    evaluate_uplift.add(evaluate)
    _experiment(evaluate)

    @evaluate.command("search")
    def search(
        folder: Annotated[Path, typer.Argument(help="A shop, or a folder with items, queries and judgments.")],
        train_folds: Annotated[int | None, typer.Option(help="Folds for learned ranking.")] = None,
        grade_zero: Annotated[float, typer.Option(help="The grade that is worth nothing.")] = 0.0,
        json: show.AsJson = False,
    ) -> None:
        """Full-corpus and judged-pool figures of ours, BM25 and random, with intervals."""
        from shopmind.evaluation import report
        from shopmind.evaluation.search import evaluate_search

        with show.progress() as progress:
            result = evaluate_search(folder, grade_zero=grade_zero, train_folds=train_folds, progress=progress)
        show.data(result) if json else show.people.print(report.table(result))
        _keep(folder, result)

    @evaluate.command("recommend")
    def recommend(
        folder: Annotated[Path, typer.Argument(help="A shop, or a folder with items and events or sequences.")],
        protocol: Annotated[str, typer.Option(help="leave-one-out, time, next-basket or last-basket.")] = "time",
        fit: Annotated[
            str, typer.Option(help="What the fit sees: train, refit, or valid where a file has no train part.")
        ] = "train",
        seeds: Annotated[int, typer.Option(help="How many seeds; figures are means over them.")] = 1,
        scenario: Annotated[str | None, typer.Option(help="Which scenario answers.")] = None,
        repeats: Annotated[
            str, typer.Option(help="Whether items a user had may be shown: allowed, removed, or auto as the data says.")
        ] = "auto",
        most: Annotated[int | None, typer.Option(help="Ask at most so many cases; every item is ranked.")] = None,
        workers: Annotated[int, typer.Option(help="Processes that ask side by side.")] = 2,
        tune: Annotated[int, typer.Option(help="Search settings by so many trials on the validation part first.")] = 0,
        search: Annotated[
            list[str] | None,
            typer.Option(help="What is searched: RECIPE.OPTION, RECIPE.OPTION=LOW..HIGH or =A,B,C; once for each."),
        ] = None,
        trials: Annotated[
            Path | None, typer.Option(help="Where trials are kept; the shop's folder trials by default.")
        ] = None,
        json: show.AsJson = False,
    ) -> None:
        """Replay requests through the engine, beside random, popularity and tuned baselines, with intervals."""
        from shopmind.evaluation import report
        from shopmind.evaluation.recommend import evaluate_recommend
        from shopmind.evaluation.trials import Wanted

        with show.progress() as progress:
            result = evaluate_recommend(
                folder,
                protocol=protocol,
                fit=fit,
                seeds=seeds,
                scenario=scenario,
                most=most,
                workers=workers,
                repeats=repeats,
                search=Wanted(tune, search or (), trials) if tune or search else None,
                progress=progress,
            )
        show.data(result) if json else show.people.print(report.table(result))
        _keep(folder, result)


def _keep(folder: Path, result: dict[str, Any], policy_of: str | None = None) -> None:
    """Writes the figures into the knowledge log, where a shop was measured; a data folder keeps nothing."""
    from shopmind.settings import FILE

    if not (folder / FILE).is_file():
        return
    import shopmind
    from shopmind.operations.knowledge import Knowledge, telling

    with shopmind.open(folder) as shop:
        if policy_of is not None:
            telling.estimated(Knowledge(shop), result, policy_of, by="cli")
        else:
            telling.evaluated(Knowledge(shop), result, by="cli")


def _policy(evaluate: typer.Typer) -> None:
    @evaluate.command("policy")
    def policy(
        folder: Annotated[
            Path,
            typer.Argument(help="A shop; or a table of choices made by chance: arm, propensity, reward, features."),
        ],
        target: Annotated[
            str, typer.Option(help="uniform, a scenario file (of a shop), or a file of chances (of a table).")
        ] = "uniform",
        columns: Annotated[
            str,
            typer.Option(help="Which columns are meant, where their names are others: arm=A,propensity=B,reward=C."),
        ] = "",
        scenario: Annotated[
            str | None, typer.Option(help="Whose answers in the shop's log the file is tried on.")
        ] = None,
        reward: Annotated[str, typer.Option(help="click, cart or purchase, of a shop.")] = "click",
        days: Annotated[float, typer.Option(help="How much of the shop's log, back from its newest answer.")] = 1.0,
        most: Annotated[int, typer.Option(help="Ask at most so many of its answers again.")] = 5_000,
        estimators: Annotated[list[str] | None, typer.Option(help="Only these, once for each.")] = None,
        leave_out: Annotated[
            bool, typer.Option("--leave-out", help="Leave bad rows of a table out and count them.")
        ] = False,
        seed: Annotated[int, typer.Option(help="Of folds and of the bootstrap.")] = 0,
        json: show.AsJson = False,
    ) -> None:
        """What a policy would have earned, told from the log of another; exit 1 where the log cannot say."""
        from shopmind.evaluation import policy_report
        from shopmind.evaluation.policy import evaluate_policy, mapping

        with show.progress() as progress:
            result = evaluate_policy(
                folder,
                target=target,
                columns=mapping(columns) if columns else None,
                scenario=scenario,
                reward=reward,
                days=days,
                most=most,
                estimators=estimators,
                leave_out=leave_out,
                seed=seed,
                progress=progress,
            )
        show.data(result) if json else show.people.print(policy_report.table(result))
        _keep(folder, result, result.get("replay", {}).get("scenario", Path(target).stem))
        if result["refused"]:
            show.console.print(f"shopmind: refused: {result['refused']}", highlight=False, soft_wrap=True)
            raise typer.Exit(1)


def _experiment(evaluate: typer.Typer) -> None:
    @evaluate.command("experiment")
    def experiment(
        folder: Annotated[Path, typer.Argument(help="A shop.")],
        name: Annotated[str, typer.Argument(help="Of the file experiments/NAME.toml.")],
        json: show.AsJson = False,
    ) -> None:
        """What an experiment has shown so far and what to do; before its start, how many units and days it needs."""
        import shopmind
        from shopmind.evaluation.experiments import experiment_report, shown
        from shopmind.operations.knowledge import Knowledge, telling

        with shopmind.open(folder) as shop:
            report = experiment_report(shop, name)
            kept = shop.experiments.get(name).experiment
            telling.decided(Knowledge(shop), report, () if kept is None else kept.scenarios, by="cli")
        show.data(report) if json else show.people.print(shown.table(report))
