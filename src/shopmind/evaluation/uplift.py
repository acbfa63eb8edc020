"""`evaluate uplift`: whether an order of people puts those first whom an offer changes, told from a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.kit.progress import Progress, silent
from shopmind.kit.seeds import hash64_all
from shopmind.metrics.discrimination import auc
from shopmind.metrics.uplift import FIGURES, drawn
from shopmind.training.lambdamart import chance_trees
from shopmind.training.uplift.encoding import matrix
from shopmind.training.uplift.learners import LEARNERS, Cases, folds_of, out_of_fold, response
from shopmind.training.uplift.recipe import DEFAULT, cases_of, growth_of
from shopmind.training.uplift.trial import Trial, read_trial

Floats = NDArray[np.float64]
DRAWS = 500
FOLDS = 5
LEVEL = 0.95
PARTS = 5
READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".parquet": pl.read_parquet,
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".ndjson": lambda path: pl.read_ndjson(path, infer_schema_length=None),
}


def evaluate_uplift(
    source: Path | str,
    *,
    control: str | None = None,
    learners: Sequence[str] | None = None,
    folds: int = FOLDS,
    leave_out: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """AUUC and Qini of orders by learned uplift, by response and by chance, each row scored by a model that has not
    seen its person, with intervals by bootstrap over people.

    Args:
        source: a folder with a file `trial`, or the file.
        control: name of the arm that was given nothing, where the file calls it otherwise than 0 or control.
        learners: of t, x and dr; None takes all.
        leave_out: bad rows are left out and counted instead of being an error.

    Returns:
        JSON-ready; see the reference.

    Raises:
        NotFoundError: there is no such folder, or it has no trial.
        InputError: the file cannot be read, a column or arm is missing, rows are bad, a learner is unknown.
    """
    names = tuple(LEARNERS) if learners is None else tuple(dict.fromkeys(learners))
    for name in names:
        if name not in LEARNERS:
            raise not_allowed("evaluate uplift: learner", name, LEARNERS, field="learners")
    if folds < 2 or draws < 1:
        raise InputError(f"evaluate uplift: folds {folds} and draws {draws}; at least 2 and 1", field="folds")
    path = find(Path(source))
    trial = read_trial(raw(path), path.name, control=control, leave_out=leave_out)
    wide = matrix(trial.columns, trial.frame)
    effects, cautions = {}, []
    for place, arm in enumerate(trial.arms[1:], start=1):
        rows = (trial.arm == 0) | (trial.arm == place)
        effects[arm] = _arm(trial, wide, rows, names, folds, draws, seed)
        progress(f"uplift of {arm}", place, len(trial.arms) - 1)
        if not trial.known_chance:
            cautions += _lots(effects[arm]["balance"], arm)
    return {
        "protocol": {
            "task": "uplift",
            "trial": path.name,
            "control": trial.arms[0],
            "learners": list(names),
            "folds": folds,
            "level": LEVEL,
            "draws": draws,
            "seed": seed,
            "features": [column.name for column in trial.columns],
            "left_out": dict(trial.left_out),
            "notes": list(trial.notes),
        },
        "cases": len(trial),
        "people": len(trial.ids),
        "arms": {name: _arm_means(trial, place) for place, name in enumerate(trial.arms)},
        "cautions": cautions,
        "effects": effects,
    }


def find(source: Path) -> Path:
    """The file itself, or `trial` in the folder.

    Raises:
        NotFoundError: there is none.
        InputError: a suffix that cannot be read.
    """
    if source.is_file():
        if source.suffix not in READERS:
            raise InputError(f"{source.name}: {source.suffix or 'no suffix'}; allowed: {', '.join(READERS)}")
        return source
    if not source.is_dir():
        raise NotFoundError(f"{source}: there is no such folder or file", field="folder")
    for suffix in READERS:
        if (source / f"trial{suffix}").is_file():
            return source / f"trial{suffix}"
    raise NotFoundError(f"{source}: has no trial.parquet, trial.csv or trial.ndjson", field="folder")


def read(source: Path) -> pl.DataFrame:
    """The trial of a folder, or of the file itself, as it is; raises what `find` and `raw` raise."""
    return raw(find(source))


def raw(path: Path) -> pl.DataFrame:
    """The file as it is; raises InputError if it cannot be read."""
    try:
        return READERS[path.suffix](path)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read: {str(error).splitlines()[0]}") from error


def _arm(
    trial: Trial,
    wide: NDArray[np.float32],
    rows: NDArray[np.bool_],
    names: Sequence[str],
    folds: int,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Everything about one arm beside control."""
    cases = cases_of(trial, wide, rows)
    fold = folds_of(trial.ids, cases.people, folds, seed)
    told: dict[str, Any] = {"people": len(np.unique(cases.people)), "balance": _balance(cases, fold, seed)}
    told["outcome"] = _target(cases, trial.ids, fold, names, draws, seed)
    if trial.value is not None:
        spent = replace(cases, outcome=trial.value[rows], binary=False)
        told["value"] = _target(spent, trial.ids, fold, names, draws, seed)
    return told


def _target(
    cases: Cases, ids: Sequence[str], fold: NDArray[np.int64], names: Sequence[str], draws: int, seed: int
) -> dict[str, Any]:
    """Figures of every order, and of each pair that is worth a comparison."""
    growth = growth_of(len(cases))
    said = {name: out_of_fold(LEARNERS[name], cases, fold, growth, seed) for name in names}
    said["response"] = out_of_fold(response, cases, fold, growth, seed)
    said["random"] = hash64_all(ids)[cases.people].astype(np.float64)
    _, units = np.unique(cases.people, return_inverse=True)
    found = drawn(said, cases.treated, cases.outcome, cases.weights, units=units, seed=seed, draws=draws)
    pairs = [(name, other) for name in names for other in ("response", "random")]
    nothing = np.zeros(len(cases))
    mean = (
        2 * drawn({"": nothing}, cases.treated, cases.outcome, cases.weights, units=units, seed=seed, draws=draws)[""]
    )
    best = DEFAULT if DEFAULT in names else names[0] if names else "response"
    return {
        "effect": _interval(mean[:, 0]),
        "systems": {name: _figures(each) for name, each in found.items()},
        "differences": {f"{one}-{other}": _figures(found[one] - found[other]) for one, other in pairs},
        "fifths": _parts(said[best], cases, units, seed, draws),
    }


def _figures(drawn_: Floats) -> dict[str, dict[str, float | None]]:
    return {name: _interval(drawn_[:, place]) for place, name in enumerate(FIGURES)}


def _interval(column: Floats) -> dict[str, float | None]:
    """The value of the data and the percentiles of the draws."""
    rest = column[1:][~np.isnan(column[1:])]
    if np.isnan(column[0]) or len(rest) < 2:
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(rest, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return {"value": float(column[0]), "low": float(low), "high": float(high)}


def _parts(said: Floats, cases: Cases, units: NDArray[np.int64], seed: int, draws: int) -> list[dict[str, Any]]:
    """What was foreseen and what was seen in each fifth of the people, from the highest uplift down."""
    order = np.argsort(-said, kind="stable")
    found = []
    for part in np.array_split(order, PARTS):
        some = {"people": len(part), "foreseen": float(said[part].mean())}
        if min(cases.treated[part].sum(), (~cases.treated[part]).sum()) < 2:
            found.append({**some, "seen": None, "low": None, "high": None})
            continue
        _, mine = np.unique(units[part], return_inverse=True)
        told = drawn(
            {"": np.zeros(len(part))},
            cases.treated[part],
            cases.outcome[part],
            cases.weights[part],
            units=mine,
            seed=seed,
            draws=min(draws, 200),
        )[""]
        seen = _interval(2 * told[:, 0])
        found.append({**some, "seen": seen["value"], "low": seen["low"], "high": seen["high"]})
    return found


def _balance(cases: Cases, fold: NDArray[np.int64], seed: int) -> dict[str, float]:
    """How well features tell who was treated, out of fold: an AUC of a half where lots were drawn, give or take `by`.

    Source: the variance (n + m + 1) / 12nm of the Mann-Whitney statistic without a difference, here over nm.
    """
    growth, free = growth_of(len(cases)), np.zeros(cases.matrix.shape[1], np.bool_)
    said, treated = np.zeros(len(cases)), cases.treated.astype(np.float64)
    for each in np.unique(fold):
        inside = fold == each
        rest = np.ones(int((~inside).sum()))
        said[inside] = chance_trees(cases.matrix[~inside], treated[~inside], rest, free, growth, seed).scores(
            cases.matrix[inside]
        )
    told = float(np.mean([auc(said[fold == each], treated[fold == each]) for each in np.unique(fold)]))
    many, few = int(treated.sum()), int((1 - treated).sum())
    return {"auc": told, "by": float(3 * np.sqrt((many + few + 1) / (12 * many * few)))}


def _lots(balance: Mapping[str, float], arm: str) -> list[str]:
    """A sentence where the features tell who was treated though nobody said that chances differed."""
    if not balance["auc"] - 0.5 > balance["by"]:
        return []
    return [
        f"arm {arm!r}: features tell who was given it (AUC {balance['auc']:.3f}, a half where lots are drawn): without "
        "a column propensity what is shown here is not what the offer does"
    ]


def _arm_means(trial: Trial, place: int) -> dict[str, Any]:
    rows = trial.arm == place
    told = {"people": len(np.unique(trial.people[rows])), "outcome": float(trial.outcome[rows].mean())}
    return told if trial.value is None else {**told, "value": float(trial.value[rows].mean())}
