"""What a customer will do, read out of the artifact `behaviour` and the log as of now."""

from __future__ import annotations

import threading

import numpy as np

from shopmind.domain import Outlook
from shopmind.kit.errors import NotFoundError, NotReadyError
from shopmind.shop.folder import Folder
from shopmind.training.behaviour.doings import PURCHASE, Doings
from shopmind.training.behaviour.foresight import Foresight

ARTIFACT = "behaviour"
NEWEST = 20_000
"""Events of one customer that are looked at."""


class Outlooks:
    """Outlooks of single customers; safe for many threads. The heads are loaded once a version."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: tuple[str, Foresight, int] | None = None

    def of(self, user_id: str) -> Outlook:
        """The outlook of a pseudonym.

        A customer whose consent says {"personalise": false} is answered as one of whom nothing is known.

        Raises:
            NotFoundError: nothing is known of what this user did.
            NotReadyError: the artifact was not trained yet.
        """
        version, model, calibrated_ms = self._model()
        user = self._folder.users.get(user_id)
        if user is not None and user.consent.get("personalise") is False:
            raise NotFoundError("this user does not want to be looked at", field="user_id")
        now_ms = self._folder.clock()
        history = self._folder.events.history(user_id, None, limit=NEWEST).before(now_ms + 1)
        if not len(history):
            raise NotFoundError("nothing is known of what this user did", field="user_id")
        found = model.of(Doings.of_history(history, model.prices), np.array([now_ms + 1], np.int64))
        days, median = found.days.tolist(), float(found.quantile()[0])
        return Outlook(
            user_id=user_id,
            at_ms=now_ms,
            purchase={each: float(share) for each, share in zip(days, found.purchase[0], strict=True)},
            days_to_purchase=None if np.isnan(median) else median,
            churn=1 - float(found.purchase[0, -1]) if (history.types == PURCHASE).any() else None,
            churn_days=days[-1],
            calibrated_ms=calibrated_ms,
            model_version=version,
            actions={name: float(p) for name, p in zip(found.actions, found.next_action[0], strict=False)},
        )

    def _model(self) -> tuple[str, Foresight, int]:
        current = self._folder.artifacts.current().get(ARTIFACT)
        held = self._held
        if held is not None and held[0] == current:
            return held
        with self._lock:
            artifact = self._folder.artifacts.load(ARTIFACT)
            if artifact is None:
                raise NotReadyError(f"{ARTIFACT}: not trained yet; run: shopmind train FOLDER {ARTIFACT}")
            figures = artifact.card["figures"]
            held = artifact.version, Foresight.of_arrays(artifact.arrays, figures), int(figures["calibrated_ms"])
            self._held = held
        return held
