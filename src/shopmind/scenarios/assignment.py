"""Who is in which variant: hashes of salt and unit, dealt into 10,000 buckets, the same in every process for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopmind.kit.seeds import hash64
from shopmind.scenarios.experiment import HOLDOUT, Experiment, Unit

BUCKETS = 10_000


def bucket(*words: str) -> int:
    """0..9,999 by BLAKE2b of the words; other words, another deal."""
    return hash64("\x1f".join(words)) % BUCKETS


def edge(share: float) -> int:
    """How many buckets a share is; the nearest whole number."""
    return round(share * BUCKETS)


@dataclass(frozen=True, slots=True)
class Layout:
    """How an experiment deals out its units; kept from its start on, so that no later change of the file moves anybody.

    Four hashes of their own say whether a unit is in the experiment's part of the layer, let in by the ramp, held out,
    and in which variant. So a higher ramp only adds units, a variant that goes leaves the others where they are, and a
    layer's units are spread over the variants of every other layer.

    Attributes:
        variants: name and share, in the order of their buckets.
        digests: variant → digest of what it answered with at the start.
    """

    experiment: str
    unit: Unit
    layer: str
    first: float
    share: float
    ramp: float
    holdout: float
    salt: str
    scenarios: tuple[str, ...]
    variants: tuple[tuple[str, float], ...]
    digests: Mapping[str, str]

    @staticmethod
    def of(experiment: Experiment, digests: Mapping[str, str]) -> Layout:
        """As the file says it now."""
        return Layout(
            experiment=experiment.name,
            unit=experiment.unit,
            layer=experiment.layer,
            first=experiment.first,
            share=experiment.share,
            ramp=experiment.ramp,
            holdout=experiment.holdout,
            salt=experiment.salt,
            scenarios=experiment.scenarios,
            variants=tuple((each.name, each.share) for each in experiment.variants),
            digests=dict(digests),
        )

    @staticmethod
    def read(body: Mapping[str, Any]) -> Layout:
        """From what `as_json` wrote."""
        pairs = tuple((str(name), float(share)) for name, share in body["variants"])
        return Layout(**{**body, "variants": pairs, "scenarios": tuple(body["scenarios"])})

    def as_json(self) -> dict[str, Any]:
        """For a record."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "variants": [list(each) for each in self.variants],
            "scenarios": list(self.scenarios),
            "digests": dict(self.digests),
        }

    def arm(self, unit_id: str) -> str | None:
        """Name of the variant, "holdout", "" for everybody let into an interleaving, None for who takes no part."""
        who = f"{self.unit}:{unit_id}"
        place = bucket("layer", self.layer, who) - edge(self.first)
        if not 0 <= place < edge(self.first + self.share) - edge(self.first):
            return None
        if bucket("ramp", self.salt, who) >= edge(self.ramp):
            return None
        if bucket("holdout", who) < edge(self.holdout):
            return HOLDOUT
        if not any(share for _, share in self.variants):
            return ""
        card, reached = bucket("variant", self.salt, who), 0.0
        for name, share in self.variants:
            reached += share
            if card < edge(reached):
                return name
        return None
