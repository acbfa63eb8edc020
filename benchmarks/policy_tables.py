"""results/policy.json as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

BOTH = ("ips", "dm", "plain_dr", "dr")
Rows = Callable[[Iterable[str], Iterable[Iterable[object]]], Iterator[str]]


def tables(result: dict[str, Any], rows: Rows) -> Iterator[str]:
    """Coverage and errors in worlds whose truth is known, and Open Bandit beside what its own log earned."""
    names = list(next(iter(result["covered"].values()))["covered"])
    yield (
        f"{result['worlds']:,} worlds of each kind, those with an effective sample size below "
        f"{result['least_effective']:.0f} left out. Share of the asymptotic 95 % intervals that hold the truth, in %:\n"
    )
    yield from rows(
        ("worlds", "ESS", *names),
        (
            (kind, f"{found['effective']:.0f}", *(_share(found["covered"].get(name)) for name in names))
            for kind, found in result["covered"].items()
        ),
    )
    places = list(next(iter(result["slates"].values()))["covered"])
    yield "The same of answers with several places, ESS in answers down to the last place:\n"
    yield from rows(
        ("worlds", "counted", "ESS", *places),
        (
            (
                kind,
                found["worlds"],
                f"{found['effective']:.0f}",
                *(_share(found["covered"].get(name)) for name in places),
            )
            for kind, found in result["slates"].items()
        ),
    )
    yield "Where something is wrong: root mean squared error, and that of dr over the better of ips and dm:\n"
    wrong = result["misspecified"]
    yield from rows(
        ("worlds", "counted", *BOTH, "dr over the better"),
        (
            (kind, found["worlds"], *(f"{found['error'][name]:.4f}" for name in BOTH), f"{found['ratio']:.2f}")
            for kind, found in wrong.items()
        ),
    )
    yield (
        "Open Bandit, clicks for a thousand places, 95 % asymptotic intervals; what the policy's own log earned beside "
        "it:\n"
    )
    yield from rows(
        ("campaign", "estimate", "its own log", "snips", "dr", "refused"),
        (
            (
                campaign,
                what,
                _thousand(found["on_policy"]),
                *(_thousand(found["estimators"].get(name)) for name in ("snips", "dr")),
                found["refused"] or "",
            )
            for campaign, both in result["bandit"].items()
            for what, found in both.items()
        ),
    )


def _share(covered: dict[str, float] | None) -> str:
    return "" if covered is None else f"{100 * covered['asymptotic']:.1f}"


def _thousand(found: dict[str, Any] | None) -> str:
    if found is None or found.get("value") is None:
        return ""
    return f"{1000 * found['value']:.2f} [{1000 * found['low']:.2f}, {1000 * found['high']:.2f}]"
