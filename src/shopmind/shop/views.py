"""Other views of one shop, for those who evaluate: fitted on other events, over other artifacts, drafts in front."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import polars as pl

from shopmind.domain import Candidates
from shopmind.kit.progress import Progress, silent
from shopmind.pipeline.histories import Histories
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import fitting, learning
from shopmind.shop.answering import Answering
from shopmind.shop.folder import Folder
from shopmind.shop.scenario_book import ScenarioBook
from shopmind.shop.tooling import tools_of
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.overlaid_artifacts import OverlaidArtifacts
from shopmind.stores.ports import Artifact, Artifacts, Numbers
from shopmind.training.recipe import Tables


class Views:
    """The views of a Shop; it brings the folder, the histories and the answers."""

    scenarios: Mapping[str, Scenario]
    artifacts: Artifacts
    _folder: Folder
    _histories: Histories
    _answering: Answering

    @contextlib.contextmanager
    def fitted_on(
        self,
        events: pl.DataFrame,
        now_ms: int,
        *,
        held: pl.DataFrame | None = None,
        scenarios: Iterable[str] | None = None,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int | None = None,
        progress: Progress = silent,
    ) -> Iterator[Self]:
        """The same shop with artifacts fitted on `events` only (schema EVENT_TABLE) and no live tail.

        Args:
            held: later events that may choose settings and weights but make no statistics (Tables.held).
            scenarios: what these need is fitted; None fits for all.
            options: recipe → options, in place of what the settings say of training.

        For evaluation: queries bring their own `history` and `now_ms`.
        """
        with tempfile.TemporaryDirectory(prefix="shopmind-fit-") as scratch:
            artifacts = FolderArtifacts(Path(scratch))
            asked = self.scenarios.values() if scenarios is None else [self.scenarios[name] for name in scenarios]
            fitting.fit(
                fitting.needed(asked),
                learning.tables(self._folder, self._answering, events, now_ms, held=held),
                artifacts,
                self._folder.settings.training if options is None else options,
                seed=self._folder.settings.seed if seed is None else seed,
                progress=progress,
            )
            yield self.over(artifacts)

    def over(self, artifacts: Artifacts, *, only: Numbers | None = None) -> Self:
        """The same shop with other artifacts and no live tail, held still; for evaluation.

        Args:
            only: numbers of the only items that are shown; None shows all.
        """
        view = copy.copy(self)
        view.artifacts = artifacts
        view._answering = self._make_answering(artifacts, only)
        return view

    def tables(self, *, judgments: pl.DataFrame | None = None, hidden: Iterable[str] = ()) -> Tables:
        """What recipes may read of the shop as it is now."""
        return learning.tables_now(self._folder, self._answering, judgments, frozenset(hidden))

    def evidence(self, text: str, items: Numbers) -> Candidates:
        """Every candidate of the scenario "search" for a text, and `items`, as ranked now; see Engine.table."""
        return self._answering.evidence(text, items, prior=False)

    def trying(self, tried: Mapping[str, Artifact]) -> Self:
        """The same shop with these artifacts in front of its own, nothing of them kept, and no live tail."""
        view = copy.copy(self)
        view._answering = self._make_answering(OverlaidArtifacts(self.artifacts, tried))
        return view

    def _make_answering(self, artifacts: Artifacts | None = None, only: Numbers | None = None) -> Answering:
        """Over the shop's artifacts; or over others, held still, for an evaluation."""
        folder = self._folder
        return Answering(
            self.scenarios,
            tools_of(folder, artifacts),
            self._histories,
            folder.clock,
            language=folder.settings.language,
            follow=artifacts is None,
            newest=self._newest if artifacts is None else None,
            places=self.scenarios if artifacts is None and isinstance(self.scenarios, ScenarioBook) else None,
            only=only,
        )

    def _newest(self) -> Folder:
        """The folder with the encoder that is to answer now: this or another process may have switched it."""
        if self._folder.outdated:
            self._folder = self._folder.settle()
        return self._folder
