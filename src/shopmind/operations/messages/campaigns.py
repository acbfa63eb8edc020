"""What is sent, to whom and how: `<shop>/messages.toml`, read strictly."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.kit.options import build, convert
from shopmind.operations.messages.deliveries import MENU as DELIVERIES
from shopmind.pipeline.filters.language import parse as parse_filter
from shopmind.scenarios.filled import filled
from shopmind.scenarios.load import Source
from shopmind.shop.postbox import CHANNELS
from shopmind.stores.outbox import Cap

FILE = "messages.toml"
WINDOWS: Mapping[str, int] = {"day": DAY_MS, "week": 7 * DAY_MS, "month": 30 * DAY_MS}
ALL = "all"
DEFAULT_CAPS = (Cap(1, DAY_MS, "email"), Cap(1, DAY_MS, "sms"), Cap(2, DAY_MS, "push"), Cap(5, 7 * DAY_MS))

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TIME = re.compile(r"([01]\d|2[0-3]):00|24:00")


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a campaign is for, found from the goods: the people most likely to answer, at most `most`.

    Attributes:
        items, brand, category, promotion: what it is about; one of them.
        least: smallest chance of an answer; people below it are left out, however few are left.
    """

    items: tuple[str, ...] = ()
    brand: str = ""
    category: str = ""
    promotion: str = ""
    most: int = 10_000
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One thing to say, to each person of it once a run.

    Attributes:
        title: what it is called; the template may show it.
        scenario: whose slates are sent. n: how many items; at_least: with fewer nothing is sent.
        template: name of the words (docs/how-to/send-messages.md).
        segment: of the filter language over the attributes of people; "" for all.
        target: whom it is for by goods; None for all.
        filters: of the filter language: which goods may be in it.
        within_hours: a message is sent this soon after it was planned.
        late_hours: and not later than this after its time.
    """

    name: str
    title: str
    channel: Literal["email", "sms", "push"]
    scenario: str = "messages"
    template: str = "picks"
    n: int = 6
    at_least: int = 3
    segment: str = ""
    target: Target | None = None
    filters: str = ""
    within_hours: float = 24.0
    late_hours: float = 12.0


@dataclass(frozen=True, slots=True)
class Plans:
    """All of the file.

    Attributes:
        zone: of people whose attribute `timezone` names none.
        public_url: where people reach this shop's `/unsubscribe`; a mail without it is refused.
        quiet: hours (from, until) in which nothing is sent; from > until goes over midnight.
        own_hours: acts of a person that weigh as much as the habit of all the others.
        max_attempts: hand-overs of one message that are begun at most.
        deliveries: channel → (way, its options).
    """

    campaigns: Mapping[str, Campaign]
    deliveries: Mapping[str, tuple[str, Any]]
    zone: str = "UTC"
    public_url: str = ""
    quiet: tuple[int, int] = (21, 8)
    own_hours: float = 8.0
    max_attempts: int = 5
    caps: tuple[Cap, ...] = DEFAULT_CAPS

    def campaign(self, name: str) -> Campaign:
        """Raises NotFoundError."""
        if name not in self.campaigns:
            raise not_found(name, self.campaigns)
        return self.campaigns[name]


def not_found(name: str, campaigns: Iterable[str]) -> NotFoundError:
    """There is no such campaign."""
    told = ", ".join(sorted(campaigns)) or "none"
    return NotFoundError(f"campaign {name!r}: there is no such campaign in {FILE}; there are: {told}", field="campaign")


_PLAIN: Mapping[str, Any] = {"zone": str, "public_url": str, "own_hours": float, "max_attempts": int}
_KEYS = (*_PLAIN, "quiet", "caps", "channels", "campaigns")


def read(folder: Path, scenarios: Mapping[str, Iterable[str]]) -> Plans:
    """The file of the shop in `folder`.

    Args:
        scenarios: name → what a request must bring.

    Raises:
        NotFoundError: the shop has no messages.toml.
        InputError: the first thing wrong, with file, line and what is allowed.
    """
    path = folder / FILE
    if not path.is_file():
        raise NotFoundError(f"{folder}: it has no {FILE}; docs/how-to/send-messages.md has one to begin with")
    return parse(path.read_text(encoding="utf-8"), scenarios)


def parse(text: str, scenarios: Mapping[str, Iterable[str]]) -> Plans:
    """The plans of a file's text; raises InputError as `read`."""
    source = Source(FILE, text)
    table = source.table
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise not_allowed(f"{source.at(key)}: unknown key", key, _KEYS, field=key)
        if key in _PLAIN:
            values[key] = convert(value, _PLAIN[key], where=source.at(key))
    if "quiet" in table:
        values["quiet"] = _quiet(table["quiet"], source)
    if "caps" in table:
        values["caps"] = _caps(table["caps"], source)
    deliveries = {name: _delivery(name, given, source) for name, given in _tables(table, "channels", source).items()}
    campaigns = {}
    for name, given in _tables(table, "campaigns", source).items():
        if not _NAME.fullmatch(name):
            raise InputError(f"{source.at(name)}: campaign {name!r}: small letters, digits, '-' and '_'", field=name)
        campaigns[name] = _campaign(name, given, source.inside(f"campaigns.{name}"), scenarios)
    plans = Plans(campaigns, deliveries, **values)
    _check(plans, source)
    return plans


def _check(plans: Plans, source: Source) -> None:
    if plans.zone not in zoneinfo.available_timezones():
        raise InputError(f"{source.at('zone')}: zone is {plans.zone!r}, a name such as Europe/London", field="zone")
    if plans.public_url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", plans.public_url):
        raise InputError(f"{source.at('public_url')}: {plans.public_url!r} is no web address", field="public_url")
    if not 0 < plans.own_hours < 1e6:
        raise InputError(f"{source.at('own_hours')}: own_hours is {plans.own_hours:g}, above 0", field="own_hours")
    if not 1 <= plans.max_attempts <= 100:
        raise InputError(f"{source.at('max_attempts')}: max_attempts must lie in 1..100", field="max_attempts")
    for campaign in plans.campaigns.values():
        where = source.at(campaign.name)
        if campaign.channel not in plans.deliveries:
            raise InputError(
                f"{where}: campaign {campaign.name!r} goes by {campaign.channel}, and there is no "
                f"[channels.{campaign.channel}] that says how",
                field="channel",
            )
        if campaign.channel == "email" and not plans.public_url:
            raise InputError(f"{where}: a mail needs public_url, or nobody could unsubscribe", field="public_url")


def _tables(table: Mapping[str, Any], key: str, source: Source) -> Mapping[str, Mapping[str, Any]]:
    found = table.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise InputError(f"{source.at(key)}: {key} are tables, each begun by [{key}.NAME]", field=key)
    return found


def _delivery(name: str, given: Mapping[str, Any], source: Source) -> tuple[str, Any]:
    inside = source.inside(f"channels.{name}")
    if name not in CHANNELS:
        raise not_allowed(f"{source.at(name)}: channels", name, CHANNELS, field="channels")
    if not isinstance(given.get("by"), str):
        raise InputError(f"{inside.at('by')}: channels.{name}: 'by' is required: {', '.join(DELIVERIES)}", field="by")
    kind = DELIVERIES.load(given["by"], where=f"{inside.at('by')}: channels.{name}.by")
    options = {key: value for key, value in given.items() if key != "by"}
    return given["by"], build(kind.Options, options, where=f"{inside.at(next(iter(options), name))}: channels.{name}")


def _campaign(name: str, given: Mapping[str, Any], source: Source, scenarios: Mapping[str, Iterable[str]]) -> Campaign:
    made = filled(
        Campaign,
        given,
        source,
        name,
        fixed={"name": name},
        reads={"target": _target},
        check=lambda key, value, where: _check_value(key, value, where, scenarios),
    )
    if not 1 <= made.at_least <= made.n:
        raise InputError(f"{source.at('at_least')}: {name}: at_least must lie in 1..n ({made.n})", field="at_least")
    return made


def _target(value: Any, where: str) -> Target:
    if not isinstance(value, dict):
        raise InputError(f'{where}: a table such as {{brand = "Quiet Hill"}}', field="target")
    made = build(Target, value, where=where)
    if sum(bool(each) for each in (made.items, made.brand, made.category, made.promotion)) != 1:
        raise InputError(f"{where}: exactly one of items, brand, category and promotion", field="target")
    if made.most < 1 or not 0 <= made.least <= 1:
        raise InputError(f"{where}: most is at least 1, least lies in 0..1", field="target")
    return made


def _check_value(key: str, value: Any, where: str, scenarios: Mapping[str, Iterable[str]]) -> None:
    if key == "scenario":
        if value not in scenarios:
            raise not_allowed(where, value, scenarios, field=key)
        wants = set(scenarios[value]) - {"user"}
        if wants:
            raise InputError(
                f"{where}: scenario {value!r} needs {', '.join(sorted(wants))}; a message has none", field=key
            )
    elif key == "n" and not 1 <= value <= 50:
        raise InputError(f"{where} is {value}, it must lie in 1..50", field=key)
    elif key in ("within_hours", "late_hours") and not 1 <= value <= 24 * 14:
        raise InputError(f"{where} is {value:g}, it must lie in 1..336", field=key)
    elif key == "template" and not _NAME.fullmatch(value):
        raise InputError(f"{where}: {value!r}: small letters, digits, '-' and '_'", field=key)
    elif key in ("segment", "filters") and value:
        try:
            parse_filter(value)
        except InputError as error:
            raise InputError(f"{where}: {error.message.removeprefix('filter: ')}", field=key) from error


def _quiet(value: Any, source: Source) -> tuple[int, int]:
    where = f"{source.at('quiet')}: quiet"
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(e, str) and _TIME.fullmatch(e) for e in value)
    ):
        raise InputError(f'{where} is two whole hours such as ["21:00", "08:00"]', field="quiet")
    begin, end = (int(each[:2]) % 24 for each in value)
    if begin == end and value[0] != value[1]:
        raise InputError(f"{where}: {value} leaves no hour of the day", field="quiet")
    return begin, end


def _caps(value: Any, source: Source) -> tuple[Cap, ...]:
    if not isinstance(value, dict):
        raise InputError(f"{source.at('caps')}: caps is a table, begun by [caps]", field="caps")
    inside, found = source.inside("caps"), []
    for name, given in value.items():
        if name not in (*CHANNELS, ALL):
            raise not_allowed(f"{inside.at(name)}: caps", name, (*CHANNELS, ALL), field="caps")
        if not isinstance(given, dict):
            raise InputError(f"{inside.at(name)}: caps.{name} is a table such as {{day = 1, week = 3}}", field=name)
        for window, most in given.items():
            if window not in WINDOWS:
                raise not_allowed(f"{inside.at(window)}: caps.{name}", window, WINDOWS, field=name)
            if not isinstance(most, int) or isinstance(most, bool) or most < 1:
                raise InputError(f"{inside.at(window)}: caps.{name}.{window} is {most!r}, at least 1", field=name)
            found.append(Cap(most, WINDOWS[window], "" if name == ALL else name))
    return tuple(found)
