"""The demonstration: The Complete Journey made into a shop, and a small bilingual shop of our own beside it."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shopmind
from shopmind.encoders import weights
from shopmind.evaluation.recommend import evaluate_recommend
from shopmind.insights.traffic import count
from shopmind.kit.apart import apart
from shopmind.kit.clock import system_clock
from shopmind.kit.errors import ShopmindError
from shopmind.kit.progress import Progress
from shopmind.operations.knowledge import Knowledge, telling
from shopmind.samples import write_tiny
from shopmind.settings import FILE
from shopmind.shop import Shop

SAMPLE_USERS = ("412", "1", "718", "1228", "900", "2070", "1653", "371")
"""Households of the data set that the page offers to be."""

TINY = {"name": "小店 Tiny", "language": "zh", "sample_users": ("u01", "u02", "u03", "u11", "u12")}

FINISHED = ("state", "demo")


@dataclass
class Report:
    """What was done, in order: how long each step took, and what there is to say of it.

    Attributes:
        data: the report of the ingest, as JSON-ready data; `data_text` the same for people.
        missing: scenario → what it still needs.
        evaluation: what `shopmind evaluate recommend --protocol next-basket` prints.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    data_text: str = ""
    missing: dict[str, list[str]] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    peak_memory_mb: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times a step."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)


def build(folder: Path, progress: Progress, *, fresh: bool = False) -> Report:
    """Builds both shops, `folder` and `folder`/../tiny, or finishes what an earlier call began.

    Args:
        fresh: throw both away first.

    Raises:
        NotReadyError: the package with the data is not installed.
    """
    report = Report()
    tiny = folder.parent / "tiny"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(tiny, ignore_errors=True)
    with report.step("weights"):
        _fetch_weights(report, progress)
    with report.step("tiny shop"):
        progress("build the tiny shop", 0, 1)
        _build_tiny(tiny)
        progress("build the tiny shop", 1, 1)
    with _opened(folder, name="The Complete Journey", sample_users=SAMPLE_USERS, impressions="served") as shop:
        kept = shop.records.get(*FINISHED)
        if kept is not None:
            report.remarks.append(f"the demo was built before; {folder} is used as it is (--fresh builds it again)")
            return Report(**{**kept, "remarks": [*kept["remarks"], *report.remarks]})
    with report.step("ingest"):
        report.data, report.data_text = apart(_ingest, progress, folder)
    with shopmind.open(folder) as shop:
        _fill(shop, report, progress)
        report.peak_memory_mb = peak_memory_mb()
        shop.records.put(*FINISHED, report.__dict__)
    return report


def _fill(shop: Shop, report: Report, progress: Progress) -> None:
    with report.step("index"):
        shop.index(progress)
    with report.step("train"):
        made = shop.train(progress=progress)
    with report.step("count"):
        progress("count traffic", 0, 1)
        count(shop)  # or the console would count for minutes before it could tell of today
        progress("count traffic", 1, 1)
    log = Knowledge(shop)
    telling.trained(log, made, shop.untrained(), seconds=report.seconds["train"], by="demo")
    report.missing = {name: needs for name, needs in shop.readiness().items() if needs}
    with report.step("evaluate"):
        report.evaluation = evaluate_recommend(shop, protocol="next-basket", scenario="basket", progress=progress)
    telling.evaluated(log, report.evaluation, by="demo")


def _ingest(progress: Progress, folder: Path) -> tuple[dict[str, Any], str]:
    """The report for programs and for people. Reading the export leaves 0.8 GB behind that training could use."""
    with shopmind.open(folder) as shop:
        taken = shop.ingest("complete_journey", progress=progress)
        return taken.as_json(), taken.as_text()


def _fetch_weights(report: Report, progress: Progress) -> None:
    for name in ("minilm", "e5"):
        try:
            weights.get(name, progress=progress)
        except ShopmindError as error:
            report.remarks.append(f"without weights {name!r} search is lexical only: {error.message}")


def _build_tiny(folder: Path) -> None:
    with _opened(folder, **TINY) as shop:
        if not shop.catalogue.last_change():
            shop.ingest(write_tiny(folder / "data", system_clock()))
        shop.index()
        if not shop.artifacts.names():
            shop.train()


def _opened(folder: Path, **settings: Any) -> Shop:
    if (folder / FILE).is_file():
        return shopmind.open(folder)
    return shopmind.create(folder, **settings)


def peak_memory_mb() -> int:
    """The most memory this process, or one that it started, has held, MB."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3))
