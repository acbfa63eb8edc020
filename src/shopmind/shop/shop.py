"""open() and create(), and the Shop they give: everything the doors and the higher rooms may ask of one shop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from shopmind import settings as shop_settings
from shopmind.domain import Query, Slate
from shopmind.indexing import Indexer
from shopmind.ingest.ingest import ingest as take_in
from shopmind.ingest.mapping import read_mapping
from shopmind.ingest.report import Report
from shopmind.ingest.rows import RowStatus
from shopmind.kit.clock import Clock, system_clock
from shopmind.kit.errors import ShopmindError
from shopmind.kit.progress import Progress, silent
from shopmind.pipeline.histories import Histories
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.scenario import Scenario
from shopmind.privacy.erase import Erasure
from shopmind.settings import Settings
from shopmind.shop import adopting, learning, taking, writing
from shopmind.shop.asking import Asking
from shopmind.shop.booking import Booking
from shopmind.shop.experimenting import Experiments
from shopmind.shop.folder import REJECTED, SCENARIOS, Folder
from shopmind.shop.foreseeing import Outlooks
from shopmind.shop.merchandising import Rules, Words
from shopmind.shop.offers import ShopOffers
from shopmind.shop.postbox import Postbox
from shopmind.shop.scenario_book import ScenarioBook
from shopmind.shop.scenario_files import ScenarioFiles
from shopmind.shop.slate_log import SlateLog
from shopmind.shop.suggesting import Suggestions
from shopmind.shop.views import Views
from shopmind.shop.workbench import Workbench
from shopmind.stores.ports import Artifact

logger = logging.getLogger(__name__)

INDEXING_WAIT_S = 3_600.0


def open(folder: Path | str, *, clock: Clock = system_clock, **flags: Any) -> Shop:
    """Opens the shop in `folder`; flags override its settings.

    Raises:
        NotFoundError: the folder is not a shop.
        InputError: a setting or scenario file that is not allowed.
        StorageError: a store is corrupt or from a newer version.
    """
    path = Path(folder)
    settings = shop_settings.read(path, **flags)
    scenarios = ScenarioBook(path / SCENARIOS)
    return Shop(Folder.open(path, settings, clock), scenarios)


def create(folder: Path | str, *, clock: Clock = system_clock, **settings: Any) -> Shop:
    """Makes `folder` a shop and opens it.

    Raises:
        InputError: it is a shop already, or a setting is not allowed.
    """
    shop_settings.write(Path(folder), **settings)
    return open(folder, clock=clock)


class Shop(Asking, Views):
    """One shop, opened: safe for many threads; other processes may open the same folder."""

    def __init__(self, folder: Folder, scenarios: Mapping[str, Scenario]) -> None:
        self._folder = folder
        self.scenarios = scenarios
        self._histories = Histories(folder.events, limit=folder.settings.history)
        self._answering = self._make_answering()
        self._suggestions = self._make_suggestions()
        self._outlooks = Outlooks(folder)
        self._booking = Booking(folder.database.ledger, folder.clock)
        self._slates = SlateLog(folder.database.traces, folder.clock, impressions=folder.settings.impressions)
        self._indexing: threading.Thread | None = None
        self._stop = threading.Event()
        self.catalogue = folder.catalogue
        self.users = folder.users
        self.events = folder.events
        self.links = folder.links
        self.records = folder.records
        self.artifacts = folder.artifacts
        self.pseudonyms = folder.pseudonyms
        self.rules = Rules(folder, scenarios, lambda query, rules: self._answering.answer(query, rules))
        self.lexicon = Words(folder)
        self.workbench = Workbench(scenarios, folder.settings, lambda: self._answering)
        self.offers = ShopOffers(folder, lambda query: self._answering.answer(query))
        self.experiments = Experiments(folder, scenarios)
        self.scenario_files = ScenarioFiles(folder, lambda: self._answering)
        self.postbox = Postbox(folder.path, folder.pseudonyms, folder.clock)
        self._erasure().resume()

    @property
    def path(self) -> Path:
        """The shop's folder."""
        return self._folder.path

    @property
    def settings(self) -> Settings:
        """As read when it was opened."""
        return self._folder.settings

    @property
    def folder(self) -> Folder:
        """The stores, for ingest, doctor and backup."""
        return self._folder

    @property
    def scenario_fault(self) -> str:
        """Why scenario files that were changed could not be taken up; "" when they were."""
        return self.scenarios.fault if isinstance(self.scenarios, ScenarioBook) else ""

    @property
    def tools(self) -> Tools:
        """What the parts of the pipeline are made from, as of now."""
        return self._answering.tools

    # Answers

    def answer(self, query: Query) -> Slate:
        """The slate of a query whose ids are pseudonyms already; what it leaves behind is written shortly after."""
        if not self.settings.personal:
            query = replace(query, personal=False)
        recorded = query.history is None and query.record
        since = self._slates.begin(query) if recorded else None
        slate = self._answering.answer(query, choice=self.experiments.chooser.choose(query))
        behind = self._indexer().behind() if not slate.hits and query.text else 0
        if behind:
            slate = replace(slate, degraded=(*slate.degraded, f"index: {behind} changes behind"))
        if recorded:
            slate = self._booking.book(query, slate)
            self._slates.put(query, slate, since)
        return slate

    def flush(self) -> None:
        """Returns when the records of all answers so far are written."""
        self._slates.flush()

    def warm(self) -> None:
        """Loads what the first answers need; a server calls it before it takes requests."""
        self._answering.warm(self.experiments.chooser.ways())
        self.suggest("a")
        self.offers.warm()

    def readiness(self) -> dict[str, list[str]]:
        """Scenario → what it still needs, in words; an empty list is ready.

        Where the last training could not make an artifact, what was missing for it is said.
        """
        refused = self.untrained()
        return {
            name: [f"{part}: {refused.get(what.partition(':')[0], what)}" for part, what in missing.items()]
            for name, missing in self._answering.missing().items()
        }

    # Writes

    def track(self, event: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[RowStatus]:
        """Events as rows of an events file; durable when this returns, and in the next answer."""
        statuses = writing.track(self._folder, [event] if isinstance(event, Mapping) else event)
        self._booking.settle()
        self._answering.live.wake()
        return statuses

    def ingest(self, source: Path | str, *, mapping: Path | None = None, progress: Progress = silent) -> Report:
        """Takes a data folder, or the export called "complete_journey", into the shop; good rows always get in.

        Args:
            mapping: of the files' columns; by default `mapping.toml` in the data folder, if there is one.

        Raises:
            InputError: the source or its mapping is not allowed; single bad rows never raise.
            StorageError: the disk is full or the database fails; what was stored before stays.
        """
        folder = self._folder
        report = take_in(
            source,
            folder.database,
            folder.path,
            folder.pseudonyms,
            mapping=None if mapping is None else read_mapping(mapping),
            clock=folder.clock,
            default_currency=folder.settings.currency,
            progress=progress,
        )
        self._answering.live.wake()
        taking.keep(folder.records, report, folder.clock())
        return report

    def ingests(self) -> list[dict[str, Any]]:
        """The newest runs of ingest in short, newest first (shop/taking.py)."""
        return taking.kept(self.records)

    def put_items(self, rows: Sequence[Mapping[str, Any]]) -> list[RowStatus]:
        """Items as rows of an items file. They are found once the indexer has seen them (`index`)."""
        return writing.put_items(self._folder, rows)

    def put_users(self, rows: Sequence[Mapping[str, Any]]) -> list[RowStatus]:
        """Users as rows of a users file."""
        return writing.put_users(self._folder, rows)

    def put_links(self, rows: Sequence[Mapping[str, Any]]) -> list[RowStatus]:
        """Links as rows of a links file."""
        return writing.put_links(self._folder, rows)

    def forget(self, user_id: str) -> dict[str, Any]:
        """Erases a user everywhere and returns the receipt; doing it again changes nothing.

        The receipt names rows erased by table, lines of rejected.ndjson, and the artifacts that learned from the user
        and are marked for retraining.
        """
        self._slates.flush()
        receipt = self._erasure().of(self._folder.pseudonyms.user(user_id))
        self._histories.forget_all()
        self._answering.live.drop()
        self._suggestions.forget()
        return receipt

    # Keeping the shop up to date

    def index(self, progress: Progress = silent) -> int:
        """Brings the text and vector index up to the catalogue; returns how many changes were behind.

        An adapted encoder that was promoted and does not answer yet is taken into use (shop/adopting.py).
        Waits for another process that is indexing.
        """
        if not self._folder.settled:
            self._folder = self._folder.settle()
            self._answering = self._make_answering()
        with self._folder.lease.hold(wait_s=INDEXING_WAIT_S):
            behind = self._indexer().catch_up(progress)
        if adopting.adopt(self._folder, wait_s=INDEXING_WAIT_S, progress=progress):
            self._answering.refresh()
        return behind

    def follow(self, every_s: float = 0.3) -> None:
        """Keeps the indexes up to date from a thread, while this process holds the lease; until `close`.

        An adapted encoder that somebody promotes is taken into use, too, and scenario files that were changed; money of
        ads is settled.
        """
        unopened = ""

        def run() -> None:
            nonlocal unopened
            while not self._stop.wait(every_s):
                try:
                    version = adopting.waiting(self._folder)
                    if version != unopened:
                        unopened = "" if adopting.adopt(self._folder, wait_s=INDEXING_WAIT_S) else version
                        self._answering.refresh()
                    self._answering.take_up()
                    self._booking.look_after()
                    if self._indexer().behind() and self._folder.lease.acquire():
                        try:
                            self._indexer().catch_up()
                        finally:
                            self._folder.lease.release()
                except (ShopmindError, OSError):  # a file, too, may be there again at the next look
                    logger.exception("indexing failed; it is tried again")

        if self._indexing is None:
            self._booking.beside = True
            self._indexing = threading.Thread(target=run, name="indexer", daemon=True)
            self._indexing.start()

    def train(
        self,
        names: Sequence[str] | None = None,
        progress: Progress = silent,
        *,
        judgments: pl.DataFrame | None = None,
        hidden: Iterable[str] = (),
        trial: pl.DataFrame | None = None,
    ) -> list[Artifact]:
        """Fits the named artifacts, or all that the scenarios need, on everything known now, and promotes them.

        A log that ended long ago (an old export) is fitted as of its end, not as of an empty today.

        Args:
            judgments, hidden: for recipes that learn from queries, see training.recipe.Tables.
            trial: for the recipe uplift, a table as a file `trial` holds it.

        Raises:
            InputError: an unknown name or option, or a trial that is not sound.
        """
        ways = tuple(self.experiments.chooser.ways())
        made = learning.learn(self._folder, self._answering, names, progress, judgments, frozenset(hidden), ways, trial)
        self._answering.refresh()
        if adopting.waiting(self._folder):
            self.index(progress)
        return made

    def untrained(self) -> dict[str, str]:
        """Artifact → why the last training could not make it; a young shop has too little for some."""
        return {name: str(body["why"]) for name, body in self.records.scan(learning.UNTRAINED)}

    def close(self) -> None:
        """Writes what is waiting and closes the stores."""
        self._stop.set()
        self._suggestions.close()
        if self._indexing is not None:
            self._indexing.join()
        self._slates.close()
        self.postbox.close()
        self._folder.close()

    def __enter__(self) -> Shop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Inside

    def _erasure(self) -> Erasure:
        folder = self._folder
        rejected = folder.path / REJECTED
        return Erasure(folder.users, folder.records, folder.artifacts, rejected, folder.clock, self.postbox.erase)

    def _make_suggestions(self) -> Suggestions:
        folder, search = self._folder, self.scenarios.get("search")
        return Suggestions(
            folder.catalogue,
            folder.events,
            folder.users,
            folder.artifacts,
            self._histories,
            folder.clock,
            kinds=("product",) if search is None else search.kinds,
        )

    def _indexer(self) -> Indexer:
        folder = self._newest()
        return Indexer(
            folder.catalogue,
            folder.text_index,
            folder.vector_index,
            folder.encoder,
            folder.vector_cache,
            threads=folder.settings.threads,
        )
