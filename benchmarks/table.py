"""Makes docs/reference/benchmarks.md from benchmarks/results/*.json: `python -m benchmarks.table`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import ads_tables, places_tables, policy_tables, promotions_tables
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
        ("live_stream", _live_stream),
        ("traffic_day", _traffic_day),
        ("next_basket", _next_basket),
        ("encoders", _encoders),
        ("search", _search),
        ("search_questions", _search_questions),
        ("search_http", _search_http),
        ("search_scale", _search_scale),
        ("suggest", _suggest),
        ("recommend", _recommend),
        ("behaviour", _behaviour),
        ("cart", _cart),
        ("places", places_tables.places),
        ("social", places_tables.social),
        ("cross_domain", places_tables.cross_domain),
        ("scene", places_tables.scene),
        ("new_arrivals", places_tables.new_arrivals),
        ("exploration", _exploration),
        ("experiments", _experiments),
        ("policy", _policy),
        ("messages", _messages),
        ("ads", ads_tables.ads),
        ("promotions", promotions_tables.section),
    ):
        path = RESULTS / f"{name}.json"
        if path.is_file():
            parts.append("\n".join(make(json.loads(path.read_text(encoding="utf-8")))))
    return "\n".join(parts) + "\n"


_MACHINE = {"processor": "{}", "cores": "{} cores", "python": "Python {}"}


def _where(result: dict[str, Any]) -> str:
    machine = result["machine"]
    said = ", ".join(words.format(machine[key]) for key, words in _MACHINE.items() if key in machine)
    return f"Commit {str(result['commit'])[:8]}, {said}.\n"


def _rows(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""


def _build(result: dict[str, Any]) -> Iterator[str]:
    figures, limits = result["figures"], result["limits"]
    yield "## Building the demo's shop\n"
    yield _where(result)
    yield from _rows(
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
    yield _where(result)
    yield from _rows(
        ("question", "p50, ms", "p99, ms", "a second"),
        (
            (name, row.get("p50_ms", ""), row.get("p99_ms", row.get("max_ms", "")), _rate(row))
            for name, row in result["rows"].items()
        ),
    )
    yield "Of the event to the next answer the second figure is the longest of all.\n"
    yield from _rows(
        ("memory of the process", "resident, MB"),
        ((when, found["resident_mb"]) for when, found in result["memory"].items()),
    )


def _rate(row: dict[str, Any]) -> str:
    if "rows_per_s" in row:
        return f"{row['rows_per_s']:,.0f} rows"
    return str(row.get("per_s", ""))


def _live_stream(result: dict[str, Any]) -> Iterator[str]:
    equal = all(result["counters_equal_a_recount"].values())
    yield "## A live stream, with kill -9 on the way\n"
    yield _where(result)
    yield (
        f"The log of {result['shop']} sent again over HTTP while visitors ask, click and buy and /metrics is read "
        f"every two seconds; {result['sent_again']:,} events are sent twice.\n"
    )
    yield from _rows(
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


def _traffic_day(result: dict[str, Any]) -> Iterator[str]:
    yield "## Counting a day\n"
    yield _where(result)
    yield (
        f"{result['events']:,} events and {result['answers']:,} answers of one day; counters equal to a recount: "
        f"{'yes' if result['equal_to_a_recount'] else 'no'}.\n"
    )
    rows = ((name, row["processor_s"], row["wall_s"]) for name, row in result["seconds"].items())
    yield from _rows(("what", "processor, s", "wall, s"), rows)


def _next_basket(result: dict[str, Any]) -> Iterator[str]:
    yield "## Next basket\n"
    yield _where(result)
    yield "95 % bootstrap intervals. A difference is ours less theirs, paired by household.\n"
    for protocol, found in result["protocols"].items():
        for part, view in (("all products", found), ("explore-only", found["parts"]["explore_only"])):
            yield f"### {protocol}, {part} ({view['cases']} households)\n"
            yield from _rows(("system", "R@10", "N@10", "difference in R@10", "difference in N@10"), _systems(view))


def _systems(view: dict[str, Any]) -> Iterator[list[str]]:
    for name, pools in view["systems"].items():
        gap = view["differences"].get(f"shopmind-{name}", {}).get("full", {})
        yield [
            name,
            *(_interval(pools["full"][figure]) for figure in ("recall@10", "ndcg@10")),
            *(_interval(gap[figure]) if figure in gap else "" for figure in ("recall@10", "ndcg@10")),
        ]


def _interval(figure: dict[str, Any]) -> str:
    if figure.get("low") is None:
        return f"{figure['value']:.4f}"
    return f"{figure['value']:.4f} [{figure['low']:.4f}, {figure['high']:.4f}]"


def _encoders(result: dict[str, Any]) -> Iterator[str]:
    yield "## Encoders\n"
    yield _where(result)
    yield "The table stands in [decision 3](../decisions/0003-encoders.md).\n"


def _search(result: dict[str, Any]) -> Iterator[str]:
    yield "## Search\n"
    yield _where(result)
    yield from search_tables.page(result)


def _recommend(result: dict[str, Any]) -> Iterator[str]:
    yield "## Recommendation beside other systems\n"
    yield _where(result)
    yield from recommend_tables.page(result)


def _behaviour(result: dict[str, Any]) -> Iterator[str]:
    yield "## What customers will do\n"
    yield _where(result)
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
                told = [_interval(values[each]) for each in figures]
                rows.append([horizon, system, *told, *(_interval(gaps[each]) if gaps else "" for each in figures)])
        yield from _rows(head, rows)


def _cart(result: dict[str, Any]) -> Iterator[str]:
    yield "## What completes a cart\n"
    yield _where(result)
    yield (
        "One good of each order is hidden, the rest is the cart, every good is ranked; learned from what came before "
        "both windows of 28 days, options chosen on the first, these figures of the second. 95 % bootstrap intervals; "
        "a difference is `cart` less the other, paired by order.\n"
    )
    for name, found in result["sets"].items():
        view = found["test"]
        yield f"### {name} ({view['carts']} carts, {found['orders']:,} known orders of {found['goods']:,} goods)\n"
        rows = []
        for system, figures in view["systems"].items():
            gap = view["differences"].get(f"cart-{system}", {})
            told = found["options"].get(system, "")
            said = (_interval(figures["recall@10"]), _interval(figures["ndcg@10"]))
            rows.append((system, told, *said, _interval(gap["recall@10"]) if gap else ""))
        yield from _rows(("system", "options", "R@10", "N@10", "difference in R@10"), rows)
        systems = list(view["systems"])
        sizes = [
            (size, row["carts"], *(f"{row[system]:.3f}" for system in systems))
            for size, row in view["recall_by_size"].items()
        ]
        yield from _rows(("goods in the cart", "carts", *systems), sizes)
    if result["rules"]:
        yield "Association rules of up to three goods beside mlxtend, seconds of the processor:\n"
        rows = [
            (
                name,
                f"{found['at_least']} of {found['orders']:,}",
                f"{found['rules']:,}",
                "yes" if found["same_rules"] else "no",
                f"{max(found['largest_gap'].values()):.0e}",
                *found["processor_s"].values(),
            )
            for name, found in result["rules"].items()
        ]
        head = ("set", "orders with a set", "rules", "the same", "largest gap", "ours", "ours, tested", "mlxtend")
        yield from _rows(head, rows)


def _exploration(result: dict[str, Any]) -> Iterator[str]:
    def told(found: dict[str, float]) -> str:
        return f"{found['value']:.1f} ({found['low']:.1f} to {found['high']:.1f})"

    yield "## Slots that explore\n"
    yield _where(result)
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
    yield from _rows(("worlds", "policy", "library", "lost", "in the second half", "difference", "ms"), rows)
    spread = logged["standard_errors"]["spread"]
    yield (
        f"What is logged against what is drawn: over {logged['arms']} arms in {logged['states']} states, "
        f"{logged['draws']:,} draws each, the gaps have a spread of {spread} standard errors (1 is chance alone). The "
        "chances of Thompson sampling differ from those of rates that are sampled by at most "
        f"{logged['largest_gap_to_sampled_rates']}.\n"
    )


def _experiments(result: dict[str, Any]) -> Iterator[str]:
    def told(found: dict[str, Any]) -> str:
        return f"{100 * found['share']:.4g} % ({100 * found['low']:.3g} to {100 * found['high']:.3g})"

    yield "## Experiments\n"
    yield _where(result)
    yield (
        f"{result['worlds']:,} simulated experiments of {result['units_an_arm']:,} units an arm; shares of them with "
        "95 % intervals. Equal arms called different, at a level of 5 %:\n"
    )
    kinds = result["equal_arms"]
    ways = list(next(iter(kinds.values())))
    yield from _rows(("metric", *ways), ((kind, *(told(rows[way]) for way in ways)) for kind, rows in kinds.items()))
    yield "The planned effect found with the planned units (promised: 80 %), and units used until it was seen:\n"
    rows = [
        (kind, f"{100 * found['effect']:g} %", way, told(row), f"{row['units']:,}", f"{row['units_used']:,}")
        for kind, found in result["planned_arms"].items()
        for way, row in found.items()
        if way != "effect"
    ]
    yield from _rows(("metric", "effect", "test", "found", "units", "used"), rows)
    yield "The 95 % interval of the lift holds the truth, and the variance that the earlier period leaves:\n"
    earlier = [
        (kind, told(row["covered"]["without"]), told(row["covered"]["with"]), f"{100 * row['variance_kept']:.0f} %")
        for kind, row in result["earlier_period"].items()
    ]
    yield from _rows(("metric", "without", "with the earlier period", "variance left"), earlier)
    yield "Splits of 100,000 units called broken, at p below 0.001:\n"
    ways = list(next(iter(result["splits"].values())))
    yield from _rows(
        ("split", *ways), ((name, *(told(row[way]) for way in ways)) for name, row in result["splits"].items())
    )
    orders = {name: rows for name, rows in result["orders"].items() if name != "units"}
    units = result["orders"]["units"]
    yield f"Two orders called different with {units} units, on one page or for half of the units each:\n"
    yield from _rows(
        ("orders", "one page", "half each"),
        ((name, told(rows["drafted"]), told(rows["halves"])) for name, rows in orders.items()),
    )


def _policy(result: dict[str, Any]) -> Iterator[str]:
    yield "## Policies judged from logs\n"
    yield _where(result)
    yield from policy_tables.tables(result, _rows)


def _search_questions(result: dict[str, Any]) -> Iterator[str]:
    yield "## Pairs of questions\n"
    yield _where(result)
    yield from search_tables.questions(result)


def _search_http(result: dict[str, Any]) -> Iterator[str]:
    limits = result["limits"]
    yield "## Search over HTTP\n"
    yield _where(result)
    yield (
        f"Electronics, {result['asked_for']} hits an answer, the encoder included, every query sent once; median of "
        f"{result['runs']} servers and from the lowest to the highest. Load of the machine before: "
        f"{result['load_before']}. What is promised: one client p50 < {limits['p50_ms']:g} ms and "
        f"p99 < {limits['p99_ms']:g} ms; two processes and eight clients {limits['per_s']:g} a second or more.\n"
    )
    head = ("processes", "clients", "p50, ms", "p99, ms", "a second", "of the processor a query, ms", "failed")
    yield from _rows(
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
    yield _where(result)
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
    yield _where(result)
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
    yield from _rows(
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


def _messages(result: dict[str, Any]) -> Iterator[str]:
    yield f"## Messages\n\n{_where(result)}"
    plan = result["planning"]
    yield (
        f"Planning in a shop of {plan['people_of_the_shop']:,} people who agreed, {plan['acts_a_person']} acts each, "
        f"and {plan['goods']:,} goods: {plan['planned']:,} messages by {plan['workers']} processes took "
        f"{plan['processor_ms_a_message']} ms of processor time each and {plan['wall_s']} s by the clock (load "
        f"{result['load_before']} before); {plan['peak_memory_mb_a_worker']} MB a process at most.\n"
    )
    yield from _rows(
        ("way", "messages", "kills", "sent", "in doubt", "received", "received twice", "lost"),
        (
            (
                way,
                found["messages"],
                found["kills"],
                found["states"].get("sent", 0),
                found["states"].get("unknown", 0),
                found["received"],
                found["received_twice"],
                found["neither_sent_nor_in_doubt"] + found["sent_but_not_received"],
            )
            for way, found in result["sending"].items()
        ),
    )


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
