"""The guide to the Python client does what it says, against a real server, and names every method."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shopmind.client import Client

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-client.md"
ADDRESS = "http://127.0.0.1:8000"


def test_every_method_is_in_the_guide() -> None:
    methods = {name for topic in Client.__bases__ for name in vars(topic) if not name.startswith("_")}
    told = set(re.findall(r"^\| `(\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert methods == told


@pytest.mark.slow
def test_the_python_of_the_guide_runs(start: Callable[..., Any], folder: Path) -> None:
    url = start(folder, "--open").url
    programs = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    printed = io.StringIO()
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        for program in programs:
            exec(compile(program.replace(ADDRESS, url), str(GUIDE), "exec"), names)
    for said in ("accepted", "rejected", "home", "not_found", "flowchart LR"):
        assert said in printed.getvalue(), printed.getvalue()
