"""Where results go, and what stands beside every figure: the machine, the commit, the time."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def machine() -> dict[str, Any]:
    """Processor, cores, memory and Python of this machine; no name and no path."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory_gib, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit that was measured, with a + when files differ from it; results of other benchmarks measure nothing."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        others = f":(exclude,top){RESULTS.parent.name}/{RESULTS.name}"
        looked = ["git", "status", "--porcelain", "-uno", "--", ":/", others]
        dirty = subprocess.run(looked, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def head() -> dict[str, Any]:
    """What stands beside every figure."""
    return {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "machine": machine()}


def write(name: str, result: dict[str, Any]) -> Path:
    """Writes results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**head(), **result}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
