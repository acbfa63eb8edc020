"""The models of a shop: every kind, its versions with their cards, which one answers; promoted and rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shopmind.kit.clock import parse_time
from shopmind.kit.errors import InputError, MissingExtraError, NotFoundError, StorageError
from shopmind.operations.knowledge import Knowledge
from shopmind.operations.knowledge.entry import Words
from shopmind.privacy.erase import RECEIPT, STALE
from shopmind.shop import Shop, adopting, fitting
from shopmind.shop.folder import ENCODER_ARTIFACT
from shopmind.training import MENU

PROMOTION = "promotion"
"""Kind of the records that say what answered before: kind of model → version."""

NEWEST = "newest"

CURVES = ("losses", "after_each")
"""Names under which recipes keep what a training went through, step by step."""


@dataclass(frozen=True, slots=True)
class Version:
    """One fitted version.

    Attributes:
        current: whether it answers now.
        stale: it was fitted before somebody was forgotten whose doings it may have learned from.
        damaged: why its files cannot be read; "" when they can.
        card: as the fit wrote it; empty where it cannot be read.
    """

    version: str
    current: bool
    stale: bool
    damaged: str
    card: Mapping[str, Any]

    @property
    def saved_ms(self) -> int:
        """When it was fitted; 0 where nobody knows."""
        return int(self.card.get("saved_at_ms", 0))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model.

    Attributes:
        versions: newest first.
        untrained: why the last training could not make it; "" when it could, or was not asked to.
        before: the version that answered before the current one, which a roll-back gives; "" for none.
        needed_by: scenarios with a part that loads it.
        waiting: the current version does not answer yet, for the vectors of the catalogue are still being made.
    """

    name: str
    versions: tuple[Version, ...]
    untrained: str
    before: str
    needed_by: tuple[str, ...]
    waiting: bool = False

    @property
    def current(self) -> Version | None:
        """The version that answers."""
        return next((each for each in self.versions if each.current), None)


class Registry:
    """The models of one shop. Nothing is ever deleted from here; servers take up a change within seconds."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def kinds(self) -> list[Kind]:
        """Every kind that has a version, or that a training tried in vain, by name."""
        users = needed_by(self._shop)
        erased = self._erased()
        names = sorted({*self._shop.artifacts.names(), *self._shop.untrained()})
        return [self._kind(name, users, erased) for name in names]

    def kind(self, name: str) -> Kind:
        """One kind; raises NotFoundError."""
        there = {*self._shop.artifacts.names(), *self._shop.untrained()}
        if name not in there:
            raise NotFoundError(
                f"models: there is no {name!r}; there are: {', '.join(sorted(there)) or 'none yet'}", field="kind"
            )
        return self._kind(name, needed_by(self._shop), self._erased())

    def promote(self, name: str, version: str, *, by: str, reason: str = "") -> Kind:
        """Lets a version answer, from the next answers on and in every process; what answered before is kept in mind.

        Args:
            version: or NEWEST, the one that was fitted last.

        Raises:
            NotFoundError: there is no such kind or version.
            InputError: its files are damaged.
        """
        kind = self.kind(name)
        if version == NEWEST and kind.versions:
            version = kind.versions[0].version
        return self._to(kind, version, by=by, reason=reason, back=False)

    def roll_back(self, name: str, version: str = "", *, by: str, reason: str = "") -> Kind:
        """Lets the version answer that did before the current one; doing it twice gives the current one again.

        Args:
            version: that is to stop answering; where another one answers nothing is changed, so that a call may be
                repeated.

        Raises:
            NotFoundError: there is no such kind.
            InputError: there is nothing to go back to, or its files are damaged.
        """
        kind = self.kind(name)
        if version and (kind.current is None or kind.current.version != version):
            return kind
        if not kind.before:
            raise InputError(f"models: {name}: there is no earlier version to go back to", field="kind")
        return self._to(kind, kind.before, by=by, reason=reason, back=True)

    def _to(self, kind: Kind, version: str, *, by: str, reason: str, back: bool) -> Kind:
        chosen = next((each for each in kind.versions if each.version == version), None)
        if chosen is None:
            known = ", ".join(each.version for each in kind.versions) or "none"
            raise NotFoundError(
                f"models: {kind.name}: there is no version {version!r}; there are: {known}", field="version"
            )
        if chosen.damaged:
            raise InputError(f"models: {kind.name} {version}: {chosen.damaged}", field="version")
        if chosen.current:
            return kind
        records, served = self._shop.records, kind.current
        self._shop.artifacts.promote(kind.name, version)
        if served is not None:
            records.put(PROMOTION, kind.name, {"now": version, "before": served.version})
        if chosen.stale:
            records.put(STALE, kind.name, {"version": version, "why": "a user was erased"})
        else:
            records.delete(STALE, kind.name)
        self._write(kind.name, "" if served is None else served.version, version, by, reason, back)
        return self.kind(kind.name)

    def _write(self, name: str, before: str, version: str, by: str, reason: str, back: bool) -> None:
        en, zh = ("Rolled back", "回滚了") if back else ("Promoted", "上线了")
        from_en, from_zh = (f" in place of {before}", f",替换 {before}") if before else ("", "")
        Knowledge(self._shop).write(
            "rolled_back" if back else "promoted",
            {
                "en": Words(
                    f"{en} {name} to {version}{from_en}" if back else f"{en} {name} {version}{from_en}", reason
                ),
                "zh": Words(f"{zh} {name} {version}{from_zh}", reason),
            },
            about=[f"artifact:{name}"],
            by=by or "somebody",
            metrics={"before": {name: before}, "after": {name: version}},
            reason=reason or "somebody asked for it",
        )

    def _kind(self, name: str, users: Mapping[str, tuple[str, ...]], erased: Mapping[str, int]) -> Kind:
        current = self._shop.artifacts.current().get(name, "")
        marked = self._shop.records.get(STALE, name) or {}
        seen = (
            self._version(name, each, current, marked.get("version") == each, erased.get(name, 0))
            for each in reversed(self._shop.artifacts.versions(name))
        )
        versions = tuple(each for each in seen if each is not None)
        return Kind(
            name=name,
            versions=versions,
            untrained=self._shop.untrained().get(name, ""),
            before=self._before(name, versions, current),
            needed_by=users.get(name, ()),
            waiting=name == ENCODER_ARTIFACT and bool(adopting.waiting(self._shop.folder)),
        )

    def _version(self, name: str, version: str, current: str, marked: bool, erased_ms: int) -> Version | None:
        """None of one that newer fits have just pushed out."""
        damaged = ""
        card: dict[str, Any] = {}
        try:
            artifact = self._shop.artifacts.load(name, version)
            if artifact is None:
                return None
            card = dict(artifact.card)
        except StorageError as error:
            damaged = error.message
        stale = marked or int(card.get("saved_at_ms", 0)) < erased_ms
        return Version(version, version == current, stale, damaged, card)

    def _before(self, name: str, versions: tuple[Version, ...], current: str) -> str:
        """What was replaced by what answers; of a model that was only ever trained, the fit before."""
        there = [each.version for each in versions]
        told = self._shop.records.get(PROMOTION, name) or {}
        if told.get("now") == current and told.get("before") in there:
            return str(told["before"])
        older = there[there.index(current) + 1 :] if current in there else []
        return older[0] if older else ""

    def _erased(self) -> dict[str, int]:
        """Kind → when somebody was last forgotten whom it may have learned from."""
        last: dict[str, int] = {}
        for _, receipt in self._shop.records.scan(RECEIPT):
            for name in receipt.get("retrain", ()):
                last[name] = max(last.get(name, 0), parse_time(str(receipt["at"])))
        return last


def needed_by(shop: Shop) -> dict[str, tuple[str, ...]]:
    """Kind of model → scenarios with a part that loads it."""

    found: dict[str, list[str]] = {}
    for name, scenario in sorted(shop.scenarios.items()):
        for artifact in fitting.needed([scenario]):
            found.setdefault(artifact, []).append(name)
    return {name: tuple(places) for name, places in found.items()}


def curves(card: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Name → what a training measured, step by step, wherever the recipe put it among the figures."""
    return dict(_curves(card.get("figures", {}), ""))


def _curves(figures: Any, path: str) -> Iterator[tuple[str, list[float | None]]]:
    if isinstance(figures, Mapping):
        for name, value in figures.items():
            inner = f"{path} {name}".strip()
            if any(each in CURVES for each in inner.split()) and _numbers(value):
                label = " ".join(each for each in inner.split(" ") if each not in CURVES)
                yield label or name, list(value)
            else:
                yield from _curves(value, inner)
    elif isinstance(figures, list):
        for place, value in enumerate(figures):
            if isinstance(value, Mapping):
                yield from _curves(value, f"{path} {place + 1}".strip())


def _numbers(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(each is None or (isinstance(each, (int, float)) and not isinstance(each, bool)) for each in value)
    )


def recipe_of(name: str) -> str:
    """The first sentence of what the recipe says of itself; "" for a model without a recipe of ours, or without its
    extra."""
    try:
        said = (MENU.load(name).__doc__ or "") if name in MENU else ""
    except MissingExtraError:
        return ""
    paragraph = " ".join(said.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[.:;]) ", paragraph, maxsplit=1)[0].replace("`", "").rstrip(":;")
