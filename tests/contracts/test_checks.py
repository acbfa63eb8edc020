"""The checks' contract over the whole menu."""

import pytest

from shopmind.ingest.checks import CHECKS
from shopmind.testing.check_suite import CheckSuite


class TestChecks(CheckSuite):
    """Every check of the menu."""

    @pytest.fixture(params=CHECKS)
    def check_name(self, request: pytest.FixtureRequest) -> str:
        name: str = request.param
        return name
