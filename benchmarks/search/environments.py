"""An environment for each peer that the project does not depend on, made when it is first asked for.

It lies in the cache folder. The project's own packages are seen from it, after its own, so that the encoder runs in the
peer's process as it does in ours and its time is part of every figure.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from benchmarks.search.peers import Spec
from benchmarks.search.sets import CACHE

TAKES_AT_MOST_S = 1_200


class NotHere(Exception):
    """A peer that cannot be had on this machine; the message says why, in one line."""


def interpreter(name: str, spec: Spec) -> Path:
    """The Python of `name`'s environment.

    Raises:
        NotHere: it cannot be installed.
    """
    if not (spec.needs or spec.alone):
        return Path(sys.executable)
    wanted = "\n".join((sys.version, *spec.needs, "alone:", *spec.alone))
    home = CACHE / "peers" / f"{name}-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    if not (home / "made").is_file():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        for requirement in spec.needs:
            _install(python, requirement)
        for requirement in spec.alone:
            _install(python, "--no-deps", requirement)
        beside = home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        (beside / "project.pth").write_text(sysconfig.get_path("purelib") + "\n")
        (home / "made").write_text(wanted)
    return python


def _install(python: Path, *words: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TAKES_AT_MOST_S)
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"{words[-1]} took more than {TAKES_AT_MOST_S} s to install") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        raise NotHere(f"{words[-1]} cannot be installed: {said[-1].removeprefix('ERROR: ')[:200]}")
