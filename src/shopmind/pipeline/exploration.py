"""What was left to chance in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot that was filled by a draw.

    Attributes:
        item: number of the item that stands in it.
        place: position in the answer, from 0, pinned items counted.
        chance: probability of this item in this slot, given that the request explores.
        lifted: whether the item comes from beyond the head; else it is the one that the ranking would leave there.
        features: what the chance was computed from, of a policy that learns from such; empty otherwise.
    """

    item: int
    place: int
    chance: float
    lifted: bool
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exploration:
    """What an exploring reranker did with one request.

    Attributes:
        by: name of the reranker.
        choices: the slots that were filled by a draw; none when this request did not explore.
        propensities: item number → probability that it stands where it stands now, of those that chance could have
            moved; all others stand there with probability 1. None where it is not known.
    """

    by: str
    choices: tuple[Choice, ...]
    propensities: Mapping[int, float | None]

    def without(self, items: Iterable[int]) -> Exploration:
        """The same when something else has moved these items: no draw put them where they stand, and how likely they
        are to stand there is not known."""
        gone = set(items)
        kept = tuple(each for each in self.choices if each.item not in gone)
        return replace(self, choices=kept, propensities={**self.propensities, **dict.fromkeys(gone)})

    def __str__(self) -> str:
        """For the trace."""
        if not self.choices:
            return "this request does not explore"
        return ", ".join(f"place {each.place}: item {each.item} by chance {each.chance:.4g}" for each in self.choices)
