"""Tables of the loop: a live stream, counting, slots that explore, experiments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.cells import grid, where


def live_stream(result: dict[str, Any]) -> Iterator[str]:
    """A year as a stream, with kills."""
    equal = all(result["counters_equal_a_recount"].values())
    yield "## A live stream, with kill -9 on the way\n"
    yield where(result)
    yield (
        f"The log of {result['shop']} sent again over HTTP while visitors ask, click and buy and /metrics is read "
        f"every two seconds; {result['sent_again']:,} events are sent twice.\n"
    )
    yield from grid(
        ("what", "measured", "limit"),
        [
            ("events", f"{result['events']:,}", ""),
            ("events a second, restarts left out", f"{result['events_per_s']:,}", result["limits"]["events_per_s"]),
            ("events a second, restarts included", f"{result['events_per_s_with_restarts']:,}", ""),
            ("kills", result["kills"], ""),
            ("acknowledged events lost", result["lost"], result["limits"]["lost"]),
            ("events stored twice", result["stored_twice"], result["limits"]["stored_twice"]),
            ("counters equal to a recount", "yes" if equal else "no", "yes"),
            ("answers meanwhile, p50 and p99, ms", f"{result['answers_ms']['p50']}, {result['answers_ms']['p99']}", ""),
            (
                "counting at a scrape, p50 and p99, ms",
                f"{result['metrics_ms']['p50']}, {result['metrics_ms']['p99']}",
                "",
            ),
            ("the whole log counted in one go, s", result["recount_in_one_go_s"], ""),
        ],
    )


def traffic_day(result: dict[str, Any]) -> Iterator[str]:
    """A day of a million events."""
    yield "## Counting a day\n"
    yield where(result)
    yield (
        f"{result['events']:,} events and {result['answers']:,} answers of one day; counters equal to a recount: "
        f"{'yes' if result['equal_to_a_recount'] else 'no'}.\n"
    )
    rows = ((name, row["processor_s"], row["wall_s"]) for name, row in result["seconds"].items())
    yield from grid(("what", "processor, s", "wall, s"), rows)


def exploration(result: dict[str, Any]) -> Iterator[str]:
    """Regret beside a peer."""

    def told(found: dict[str, float]) -> str:
        return f"{found['value']:.1f} ({found['low']:.1f} to {found['high']:.1f})"

    yield "## Slots that explore\n"
    yield where(result)
    worlds, logged = result["constant"], result["logged"]
    yield (
        f"Rewards lost against the best of {worlds['arms']} arms over {worlds['steps']:,} requests, mean of "
        f"{worlds['worlds']} simulated worlds, 95 % bootstrap intervals; a difference is ours less the peer's. "
        f"MABWiser {worlds['mabwiser']} at the same settings. Times are of one choice and what follows it.\n"
    )
    rows = []
    for kind in ("constant", "linear"):
        for name, found in result[kind]["regret"].items():
            library, _, policy = name.partition(".")
            gap = result[kind]["differences"].get(f"{name}-mabwiser.{policy}")
            said = (told(found["whole"]), told(found["second half"]), told(gap) if gap else "", found["ms_per_step"])
            rows.append((f"{kind} rates", policy.replace("_", " "), library, *said))
    yield from grid(("worlds", "policy", "library", "lost", "in the second half", "difference", "ms"), rows)
    spread = logged["standard_errors"]["spread"]
    yield (
        f"What is logged against what is drawn: over {logged['arms']} arms in {logged['states']} states, "
        f"{logged['draws']:,} draws each, the gaps have a spread of {spread} standard errors (1 is chance alone). The "
        "chances of Thompson sampling differ from those of rates that are sampled by at most "
        f"{logged['largest_gap_to_sampled_rates']}.\n"
    )


def experiments(result: dict[str, Any]) -> Iterator[str]:
    """A/A, peeking and power."""

    def told(found: dict[str, Any]) -> str:
        return f"{100 * found['share']:.4g} % ({100 * found['low']:.3g} to {100 * found['high']:.3g})"

    yield "## Experiments\n"
    yield where(result)
    yield (
        f"{result['worlds']:,} simulated experiments of {result['units_an_arm']:,} units an arm; shares of them with "
        "95 % intervals. Equal arms called different, at a level of 5 %:\n"
    )
    kinds = result["equal_arms"]
    ways = list(next(iter(kinds.values())))
    yield from grid(("metric", *ways), ((kind, *(told(rows[way]) for way in ways)) for kind, rows in kinds.items()))
    yield "The planned effect found with the planned units (promised: 80 %), and units used until it was seen:\n"
    rows = [
        (kind, f"{100 * found['effect']:g} %", way, told(row), f"{row['units']:,}", f"{row['units_used']:,}")
        for kind, found in result["planned_arms"].items()
        for way, row in found.items()
        if way != "effect"
    ]
    yield from grid(("metric", "effect", "test", "found", "units", "used"), rows)
    yield "The 95 % interval of the lift holds the truth, and the variance that the earlier period leaves:\n"
    earlier = [
        (kind, told(row["covered"]["without"]), told(row["covered"]["with"]), f"{100 * row['variance_kept']:.0f} %")
        for kind, row in result["earlier_period"].items()
    ]
    yield from grid(("metric", "without", "with the earlier period", "variance left"), earlier)
    yield "Splits of 100,000 units called broken, at p below 0.001:\n"
    ways = list(next(iter(result["splits"].values())))
    yield from grid(
        ("split", *ways), ((name, *(told(row[way]) for way in ways)) for name, row in result["splits"].items())
    )
    orders = {name: rows for name, rows in result["orders"].items() if name != "units"}
    units = result["orders"]["units"]
    yield f"Two orders called different with {units} units, on one page or for half of the units each:\n"
    yield from grid(
        ("orders", "one page", "half each"),
        ((name, told(rows["drafted"]), told(rows["halves"])) for name, rows in orders.items()),
    )
