"""The strategy beside a server, in a process of its own: a fit takes no time from requests. `python -m … FOLDER`."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopmind import shop as shops
from shopmind.kit import log, orphans
from shopmind.kit.errors import ShopmindError
from shopmind.kit.log import note
from shopmind.operations.strategy.run import Strategy, Told

logger = logging.getLogger("shopmind.strategy")

PATIENCE_S = 10.0


@contextlib.contextmanager
def beside(folders: Sequence[Path]) -> Iterator[None]:
    """Looks after these shops for as long as the block lasts; what is under way then is gone on with the next time."""
    started = [orphans.start(__name__, str(folder)) for folder in folders]
    try:
        yield
    finally:
        orphans.end(started, PATIENCE_S)


def main(folder: Path) -> int:
    """Runs the strategy of one shop; lines of JSON on stderr.

    It ends with the process that started it, in the middle of a fit too: a kill at any point is gone on from.
    """
    log.configure()
    try:
        with shops.open(folder) as shop:
            Strategy(shop).run(threading.Event(), _tell)
    except ShopmindError as error:
        note(logger, logging.ERROR, "strategy", why=error.message)
        return 1
    return 0


def _tell(told: Told) -> None:
    if not told.waits:
        note(logger, logging.INFO, "strategy", step=told.step, cycle=told.cycle_id, why=told.said.en)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
