"""Makes docs/reference/benchmarks.md from benchmarks/results/*.json: `python -m benchmarks.table`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import ads_tables, faces_tables, loop_tables, places_tables, policy_tables, promotions_tables
from benchmarks.cells import grid, interval, where
from benchmarks.recommend import tables as recommend_tables
from benchmarks.record import RESULTS
from benchmarks.search import tables as search_tables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "benchmarks.md"

HEAD = """<!-- Made by: python -m benchmarks.table -->

# Benchmarks

Figures of one machine, each with the commit it was measured at. Run them again with `make bench`; times are of this
machine alone, so compare them only with others of the same run. Limits are what the project promises on two cores.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, make in (
        ("build", _build),
        ("serving", _serving),
        ("threads", _threads),
        ("faces", faces_tables.faces),
        ("live_stream", loop_tables.live_stream),
        ("traffic_day", loop_tables.traffic_day),
        ("next_basket", _next_basket),
        ("encoders", _encoders),
        ("search", _search),
        ("search_questions", _search_questions),
        ("search_http", _search_http),
        ("search_scale", _search_scale),
        ("suggest", _suggest),
        ("recommend", _recommend),
        ("long_tail", places_tables.long_tail),
        ("behaviour", _behaviour),
        ("cart", places_tables.cart),
        ("places", places_tables.places),
        ("social", places_tables.social),
        ("cross_domain", places_tables.cross_domain),
        ("scene", places_tables.scene),
        ("new_arrivals", places_tables.new_arrivals),
        ("substitutes", places_tables.substitutes),
        ("content", places_tables.content),
        ("exploration", loop_tables.exploration),
        ("experiments", loop_tables.experiments),
        ("policy", _policy),
        ("messages", places_tables.messages),
        ("send_time", places_tables.send_time),
        ("ads", ads_tables.ads),
        ("promotions", promotions_tables.section),
    ):
        path = RESULTS / f"{name}.json"
        if path.is_file():
            parts.append("\n".join(make(json.loads(path.read_text(encoding="utf-8")))))
    return "\n".join(parts) + "\n"


def _build(result: dict[str, Any]) -> Iterator[str]:
    figures, limits = result["figures"], result["limits"]
    yield "## Building the demo's shop\n"
    yield where(result)
    yield from grid(
        ("what", "measured", "limit"),
        [
            ("wall time, s", figures["wall_s"], limits["wall_s"]),
            ("processor time, s", figures["processor_s"], ""),
            ("peak memory, MB", figures["peak_memory_mb"], limits["peak_memory_mb"]),
            *((f"{name}, s", seconds, "") for name, seconds in figures["seconds"].items()),
            *((f"{table}, rows/s", f"{rate:,}", "") for table, rate in figures["rows_per_s"].items()),
            ("on disk, MB", round(sum(figures["disk_mb"].values()), 1), ""),
        ],
    )


def _serving(result: dict[str, Any]) -> Iterator[str]:
    yield "## Serving over HTTP\n"
    yield where(result)
    yield from grid(
        ("question", "p50, ms", "p99, ms", "a second"),
        (
            (
                name,
                _middle(row, "p50_ms", row.get("p50_ms", "")),
                _middle(row, "p99_ms", row.get("p99_ms", row.get("max_ms", ""))),
                _rate(row),
            )
            for name, row in result["rows"].items()
        ),
    )
    yield "One client: the middle of the rounds, and from which to which they went.\n"
    empty = {name for name, told in result.get("answers", {}).items() if not told["hits"]}
    hits = ", ".join(f"{name} {told['hits']}" for name, told in result.get("answers", {}).items())
    yield f"Hits of an answer, on average: {hits}.\n" if hits else ""
    for name, told in result.get("answers", {}).items():
        if told["degraded"] and name not in empty:
            yield f"- `{name}` went without: {'; '.join(told['degraded'])}"
    yield ""
    yield "Of the event to the next answer the second figure is the longest of all.\n"
    yield from grid(
        ("memory of the process", "resident, MB"),
        ((when, found["resident_mb"]) for when, found in result["memory"].items()),
    )


def _threads(result: dict[str, Any]) -> Iterator[str]:
    yield "## Threads of an answer\n"
    yield where(result)
    yield from grid(
        ("asked by", "p50, ms", "longer than as served", "p99, ms", "longer than as served"),
        (
            (
                f"{scenario}, {way}",
                *(
                    cell
                    for name in ("p50", "p99")
                    for cell in (
                        row[f"{name}_ms"],
                        "{} [{}, {}]".format(row[f"{name}_longer_ms"], *row[f"{name}_longer_from_to_ms"]),
                    )
                ),
            )
            for scenario, rows in result["scenarios"].items()
            for way, row in rows.items()
        ),
    )


def _middle(row: dict[str, Any], name: str, figure: object) -> str:
    """A figure with the range of its rounds, where there were rounds."""
    values = [each[name] for each in row.get("rounds", ())]
    return f"{figure} ({min(values)}–{max(values)})" if values else str(figure)


def _rate(row: dict[str, Any]) -> str:
    if "rows_per_s" in row:
        return f"{row['rows_per_s']:,.0f} rows"
    return str(row.get("per_s", ""))


def _next_basket(result: dict[str, Any]) -> Iterator[str]:
    yield "## Next basket\n"
    yield where(result)
    yield "95 % bootstrap intervals. A difference is ours less theirs, paired by household.\n"
    for protocol, found in result["protocols"].items():
        for part, view in (("all products", found), ("explore-only", found["parts"]["explore_only"])):
            yield f"### {protocol}, {part} ({view['cases']} households)\n"
            yield from grid(("system", "R@10", "N@10", "difference in R@10", "difference in N@10"), _systems(view))


def _systems(view: dict[str, Any]) -> Iterator[list[str]]:
    for name, pools in view["systems"].items():
        gap = view["differences"].get(f"shopmind-{name}", {}).get("full", {})
        yield [
            name,
            *(interval(pools["full"][figure]) for figure in ("recall@10", "ndcg@10")),
            *(interval(gap[figure]) if figure in gap else "" for figure in ("recall@10", "ndcg@10")),
        ]


def _encoders(result: dict[str, Any]) -> Iterator[str]:
    yield "## Encoders\n"
    yield where(result)
    yield "The table stands in [decision 3](../decisions/0003-encoders.md).\n"


def _search(result: dict[str, Any]) -> Iterator[str]:
    yield "## Search\n"
    yield where(result)
    yield from search_tables.page(result)


def _recommend(result: dict[str, Any]) -> Iterator[str]:
    yield "## Recommendation beside other systems\n"
    yield where(result)
    yield from recommend_tables.page(result)


def _behaviour(result: dict[str, Any]) -> Iterator[str]:
    yield "## What customers will do\n"
    yield where(result)
    yield (
        "As of 56 days before the end of the log; 95 % bootstrap intervals over users. A difference is ours less "
        "theirs: of AUC more is better, of log-loss and calibration error less. `lightgbm_rfm` is LightGBM on recency, "
        "frequency and money.\n"
    )
    figures = ("auc", "log_loss", "calibration_error")
    head = ("within", "system", "AUC", "log-loss", "calibration error", *(f"difference in {each}" for each in figures))
    for name, found in result["sets"].items():
        yield f"### {name} ({found['asked']} users)\n"
        rows: list[list[str]] = []
        for horizon, view in found["purchase"].items():
            for system, values in view["systems"].items():
                gaps = view["differences"].get(system, {})
                told = [interval(values[each]) for each in figures]
                rows.append([horizon, system, *told, *(interval(gaps[each]) if gaps else "" for each in figures)])
        yield from grid(head, rows)


def _policy(result: dict[str, Any]) -> Iterator[str]:
    yield "## Policies judged from logs\n"
    yield where(result)
    yield from policy_tables.tables(result, grid)


def _search_questions(result: dict[str, Any]) -> Iterator[str]:
    yield "## Pairs of questions\n"
    yield where(result)
    yield from search_tables.questions(result)


def _search_http(result: dict[str, Any]) -> Iterator[str]:
    limits = result["limits"]
    yield "## Search over HTTP\n"
    yield where(result)
    yield (
        f"Electronics, {result['asked_for']} hits an answer, the encoder included, every query sent once; median of "
        f"{result['runs']} servers and from the lowest to the highest. Load of the machine before: "
        f"{result['load_before']}. What is promised: one client p50 < {limits['p50_ms']:g} ms and "
        f"p99 < {limits['p99_ms']:g} ms; two processes and eight clients {limits['per_s']:g} a second or more.\n"
    )
    head = ("processes", "clients", "p50, ms", "p99, ms", "a second", "of the processor a query, ms", "failed")
    yield from grid(
        head,
        (
            (processes, clients, *(_lowest_to_highest(row[name]) for name in _HTTP), row["failed"])
            for processes, rows in result["processes"].items()
            for clients, row in rows.items()
        ),
    )


_HTTP = ("p50_ms", "p99_ms", "per_s", "processor_ms")


def _lowest_to_highest(figure: dict[str, float]) -> str:
    return f"{figure['value']:.1f} ({figure['low']:.1f}–{figure['high']:.1f})"


def _search_scale(result: dict[str, Any]) -> Iterator[str]:
    yield f"## Search among {result['items']:,} items\n"
    yield where(result)
    yield from search_tables.scale(result)


SECTIONS = {
    "build": _build,
    "serving": _serving,
    "next_basket": _next_basket,
    "encoders": _encoders,
    "search": _search,
    "search_questions": _search_questions,
    "search_http": _search_http,
    "search_scale": _search_scale,
}
"""Name of the result → what makes its section, in the order of the page."""


def _suggest(result: dict[str, Any]) -> Iterator[str]:
    figures, limit = result["figures"], result["limits"]["p99_ms"]
    yield "## Suggestions\n"
    yield where(result)
    yield (
        f"{figures['phrases']:,} phrases, {figures['held_mb']} MB, made in {figures['made_processor_s']} s of the "
        f"processor; load {figures['load_before']} before. A keystroke should take at most {limit} ms at p99.\n"
    )
    head = (
        "typed",
        "answered",
        "p50, ms",
        "p99, ms",
        "of the processor, p99",
        "p99 while made again",
        "of the processor",
    )
    again = result["while made again"]
    yield from grid(
        head,
        (
            (
                kind,
                row["answered"],
                row["p50_ms"],
                row["p99_ms"],
                row["processor_p99_ms"],
                again[kind]["p99_ms"],
                again[kind]["processor_p99_ms"],
            )
            for kind, row in result["rows"].items()
        ),
    )


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
