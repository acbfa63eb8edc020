from __future__ import annotations

import re
from pathlib import Path

from shopmind.console.page import Page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-console-page.md"


def test_the_page_of_the_how_to_is_one() -> None:
    code = re.search(r"^```py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    exec(compile(code[1], "hello.py", "exec"), names)
    assert isinstance(names["PAGE"], Page)
    assert names["PAGE"].scope == "read"
