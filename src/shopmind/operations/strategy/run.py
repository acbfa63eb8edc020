"""The runner: one step at a time, each kept before the next, by one process at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.errors import InputError, NotFoundError, ShopmindError
from shopmind.kit.log import note
from shopmind.kit.progress import Progress, silent
from shopmind.operations.knowledge import Knowledge, What
from shopmind.operations.knowledge.versions import data_version
from shopmind.operations.strategy import candidate, cycle, due, judging, rules, words
from shopmind.operations.strategy.cycle import Cycle, Said, Step
from shopmind.operations.strategy.due import Due
from shopmind.operations.strategy.offline import compare
from shopmind.operations.strategy.ramp import Trial
from shopmind.operations.strategy.rules import Rules
from shopmind.operations.strategy.shadow import requests, shadow
from shopmind.privacy.erase import STALE
from shopmind.shop import Shop, fitting
from shopmind.shop.learning import UNTRAINED
from shopmind.stores.lease import Lease

logger = logging.getLogger(__name__)

LEASE = "strategy.lease"


@dataclass(frozen=True, slots=True)
class Told:
    """What one advance did.

    Attributes:
        step: idle where no cycle runs.
        waits: nothing can be done now; come back later.
    """

    step: Step | str
    said: Said
    waits: bool
    cycle_id: str = ""


def running(folder: Path) -> bool:
    """Whether some process looks after the shop in `folder`."""
    return Lease(folder / LEASE).taken()


def standing(shop: Shop) -> str:
    """none without rules, idle between cycles, else the step of the candidate; cheap enough to be asked often."""
    if not (shop.path / rules.FILE).is_file():
        return "none"
    now = cycle.load(shop.records)
    return "idle" if now is None or now.done else now.step


class Strategy:
    """The strategy of one shop. The rules are read again before every step."""

    def __init__(self, shop: Shop, progress: Progress = silent) -> None:
        self._shop = shop
        self._progress = progress
        self._log = Knowledge(shop)

    def rules(self) -> Rules:
        """As the file says now; raises as rules.read."""
        return rules.read(self._shop.path, {name: each.needs for name, each in self._shop.scenarios.items()})

    def cycle(self) -> Cycle | None:
        """The cycle that runs, or the last one."""
        return cycle.load(self._shop.records)

    def due(self) -> Due:
        """What a new cycle would begin for."""
        read = self.rules()
        return due.look(self._shop, self._names(read), read.retrain, self.cycle())

    def state(self) -> tuple[bool, Said]:
        """Whether all is well, and where it stands, in words; rules that are wrong are said, not raised."""
        try:
            found = self.due()
        except NotFoundError:
            return True, Said("no strategy.toml: the shop is trained by hand", "没有 strategy.toml:由人训练")
        except InputError as error:
            return False, Said(error.message, error.message)
        now = self.cycle()
        if now is not None and not now.done:
            en, zh = f"cycle {now.cycle_id} is at {now.step}: {now.reason.en}", f"周期 {now.cycle_id} 在 {now.step}"
        elif now is not None:
            en = f"cycle {now.cycle_id} ended {now.outcome.replace('_', ' ')}: {now.reason.en}"
            zh = f"周期 {now.cycle_id} 已结束:{now.reason.zh}"
        else:
            en, zh = "no cycle yet", "还没有周期"
        waiting = bool(found.why) or (now is not None and not now.done)
        if waiting and not running(self._shop.path):
            return False, Said(f"{en}; there is something to do and nobody does it", f"{zh};有事要做但没有进程在做")
        return True, Said(en, zh)

    def once(self) -> list[Told]:
        """Everything that can be done now, step by step.

        Raises:
            BusyError: another process runs this shop's strategy.
            NotFoundError, InputError: there are no rules, or they are not allowed.
        """
        told: list[Told] = []
        with Lease(self._shop.path / LEASE).hold():
            while not told or not told[-1].waits:
                told.append(self.advance())
        return told

    def run(self, stop: threading.Event, heard: Callable[[Told], None] = lambda told: None) -> None:
        """Looks every few minutes until `stop`; what goes wrong is logged and tried again at the next look.

        Raises:
            As `once`, at the first look only.
        """
        with Lease(self._shop.path / LEASE).hold():
            self.rules()
            every_s = 60.0
            while not stop.is_set():
                try:
                    every_s = self.rules().every_minutes * MINUTE_MS / 1000
                    told = self.advance()
                    heard(told)
                    if not told.waits:
                        continue
                except (ShopmindError, OSError) as error:
                    note(logger, logging.ERROR, "strategy", why=str(error))
                stop.wait(every_s)

    def advance(self) -> Told:
        """The next step, done and kept; the caller holds the lease. Safe to be killed and called again at any point."""
        read, now = self.rules(), self.cycle()
        if now is None or now.done:
            return self._begin(read, now)
        stopped = judging.overtaken(self._shop, now)
        if stopped is not None and now.step not in ("fit", "withdraw"):
            return self._to("withdraw", now, stopped)
        steps: dict[str, Callable[[Rules, Cycle], Told]] = {
            "fit": self._fit,
            "evaluate": self._evaluate,
            "shadow": self._shadow,
            "ramp": self._ramp,
            "promote": self._promote,
            "withdraw": self._withdraw,
        }
        return steps[now.step](read, now)

    # Steps

    def _begin(self, read: Rules, last: Cycle | None) -> Told:
        names = self._names(read)
        found = due.look(self._shop, names, read.retrain, last)
        if not found.why:
            return Told("idle", Said("nothing is due", "还不到时候"), waits=True)
        served = self._shop.artifacts.current()
        newest = [artifact.card for name in names if (artifact := self._shop.artifacts.load(name)) is not None]
        after_ms = max((int(card["last_event_ms"] or 0) for card in newest), default=0)
        held = read.evaluate.hold_out if newest else 0.0
        begun = Cycle(
            cycle_id=cycle.id_of(self._now()),
            step="fit",
            since_ms=self._now(),
            started_ms=self._now(),
            why=found.why,
            names=names,
            cutoff_ms=candidate.cutoff_ms(self._shop, after_ms, held),
            before={name: served.get(name, "") for name in names},
            marks=found.marks,
            data=data_version(self._shop),
        )
        cycle.save(self._shop.records, begun)
        return Told("begin", found.why[0], waits=False, cycle_id=begun.cycle_id)

    def _fit(self, read: Rules, now: Cycle) -> Told:
        made = candidate.fit(self._shop, now, lambda each: cycle.save(self._shop.records, each), self._progress)
        figures = {
            name: dict(artifact.card["figures"])
            for name, version in made.candidate.items()
            if (artifact := self._shop.artifacts.load(name, version)) is not None
        }
        self._write(read, made, "trained", "fit", words.fitted(made), {"artifacts": made.candidate, "figures": figures})
        if not made.changed():
            unchanged = Said("the fit gave what is served already", "训练结果与线上相同")
            return self._to("withdraw", replace(made, outcome="unchanged"), unchanged)
        if not any(made.before.values()):
            return self._to("promote", made, Said("nothing was served before", "之前没有上线的模型"))
        return self._to("evaluate", made, made.why[0])

    def _evaluate(self, read: Rules, now: Cycle) -> Told:
        served = {name: version for name, version in now.before.items() if version}
        found = {
            name: compare(
                self._shop, name, served, {**served, **now.candidate}, now.cutoff_ms, read.evaluate, self._progress
            )
            for name in read.scenarios
        }
        passed, verdict = judging.offline(found, read.evaluate)
        told = words.evaluated(words.places(read.scenarios), found, read.evaluate.metric, verdict)
        figures = {name: asdict(each) for name, each in found.items()}
        self._write(read, now, "evaluated", "evaluate", told, {read.evaluate.metric: figures}, verdict)
        if not passed:
            return self._to("withdraw", now, verdict)
        return self._to("shadow" if read.shadow.requests else "ramp", now, verdict)

    def _shadow(self, read: Rules, now: Cycle) -> Told:
        asked = requests(self._shop, read.scenarios, now.since_ms, max(1, read.shadow.requests))
        if len(asked) < read.shadow.requests:
            few = f"{len(asked)}/{read.shadow.requests}"
            return self._waiting(now, Said(f"{few} requests have come to be shadowed", f"影子请求 {few}"))
        found = shadow(self._shop, asked, now.changed())
        passed, verdict = judging.shadow(found, read.shadow)
        told = words.shadowed(words.places(read.scenarios), found, verdict)
        self._write(read, now, "shadowed", "shadow", told, {**asdict(found), "slower": found.slower}, verdict)
        return self._to("ramp" if passed else "withdraw", now, verdict)

    def _ramp(self, read: Rules, now: Cycle) -> Told:
        steps = read.ramp.steps
        if now.rung >= len(steps):
            return self._to("promote", now, now.reason)
        trial = Trial(self._shop, now, read)
        trial.at(steps[now.rung])
        figures = trial.figures()
        verdict = judging.ramp(figures, read.ramp, (self._now() - now.since_ms))
        if verdict.passed is None:
            return self._waiting(now, verdict.said)
        lines = [f"{each.guard.metric}: {each.told()}" for each in figures]
        told = words.ramped(words.places(read.scenarios), steps[now.rung], verdict.said, lines)
        metrics: dict[str, Any] = {each.guard.metric: each.as_json() for each in figures}
        self._write(read, now, "ramped", f"ramp{now.rung + 1}", told, metrics, verdict.said)
        if not verdict.passed:
            return self._to("withdraw", now, verdict.said)
        return self._to("ramp" if now.rung + 1 < len(steps) else "promote", now, verdict.said, rung=now.rung + 1)

    def _promote(self, read: Rules, now: Cycle) -> Told:
        for name, version in now.changed().items():
            self._shop.artifacts.promote(name, version)
            self._shop.records.delete(STALE, name)
            self._shop.records.delete(UNTRAINED, name)
        Trial(self._shop, now, read).end()
        return self._end(read, replace(now, outcome="promoted"), "promoted")

    def _withdraw(self, read: Rules, now: Cycle) -> Told:
        Trial(self._shop, now, read).end()
        what: What = "evaluated" if now.outcome == "unchanged" else "rolled_back"
        return self._end(read, replace(now, outcome=now.outcome or "rolled_back"), what)

    # Keeping

    def _end(self, read: Rules, now: Cycle, what: What) -> Told:
        figures = {"before": now.before, "candidate": now.candidate, "outcome": now.outcome}
        self._write(read, now, what, "end", words.ended(words.places(read.scenarios), now), figures, now.reason)
        cycle.save(self._shop.records, now.at("done", self._now()))
        return Told(what, now.reason, waits=False, cycle_id=now.cycle_id)

    def _to(self, step: Step, now: Cycle, why: Said, **more: Any) -> Told:
        cycle.save(self._shop.records, now.at(step, self._now(), reason=why, **more))
        return Told(step, why, waits=False, cycle_id=now.cycle_id)

    def _waiting(self, now: Cycle, why: Said) -> Told:
        return Told(now.step, why, waits=True, cycle_id=now.cycle_id)

    def _write(
        self,
        read: Rules,
        now: Cycle,
        what: What,
        step: str,
        said: words.Both,
        metrics: dict[str, Any],
        why: Said | None = None,
    ) -> None:
        about = [f"cycle:{now.cycle_id}", *(f"scenario:{each}" for each in read.scenarios)]
        about += [f"artifact:{each}" for each in now.names]
        self._log.write(
            what,
            said,
            about=about[:50],
            by="strategy",
            metrics=metrics,
            reason="; ".join(each.en for each in now.why) if why is None else why.en,
            key=f"{now.cycle_id}.{step}",
        )

    def _names(self, read: Rules) -> tuple[str, ...]:
        if read.artifacts:
            return read.artifacts
        needed = fitting.needed([self._shop.scenarios[name] for name in read.scenarios])
        return tuple(name for name in needed if name not in rules.NOT_HERE)

    def _now(self) -> int:
        return self._shop.folder.clock()
