"""What parts are made from: the stores, the artifacts that count, and a live tail that begins where they end."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from shopmind.kit.errors import StorageError
from shopmind.kit.log import note
from shopmind.pipeline.live import LiveTail
from shopmind.pipeline.parts import Tools
from shopmind.shop.folder import Folder
from shopmind.stores.pinned_artifacts import PinnedArtifacts
from shopmind.stores.ports import Artifact, Artifacts

logger = logging.getLogger(__name__)


def tools_of(folder: Folder, artifacts: Artifacts | None = None) -> Tools:
    """What parts are made from: the shop's own artifacts, or others and no live tail, for an evaluation."""
    return Tools(
        catalogue=folder.catalogue,
        events=folder.events,
        links=folder.links,
        records=folder.records,
        artifacts=folder.artifacts if artifacts is None else artifacts,
        text_index=folder.text_index,
        vector_index=folder.vector_index,
        encoder=folder.encoder,
        live=LiveTail(folder.events, 0) if artifacts is None else LiveTail.still(),
        encoder_missing=folder.encoder_missing,
        users=folder.users,
        ledger=folder.database.ledger,
        redemptions=folder.database.redemptions,
    )


def with_live(tools: Tools, current: Mapping[str, str]) -> Tools:
    """The tail must begin where the oldest artifact ends."""
    return replace(tools, live=LiveTail(tools.events, _end(tools, current, tools.events.last_number())))


def _end(tools: Tools, names: Iterable[str], default: int) -> int:
    """The number of the last event that every artifact has read."""
    cards = [artifact.card for name in names if (artifact := _sound(tools, name)) is not None]
    return int(min((card["event_number"] for card in cards if card.get("tail", True)), default=default))


def pinned(tools: Tools, versions: Mapping[str, str]) -> Tools:
    """With some artifacts at versions of their own; where one of them ends sooner, the tail is one of its own too."""
    if not versions:
        return tools
    own = replace(tools, artifacts=PinnedArtifacts(tools.artifacts, versions))
    after = _end(tools, tools.artifacts.current(), tools.events.last_number())
    sooner = tools.live.follows and _end(own, versions, after) < after
    return with_live(own, own.artifacts.current()) if sooner else own


def _sound(tools: Tools, name: str) -> Artifact | None:
    """The current version; None for a damaged one, so that the parts that do without it go on."""
    try:
        return tools.artifacts.load(name)
    except StorageError as error:
        note(logger, logging.WARNING, "artifact damaged", artifact=name, why=error.message)
        return None
