"""Tables of places in the shop: circles, other domains, occasions, shops and brands, new goods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def _value(told: Mapping[str, Any], *, signed: bool = False) -> str:
    if told["value"] is None:
        return ""
    form = "{:+.3f} [{:+.3f}, {:+.3f}]" if signed else "{:.3f} [{:.3f}, {:.3f}]"
    low, high = (told[each] if told[each] is not None else float("nan") for each in ("low", "high"))
    return form.format(told["value"], low, high)


def _rows(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""


def _systems(told: Mapping[str, Any], ours: str, figure: str) -> Iterator[str]:
    """Each system's figures, and ours less it."""
    figures = list(next(iter(told["systems"].values())))
    rows = []
    for name, of in told["systems"].items():
        gap = told["differences"].get(f"{ours}-{name}")
        less = "" if gap is None else _value(gap[figure], signed=True)
        rows.append([name, *(_value(of[each]) for each in figures), less])
    yield from _rows(["system", *figures, f"{ours} less it, {figure}"], rows)


def social(result: dict[str, Any]) -> Iterator[str]:
    """With links between people and without."""
    yield "## Links between people\n"
    yield (
        f"Commit {str(result['commit'])[:8]}. Listeners and their friends (data/music), {len(result['seeds'])} "
        "drawings; the linear model with the circle of those who agreed, less the same without links.\n"
    )
    figures = ("recall@10", "recall@20", "ndcg@10")
    rows = []
    for segment, told in result["test"].items():
        gap = told["differences"]["with-without"]
        without, with_ = (told["systems"][name]["recall@10"]["value"] for name in ("without", "with"))
        rows.append(
            [segment, f"{without:.3f}", f"{with_:.3f}", *(_value(gap[figure], signed=True) for figure in figures)]
        )
    yield from _rows(["listeners", "without", "with", *(f"difference, {figure}" for figure in figures)], rows)


def cross_domain(result: dict[str, Any]) -> Iterator[str]:
    """Users without history in the target."""
    yield "## From one domain to another\n"
    yield f"Commit {str(result['commit'])[:8]}. Users of whom nothing is known in the domain that is asked.\n"
    for pair, told in result["pairs"].items():
        yield f"{pair[0].upper()}{pair[1:]}, {told['users']} users:\n"
        yield from _systems(told, "cross_domain", "ndcg@10")


def scene(result: dict[str, Any]) -> Iterator[str]:
    """Sets for occasions."""
    yield "## Sets for an occasion\n"
    yield f"Commit {str(result['commit'])[:8]}. Eighteen occasions of data/gifts, told by later receipts.\n"
    yield from _systems(result, "scene", "served")


def places(result: dict[str, Any]) -> Iterator[str]:
    """Shops, brands and goods of a shop."""
    yield "## Shops, brands and the goods of a shop\n"
    yield f"Commit {str(result['commit'])[:8]}. The last four weeks of The Complete Journey.\n"
    for place, told in result["places"].items():
        if place == "trending":
            yield f"trending, {told['weeks']} weeks:\n"
            yield from _systems(told, "trending", "growth")
            continue
        for part, found in told.items():
            yield f"{place}, {part}, {found['households']} households:\n"
            figure = list(next(iter(found["systems"].values())))[-1]
            yield from _systems(found, place, figure)


def new_arrivals(result: dict[str, Any]) -> Iterator[str]:
    """New goods that will be wanted."""
    yield "## New arrivals\n"
    yield f"Commit {str(result['commit'])[:8]}. {result['dates']} dates of data/gifts, goods new within 60 days.\n"
    yield from _systems(result, "fresh", "people")
