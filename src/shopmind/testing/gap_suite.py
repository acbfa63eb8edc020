"""The contract of a gap: it finds the last of its specimen, and nothing in the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shopmind.domain import KINDS
from shopmind.insights.quality import GAPS
from shopmind.insights.quality.gaps.gap import Known


class GapSuite:
    """Subclass it and give a fixture `gap_name`: a name of the menu."""

    @pytest.fixture
    def kind(self, gap_name: str) -> Any:
        """The gap's class."""
        return GAPS.load(gap_name)

    def test_it_says_what_is_wrong_and_what_to_do_in_both_languages(self, kind: Any) -> None:
        """Words for people."""
        assert kind.__doc__
        for said in (kind.words, kind.mend):
            assert len(said) == 2
            assert all(said)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in said[1])
        assert set(kind.kinds) <= set(KINDS)

    def test_it_finds_its_specimen_and_nothing_else(self, kind: Any) -> None:
        """The last item has it, those before do not."""
        gap = kind(Known("en"))
        found = {
            number
            for number, item in enumerate(kind.specimen, 1)
            if gap.look(number, replace(item, kind=kind.kinds[0]))
        }
        assert found | set(gap.close()) == {len(kind.specimen)}

    def test_an_empty_catalogue_has_none(self, kind: Any) -> None:
        """Nothing looked at, nothing found."""
        assert list(kind(Known("en")).close()) == []
