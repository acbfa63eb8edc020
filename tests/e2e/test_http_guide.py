"""The guide to the HTTP API does what it says: its commands and its Python run against a real server."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "http.md"
ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_guide_answer(start: Callable[..., Any], folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("guide: curl is not installed")
    url = start(folder, "--open").url
    commands = [block for block in blocks("sh") if "curl" in block]
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(["sh", "-e", "-c", command.replace(ADDRESS, url)], capture_output=True, check=True)
        answers = [json.loads(part) for part in done.stdout.decode().replace("}{", "}\n{").splitlines()]
        assert answers
        assert not any("error" in answer for answer in answers), answers


def test_the_python_of_the_guide_prints_titles(start: Callable[..., Any], folder: Path) -> None:
    url = start(folder, "--open").url
    (program,) = blocks("python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.replace(ADDRESS, url), str(GUIDE), "exec"), {})
    assert "Glass Teapot" in printed.getvalue()
