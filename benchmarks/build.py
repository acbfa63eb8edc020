"""What does it take to build the demo's shop? Wall and processor time, peak memory, bytes on disk.

Run `python -m benchmarks.build [FOLDER]`: `shopmind demo --no-serve --fresh` as a process of its own, measured by the
operating system. Weights that are in the cache already are not fetched again. Writes results/build.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.record import write

LIMITS = {"wall_s": 480.0, "peak_memory_mb": 3_000.0}
"""What it may take on two cores that have nothing else to do."""


def measure(folder: Path) -> dict[str, Any]:
    """Builds the demo into `folder`."""
    command = [sys.executable, "-m", "shopmind", "demo", str(folder), "--no-serve", "--fresh", "--json"]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    wall_s = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(done.stdout)
    return {
        "wall_s": round(wall_s, 1),
        "processor_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_memory_mb": round(used.ru_maxrss / 1000),
        "seconds": report["seconds"],
        "rows_per_s": {name: table["rows_per_second"] for name, table in report["data"]["tables"].items()},
        "disk_mb": {part.name: _megabytes(part) for part in sorted(folder.iterdir())},
    }


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("shops/bench"))
    found = measure(parser.parse_args().folder)
    print(json.dumps(found, indent=2))
    write("build", {"seed": 0, "limits": LIMITS, "figures": found})


if __name__ == "__main__":
    main()
