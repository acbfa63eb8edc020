"""Every technology of the menus keeps the contract of its port."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shopmind.stores.database import ShopDatabase, open_database
from shopmind.stores.menus import ARTIFACTS, DATABASES, TEXT_INDEXES, VECTOR_INDEXES
from shopmind.testing.artifacts_suite import ArtifactsSuite
from shopmind.testing.catalogue_suite import CatalogueSuite, ColumnsSuite
from shopmind.testing.counters_suite import CountersSuite
from shopmind.testing.event_log_suite import EventsSuite, HistorySuite, TouchesSuite
from shopmind.testing.ledger_suite import LedgerSuite
from shopmind.testing.people_suite import EraseSuite, LinksSuite, RecordsSuite, TracesSuite, UsersSuite
from shopmind.testing.redemptions_suite import RedemptionsSuite
from shopmind.testing.text_index_suite import TextIndexSuite
from shopmind.testing.vector_index_suite import DIMENSION, VectorIndexSuite


class OnEveryDatabase:
    @pytest.fixture(params=list(DATABASES))
    def database(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShopDatabase]:
        opened = open_database(f"{request.param}:///{tmp_path}/shop.db")
        yield opened
        opened.close()


class TestCatalogue(OnEveryDatabase, CatalogueSuite): ...


class TestColumns(OnEveryDatabase, ColumnsSuite): ...


class TestEvents(OnEveryDatabase, EventsSuite): ...


class TestHistory(OnEveryDatabase, HistorySuite): ...


class TestTouches(OnEveryDatabase, TouchesSuite): ...


class TestCounters(OnEveryDatabase, CountersSuite): ...


class TestLedger(OnEveryDatabase, LedgerSuite): ...


class TestRedemptions(OnEveryDatabase, RedemptionsSuite): ...


class TestUsers(OnEveryDatabase, UsersSuite): ...


class TestErase(OnEveryDatabase, EraseSuite): ...


class TestLinks(OnEveryDatabase, LinksSuite): ...


class TestRecords(OnEveryDatabase, RecordsSuite): ...


class TestTraces(OnEveryDatabase, TracesSuite): ...


class TestTextIndex(TextIndexSuite):
    @pytest.fixture(params=list(TEXT_INDEXES))
    def open_index(self, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
        kind = TEXT_INDEXES.load(request.param)
        return lambda: kind(tmp_path / "text", fields={"title": 2.0, "body": 1.0})


class TestVectorIndex(VectorIndexSuite):
    @pytest.fixture(params=list(VECTOR_INDEXES))
    def open_index(self, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
        kind = VECTOR_INDEXES.load(request.param)
        return lambda encoder_version="e1": kind(tmp_path / "vectors", encoder_version, DIMENSION)


class TestArtifacts(ArtifactsSuite):
    @pytest.fixture(params=list(ARTIFACTS))
    def open_artifacts(self, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
        kind = ARTIFACTS.load(request.param)
        return lambda: kind(tmp_path / "artifacts")
