"""`python -m benchmarks`: builds the demo's shop, serves it, foresees next baskets, and makes the table of the docs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SHOP = Path("shops/bench")

STEPS = (
    ("benchmarks.build", str(SHOP)),
    ("benchmarks.serving", str(SHOP)),
    ("benchmarks.next_basket", str(SHOP)),
    ("benchmarks.footprint",),
    ("benchmarks.table",),
)


def main() -> None:
    """Each question in a process of its own, so that none is measured with another's memory."""
    for module, *arguments in STEPS:
        print(f"\n== {module} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
