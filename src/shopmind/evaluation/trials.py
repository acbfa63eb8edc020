"""A search of settings on the validation part: every trial is kept, and a search that was stopped goes on.

Optuna's tree-structured Parzen estimator says what to try next; it needs the extra [tune]. What was tried is kept in a
file of ours, one JSON line a trial, and told to Optuna at each start: there is no other state.

Source: Akiba et al., Optuna: a next-generation hyperparameter optimization framework (2019).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from shopmind.evaluation import space
from shopmind.evaluation.plan import Plan, some
from shopmind.evaluation.replay import replay
from shopmind.evaluation.space import Span, Value
from shopmind.evaluation.tune import TUNING_CASES, Truth
from shopmind.kit.errors import InputError, MissingExtraError, NotReadyError
from shopmind.kit.files import storage_faults
from shopmind.kit.progress import Progress, silent
from shopmind.shop import Shop, fitting

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FIGURE = "ndcg@10"
FOLDER = "trials"

Row = dict[str, Any]
Options = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """How settings are searched for.

    Attributes:
        trials: how many are kept in the end, those of earlier runs counted.
        options: what is varied, see space.spans.
        folder: where trials are kept; None keeps them in the shop's folder.
    """

    trials: int
    options: Sequence[str] = ()
    folder: Path | None = None


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes:
        options: recipe → options, those of the settings with the best found in their place.
        told: for the report, as JSON values.
    """

    options: Options
    told: Mapping[str, Any]


def search(shop: Shop, plan: Plan, wanted: Wanted, *, seed: int = 0, progress: Progress = silent) -> Found:
    """The options under which the scenario foresees the validation best, by nDCG@10.

    The first trial is what the settings say now, so the best is never worse than that on the validation.

    Raises:
        InputError: fewer than one trial, an option that is not there, or a source without a validation part.
        MissingExtraError: Optuna is not installed.
    """
    if wanted.trials < 1:
        raise InputError(f"evaluate: {wanted.trials} trials, at least 1 is needed", field="tune")
    variant = plan.variants["full"]
    varied = space.spans(fitting.needed([shop.scenarios[variant.scenario]]), wanted.options, shop.settings.training)
    split = plan.cutter.cut(plan.wishes.fit, "validation", 0)
    cases = some(split.cases, TUNING_CASES[False])
    truth = Truth(cases.target_cases, cases.target_items)
    without = split.events if variant.without_history else ()

    def measure(tried: Mapping[str, Value]) -> Row:
        start = time.perf_counter()
        options = _merged(shop.settings.training, varied, tried)
        with shop.fitted_on(
            split.known, split.now_ms, scenarios=[variant.scenario], options=options, seed=seed
        ) as fitted:
            lists = replay(fitted, variant.scenario, cases, 10, without=without, workers=plan.wishes.workers).ranked
        figures = {name: float(np.nanmean(each)) for name, each in truth.figures(lists).items()}
        return {"options": dict(tried), **figures, "seconds": round(time.perf_counter() - start, 2)}

    where = {
        "scenario": variant.scenario,
        "protocol": plan.wishes.name,
        "fit": plan.wishes.fit,
        "seed": seed,
        "known": len(split.known),
        "cases": len(cases),
    }
    journal = Journal((wanted.folder or shop.path / FOLDER) / f"{variant.scenario}.jsonl", where)
    rows = run(varied, journal, measure, wanted.trials, seed=seed, progress=progress)
    best = max((row for row in rows if row.get(FIGURE) is not None), key=lambda row: row[FIGURE], default=None)
    if best is None:
        raise InputError(f"evaluate: no trial could be measured; the last one: {rows[-1]['failed']}", field="search")
    chosen = _nested(varied, best["options"])
    told = {
        "trials": len(rows),
        "best": chosen,
        "validation": {FIGURE: {"first": rows[0].get(FIGURE), "best": best[FIGURE]}},
    }
    return Found(_merged(shop.settings.training, varied, best["options"]), {**told, "toml": space.toml(chosen)})


class Journal:
    """Trials in a file, one JSON line each, the oldest first.

    Args:
        where: under which circumstances a trial counts: a row that says otherwise stays in the file and is left alone.
    """

    def __init__(self, path: Path, where: Mapping[str, Any]) -> None:
        self._path, self._where = path, dict(where)

    def rows(self, varied: Sequence[Span]) -> list[Row]:
        """The rows of the same circumstances whose options are those varied; a last line that was cut is no row."""
        if not self._path.is_file():
            return []
        with storage_faults(self._path):
            lines = self._path.read_bytes().splitlines()
        return [row for row in map(_row, lines) if row is not None and self._counts(row, varied)]

    def keep(self, row: Row) -> None:
        """Adds a row; it is on the disk when this returns."""
        with storage_faults(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        file.write(b"\n")  # ends the line a kill has cut
                file.write(orjson.dumps({**self._where, **row}) + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def _counts(self, row: Row, varied: Sequence[Span]) -> bool:
        options = row.get("options", {})
        return (
            all(row.get(name) == value for name, value in self._where.items())
            and options.keys() == {span.name for span in varied}
            and all(span.holds(options[span.name]) or options[span.name] == span.now for span in varied)
        )


def _row(line: bytes) -> Row | None:
    try:
        row = orjson.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def run(
    varied: Sequence[Span],
    journal: Journal,
    measure: Callable[[Mapping[str, Value]], Row],
    trials: int,
    *,
    seed: int,
    progress: Progress = silent,
) -> list[Row]:
    """Tries until the journal holds so many trials; what a recipe refuses is kept as failed."""
    rows = journal.rows(varied)
    asking = _next(varied, rows, seed)
    progress("search settings", len(rows), trials)
    while len(rows) < trials:
        tried = next(asking)
        try:
            row = measure(tried)
        except (InputError, NotReadyError) as error:
            row = {"options": dict(tried), "failed": error.message}
        journal.keep(row)
        rows.append(row)
        progress("search settings", len(rows), trials)
    return rows


def _next(varied: Sequence[Span], rows: list[Row], seed: int) -> Iterator[dict[str, Value]]:
    """What to try next; `rows` is read anew for each."""
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("a search of settings", "tune") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {span.name: _distribution(span) for span in varied}
    if not rows:
        yield {span.name: span.now for span in varied}
    while True:
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed + len(rows)))
        for row in rows:
            if row.get(FIGURE) is not None and all(span.holds(row["options"][span.name]) for span in varied):
                study.add_trial(
                    optuna.trial.create_trial(params=row["options"], distributions=distributions, value=row[FIGURE])
                )
        yield dict(study.ask(distributions).params)


def _distribution(span: Span) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if span.values is not None:
        return CategoricalDistribution(span.values)
    if span.whole:
        return IntDistribution(int(span.low), int(span.high), log=span.log)
    return FloatDistribution(span.low, span.high, log=span.log)


def _nested(varied: Sequence[Span], tried: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for span in varied:
        found.setdefault(span.recipe, {})[span.option] = tried[span.name]
    return found


def _merged(settings: Options, varied: Sequence[Span], tried: Mapping[str, Value]) -> Options:
    return {**settings, **{name: {**settings.get(name, {}), **new} for name, new in _nested(varied, tried).items()}}
