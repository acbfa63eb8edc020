"""The record of search: a run over some sets leaves the figures of the others, and each set says which run it is of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RUN = ("measured_at", "commit", "machine", "minutes", "queries_at_most")
"""What a set takes over from the run that measured it."""


def merged(result: Mapping[str, Any], before: Path, order: Sequence[str]) -> dict[str, Any]:
    """`result` with the sets that only the file `before` has; each set with the run it was measured in, as `run`.

    Args:
        result: a run, with its `sets`; what the head of the file says is what it says.
        before: the file of the last run; it need not exist.
        order: of the sets.
    """
    sets = _sets(json.loads(before.read_text(encoding="utf-8"))) if before.is_file() else {}
    sets |= _sets(result)
    known = [name for name in order if name in sets] + [name for name in sets if name not in order]
    return {**result, "sets": {name: sets[name] for name in known}}


def _sets(result: Mapping[str, Any]) -> dict[str, Any]:
    run = {key: result[key] for key in RUN if key in result}
    return {name: {"run": run, **found} for name, found in result["sets"].items()}
