"""`evaluate policy`: what a policy would have earned, told from a log, before any customer sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shopmind import shop as shops
from shopmind.evaluation import policy_bandit, policy_table, policy_target
from shopmind.evaluation.estimators import MENU
from shopmind.evaluation.policy_slates import MOST, candidate, replay
from shopmind.evaluation.policy_table import NAMES
from shopmind.evaluation.policy_value import DRAWS, INTERVALS, LEVEL, value
from shopmind.evaluation.support import EXPLORE
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.kit.progress import Progress, silent
from shopmind.settings import FILE
from shopmind.shop import Shop

UNIFORM = "uniform"


def evaluate_policy(
    source: Shop | Path | str,
    *,
    target: str | Path = UNIFORM,
    columns: Mapping[str, str] | None = None,
    scenario: str | None = None,
    reward: str = "click",
    days: float = 1.0,
    most: int = MOST,
    estimators: Sequence[str] | None = None,
    leave_out: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Every estimator's value of a target, with two intervals and diagnostics, or the reason why there is none.

    Args:
        source: a shop; or a file, or a folder with one, of choices made by chance (columns arm, propensity, reward and
            features); or the Open Bandit data.
        target: "uniform"; a scenario file (of a shop); or a file of chances (of a table), columns arm and probability
            and whatever columns of the table say for which rows they hold.
        columns: what a column is for (arm, propensity, reward, position, request_id, kind) → its name in the table.
        scenario: whose log of the shop the scenario file is tried on; by default the one of its name, or its base.
        reward: click, cart or purchase; of a shop.
        days, most: how much of the shop's log is looked at, from its newest answer back.
        estimators: names on the menu; None takes all.
        leave_out: bad rows of a table are left out and counted instead of being an error.
        draws: of the bootstrap.

    Returns:
        JSON-ready; `refused` is a sentence where nothing is answered, else null. See the reference.

    Raises:
        NotFoundError: there is no such folder, file, or answer in the log.
        InputError: a target, column or row that is not allowed; the message names it.
    """
    for name in estimators or ():
        if name not in MENU:
            raise not_allowed("evaluate policy: estimator", name, MENU, field="estimators")
    how: dict[str, Any] = {"names": estimators, "draws": draws, "seed": seed}
    protocol = {"task": "policy", "target": Path(target).name, "level": LEVEL, "draws": draws, "seed": seed}
    if isinstance(source, Shop) or (Path(source) / FILE).is_file():
        told, notes = _of_shop(source, str(target), scenario, reward, days, most, how, progress)
        return {"protocol": {**protocol, "log": "the shop's answers", "notes": [*notes, INTERVALS]}, **told}
    path = policy_table.find(Path(source))
    if path is None:
        raise NotFoundError(
            f"{source}: neither a shop (no {FILE}) nor a table (.parquet, .csv, .ndjson)", field="folder"
        )
    if str(target).endswith(".toml"):
        raise InputError(
            f"{Path(target).name}: a scenario is tried on a shop's own log; a table needs uniform or a file of chances",
            field="target",
        )
    protocol["log"] = path.name
    raw = policy_table.raw(path)
    if columns is None and policy_bandit.is_bandit(raw):
        return _of_bandit(path, raw, str(target), protocol, draws, seed)
    table = policy_table.checked(raw, path.name, columns, leave_out=leave_out)
    if str(target) == UNIFORM:
        chosen = policy_target.uniform(table)
    else:
        chosen, table = policy_target.from_file(table, Path(target))
    told = value(table.logged(chosen, seed=seed), **how).as_json()
    protocol |= {"arms": len(table.arms), "features": list(table.features), "left_out": dict(table.left_out)}
    return {"protocol": {**protocol, "notes": [*table.notes, INTERVALS]}, **told}


def mapping(said: str) -> dict[str, str]:
    """ "arm=item,reward=click" as a mapping.

    Raises:
        InputError: a part is not NAME=COLUMN.
    """
    parts = [each.partition("=") for each in said.split(",") if each]
    bad = [name for name, equal, column in parts if not (name and equal and column)]
    if bad:
        raise InputError(
            f"columns: {said!r} is not NAME=COLUMN,NAME=COLUMN; names: {', '.join(NAMES)}", field="columns"
        )
    return {name.strip(): column.strip() for name, _, column in parts}


def _of_bandit(path: Path, raw: Any, target: str, protocol: dict[str, Any], draws: int, seed: int) -> dict[str, Any]:
    """Both directions in all campaigns; refused when all are."""
    if target != UNIFORM:
        raise InputError(
            f"{target}: the Open Bandit log is told of the target uniform (its policy random)", field="target"
        )
    parts = policy_bandit.evaluate_bandit(path.parent, raw, draws=draws, seed=seed)
    refusals = [told["refused"] for part in parts.values() for told in part.values()]
    notes = [
        "random chooses uniformly; its own log is the truth beside the estimate from the log of bts",
        policy_bandit.APPROXIMATE,
        f"kinds of arms, for mips: {policy_bandit.KIND}",
        INTERVALS,
    ]
    return {
        "protocol": {**protocol, "notes": notes},
        "cases": raw.height,
        "refused": None if None in refusals else refusals[0],
        "parts": parts,
    }


def _of_shop(
    source: Shop | Path | str,
    target: str,
    scenario: str | None,
    reward: str,
    days: float,
    most: int,
    how: Mapping[str, Any],
    progress: Progress,
) -> tuple[dict[str, Any], Sequence[str]]:
    if not target.endswith(".toml"):
        raise InputError(f"{target}: of a shop's log a scenario file (.toml) is the target", field="target")
    if not isinstance(source, Shop):
        with shops.open(Path(source)) as opened:
            return _of_shop(opened, target, scenario, reward, days, most, how, progress)
    tried = candidate(source, Path(target), scenario)
    found = replay(source, tried, reward=reward, days=days, most=most, seed=int(how["seed"]), progress=progress)
    if found.logged is None:
        empty = {"cases": found.told["answers"], "refused": EXPLORE, "cautions": [], "estimators": {}}
        return {**empty, "replay": dict(found.told)}, found.notes
    return {**value(found.logged, **how).as_json(), "replay": dict(found.told)}, found.notes
