"""What an experiment asks of its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopmind.scenarios.experiment import Test


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared and how sure it must be.

    Attributes:
        shares: variant → share of the units, the control first.
        metric: what decides.
        effect: the smallest relative change worth finding.
        test: sequential may be read at any time, fixed when `over` or when enough units have come.
        over: no more units come.
        gone: variants that were taken out while it ran: counted, but neither compared nor read.
    """

    shares: Mapping[str, float]
    metric: str = "conversion"
    effect: float = 0.05
    level: float = 0.05
    power: float = 0.8
    test: Test = "sequential"
    over: bool = False
    gone: tuple[str, ...] = ()

    @property
    def control(self) -> str:
        """The variant that the others are compared with."""
        return next(iter(self.shares))

    @property
    def others(self) -> tuple[str, ...]:
        """What is compared with it; nothing, once the control itself was taken out."""
        if self.control in self.gone:
            return ()
        return tuple(name for name in list(self.shares)[1:] if name not in self.gone)
