from __future__ import annotations

import subprocess
import sys

import pytest

from shopmind.kit.errors import MissingExtraError
from shopmind.kit.progress import silent
from shopmind.training import MENU, sequence
from shopmind.training.recipe import Tables
from shopmind.training.sequence.recipe import SequenceRecipe


def test_serving_and_the_menu_need_no_torch() -> None:
    code = (
        "import sys\n"
        "from shopmind.training import MENU, sequence_model\n"
        "MENU.load('sequence').Options()\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'torch']\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, shop_with_a_rule: Tables) -> None:
    monkeypatch.setattr(sequence, "NEEDED", ("a_package_that_is_not_there",))
    with pytest.raises(MissingExtraError, match=r"shopmind\[train\]"):
        SequenceRecipe().fit(shop_with_a_rule, SequenceRecipe.Options(), seed=0, progress=silent)


def test_options_say_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="dimension 65 is not a multiple of heads 2"):
        SequenceRecipe.Options(dimension=65)
    with pytest.raises(ValueError, match="dropout is 1"):
        SequenceRecipe.Options(dropout=1.0)
    assert MENU.load("sequence") is SequenceRecipe
