"""The gaps' contract over the whole menu."""

import pytest

from shopmind.insights.quality import GAPS
from shopmind.testing.gap_suite import GapSuite


class TestGaps(GapSuite):
    """Every gap of the menu."""

    @pytest.fixture(params=GAPS)
    def gap_name(self, request: pytest.FixtureRequest) -> str:
        name: str = request.param
        return name
