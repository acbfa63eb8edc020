"""Recipes that learn each scenario's order from its own answers: one artifact, a part for each scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.impressions import Replay
from shopmind.training.recipe import Fitted, Tables


class Learned(Protocol):
    """What was learned for one scenario."""

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Its arrays, under names that begin with the scenario's."""
        ...


def by_scenario(
    ranker: str,
    tables: Tables,
    progress: Progress,
    learn: Callable[[Replay], tuple[Learned, dict[str, Any]]],
) -> Fitted:
    """Learns every scenario that ranks by `ranker`; one that is not ready is left out.

    Args:
        learn: what was learned of one scenario's answers, and its figures; raises NotReadyError when they do not do.

    Raises:
        NotReadyError: no scenario ranks by it, or none was ready.
    """
    arrays: dict[str, NDArray[Any]] = {}
    figures: dict[str, Any] = {}
    why = [f"no scenario ranks by {ranker}"]
    replays = tables.replays() if tables.replays is not None else {}
    asked = {name: replay for name, replay in replays.items() if replay.ranker == ranker}
    for place, (name, replay) in enumerate(asked.items()):
        progress(f"fit {ranker}", place, None)
        try:
            found, told = learn(replay)
        except NotReadyError as error:
            why.append(f"{name}: {error.message}")
            continue
        arrays |= found.arrays(name)
        figures[name] = told
    if not figures:
        raise NotReadyError(f"{ranker}: {why[-1]}")
    return Fitted(arrays, {"scenarios": figures}, tail=False)
