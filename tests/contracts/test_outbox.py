"""Every outbox of the menu keeps the contract of its port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopmind.stores.menus import OUTBOXES
from shopmind.stores.outbox import Outbox
from shopmind.testing.outbox_suite import OutboxSuite


class TestOutbox(OutboxSuite):
    @pytest.fixture(params=list(OUTBOXES))
    def outbox(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
        opened: Outbox = OUTBOXES.load(request.param)(f"{request.param}:///{tmp_path}/messages.db")
        yield opened
        opened.close()
