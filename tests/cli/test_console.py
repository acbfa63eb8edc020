from __future__ import annotations

import sys

import pytest

from shopmind.console.run import Console, serve
from shopmind.kit.errors import InputError, MissingExtraError


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("shopmind.console.") and not each.endswith(".run")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nicegui", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'shopmind\[console\]'"):
        serve(Console())


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="is not an address"):
        serve(Console(api="127.0.0.1:8000"))
