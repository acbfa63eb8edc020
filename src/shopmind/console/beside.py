"""The console beside a server, in a process of its own that ends with the one that started it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import orjson

from shopmind.console.run import Console, serve
from shopmind.kit.errors import ShopmindError

PATIENCE_S = 5.0
LOOK_EVERY_S = 1.0


@contextlib.contextmanager
def beside(console: Console) -> Iterator[None]:
    """Serves a console for as long as the block lasts; the block goes on without where it cannot be served."""
    told = orjson.dumps(dataclasses.asdict(console)).decode()
    process = subprocess.Popen([sys.executable, "-m", __name__, told], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(told: str) -> int:
    """Serves the console that `told` describes until the process that started this one is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            stop.wait(LOOK_EVERY_S)
        os._exit(0)

    stop = threading.Event()
    threading.Thread(target=watch, name="parent", daemon=True).start()
    try:
        serve(Console(**orjson.loads(told)))
    except ShopmindError as error:
        sys.stderr.write(f"shopmind: {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
