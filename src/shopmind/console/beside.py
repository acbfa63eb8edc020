"""The console beside a server, in a process of its own that ends with the one that started it."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator

import orjson

from shopmind.console.run import Console, serve
from shopmind.kit import orphans
from shopmind.kit.errors import ShopmindError

PATIENCE_S = 5.0


@contextlib.contextmanager
def beside(console: Console) -> Iterator[None]:
    """Serves a console for as long as the block lasts; the block goes on without where it cannot be served."""
    told = orjson.dumps(dataclasses.asdict(console)).decode()
    process = orphans.start(__name__, told)
    try:
        yield
    finally:
        orphans.end([process], PATIENCE_S)


def main(told: str) -> int:
    """Serves the console that `told` describes."""
    try:
        serve(Console(**orjson.loads(told)))
    except ShopmindError as error:
        sys.stderr.write(f"shopmind: {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
