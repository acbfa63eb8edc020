"""The tables of faces.json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.cells import grid, where


def faces(result: dict[str, Any]) -> Iterator[str]:
    """The pages of the storefront, and the API with visitors at work."""
    yield "## The storefront\n"
    yield where(result)
    limits, pause = result["limits"], result["pause_s"]
    yield (
        "Headless Chromium, 1280 × 900, the middle of five visits. Complete: all that is in view has been answered; "
        f"wanted within {limits['complete_ms']:,.0f} ms. "
        "Requests count what the browser's own cache answers, bytes do not.\n"
    )
    yield from grid(
        ("page", "cache", "first paint, ms", "complete, ms", "slowest, ms", "requests", "kB", "outside"),
        (
            (name, cache, row["first_paint_ms"], row["complete_ms"], row["complete_ms_most"], row["requests"],
             round(row["bytes"] / 1000, 1), row["outside_requests"])
            for name, kinds in result["pages"].items()
            for cache, row in kinds.items()
        ),
    )  # fmt: skip
    yield (
        f"{result['visitors']} visitors at work, {result.get('processes', 1)} processes of the server: "
        f"each sees a page every {pause[0]:g} to {pause[1]:g} s and asks what "
        "the browser was seen to ask, its rows side by side. "
        f"p99 of the middle run {result['p99_ms']:g} ms, wanted {limits['p99_ms']:g}.\n"
    )
    yield from grid(
        ("run", "requests", "p50, ms", "p99, ms", "a page, p50, ms", "a page, p99, ms"),
        (
            (at + 1, *(run[name] for name in ("requests", "p50_ms", "p99_ms", "page_p50_ms", "page_p99_ms")))
            for at, run in enumerate(result["runs"])
        ),
    )
    if "console" in result:
        yield from _console(result, limits)


def _console(result: dict[str, Any], limits: dict[str, float]) -> Iterator[str]:
    beside = result["with_console"]
    yield "## The console\n"
    yield (
        "The same browser with an empty cache, the middle of three visits; complete: nothing in the page is still "
        f"being fetched. {_first_look(result)}"
        f"While {beside['people']} people opened {beside['pages']} of its pages in browsers on the same "
        f"machine, p99 of the API for {result['visitors']} visitors was {beside['p99_ms']:g} ms (wanted "
        f"{limits['p99_ms']:g}).\n"
    )
    yield from grid(
        ("page", "first paint, ms", "complete, ms", "slowest, ms", "requests", "outside"),
        (
            (name, *(row[each] for each in (
                "first_paint_ms", "complete_ms", "complete_ms_most", "requests", "outside_requests")))
            for name, row in result["console"].items()
        ),
    )  # fmt: skip


def _first_look(result: dict[str, Any]) -> str:
    if "first_look" not in result:
        return "The log was not counted yet: a shop's first look counts it, and the pages that wait for that say so. "
    return f"A shop's first look counts its log, here in {result['first_look']['seconds']:g} s. "
