"""Tables of places in the shop: circles, other domains, occasions, shops and brands, new goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.cells import grid, interval, where


def _value(told: Mapping[str, Any], *, signed: bool = False) -> str:
    if told["value"] is None:
        return ""
    form = "{:+.3f} [{:+.3f}, {:+.3f}]" if signed else "{:.3f} [{:.3f}, {:.3f}]"
    low, high = (told[each] if told[each] is not None else float("nan") for each in ("low", "high"))
    return form.format(told["value"], low, high)


def _systems(told: Mapping[str, Any], ours: str, *differing: str) -> Iterator[str]:
    """Each system's figures, and ours less it in those that are named; empty where a system has none."""
    figures = list(next(iter(told["systems"].values())))
    rows = []
    for name, of in told["systems"].items():
        gap = told["differences"].get(f"{ours}-{name}", {})
        less = (_value(gap[each], signed=True) if each in gap else "" for each in differing)
        rows.append([name, *(_value(of[each]) if each in of else "" for each in figures), *less])
    yield from grid(["system", *figures, *(f"{ours} less it, {each}" for each in differing)], rows)


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
    yield from grid(["listeners", "without", "with", *(f"difference, {figure}" for figure in figures)], rows)


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


def substitutes(result: dict[str, Any]) -> Iterator[str]:
    """What stands in for what is gone."""
    yield f"## In place of what is gone\n\n{where(result)}"
    found = result["rated"]
    empty = ", ".join(f"`{name}`" for name, hits in found["hits_of_six"].items() if not hits)
    yield (
        f"Rated: data/electronics, {found['sold_out']} goods of {found['queries']} queries sold out one by one; the "
        f"order of the rated goods is told of the {found['with_wrong_goods']} queries that have a wrong one. "
        + (f"Without an answer, for these goods have no categories: {empty}.\n" if empty else "\n")
    )
    yield from _systems(found, "substitutes", "ndcg@10", "right@6")
    switches = result.get("switches")
    if switches is None:
        return
    yield (
        f"Switches: The Complete Journey, {switches['asked']:,} of {switches['switches']:,} orders in which a "
        f"household took another good of the category than its usual one, {switches['households']:,} households.\n"
    )
    for name, part in switches["parts"].items():
        met = f"{part['could_be_met']:.0%}"
        yield f"{name.capitalize()}: {part['goods']:,} goods, a right one among them in {met} of the cases.\n"
        yield from _systems(part, "substitutes", "hit_rate@6")


def content(result: dict[str, Any]) -> Iterator[str]:
    """Texts and the goods they are about."""
    yield f"## What a text is about\n\n{where(result)}"
    yield "data/matching: texts of one shop as content, of the other as goods; intervals over what is in view.\n"
    for name, found in result["sets"].items():
        for place in ("in_content", "content"):
            part = found[place]
            yield (
                f"{name}, `{place}`, asked {part['asked']:,} times among {found['texts']:,} texts and "
                f"{found['goods']:,} goods, without links:\n"
            )
            yield from _systems(part, place, "recall@5", "ndcg@5")
            rows = []
            for said, key in (("linked", "linked"), ("not linked", "not_linked")):
                two = part[key]["systems"]
                gap = part[key]["differences"]["with_links-without"]["ndcg@5"]
                values = (_value(two[each]["ndcg@5"]) for each in ("without", "with_links"))
                rows.append([said, f"{part[key]['asked']:,}", *values, _value(gap, signed=True)])
            yield "Every second pair linked, nDCG@5:\n"
            yield from grid(["in view", "asked", "without links", "with them", "difference"], rows)


def send_time(result: dict[str, Any]) -> Iterator[str]:
    """The hour of a message."""
    yield f"## The hour of a message\n\n{where(result)}"
    yield (
        f"The Complete Journey, {result['orders']:,} orders of {result['households']:,} households in the last four "
        f"weeks: the share of a household's that fall within an hour of the one its message is planned for "
        f"(own_hours = {result['own_hours']:g}, times of {result['zone']}). 95 % bootstrap intervals over households.\n"
    )
    rows = []
    for name, part in result["parts"].items():
        own, busiest = (_value(part["systems"][each]["within an hour"]) for each in ("own hour", "busiest hour"))
        less = _value(part["differences"]["own hour-busiest hour"]["within an hour"], signed=True)
        rows.append([name, own, busiest, f"{part['busiest_hour_utc']}:00", less])
    head = ("hours left out", "own hour", "the shop's busiest hour", "which is, UTC", "own hour less it")
    yield from grid(head, rows)
    tried = result["four weeks before"]
    beside = "the busiest hour"
    said = ", ".join(f"{weight} {value:.3f}" for weight, value in tried["own_hours"].items() if weight != beside)
    yield (
        f"The four weeks before ({tried['households']:,} households) by `own_hours`, no hour left out: {said}; "
        f"{beside} {tried['own_hours'][beside]:.3f}.\n"
    )


def places(result: dict[str, Any]) -> Iterator[str]:
    """Shops, brands, goods of a shop, letters and trends."""
    yield "## Shops, brands, the goods of a shop, letters and trends\n"
    yield (
        f"Commit {str(result['commit'])[:8]}. The Complete Journey, four weeks and households by which nothing was "
        "chosen, asked by the packaged files.\n"
    )
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
    if "unread" in result:
        yield f"{result['unread']['dates']} dates of The Complete Journey, by which nothing was chosen:\n"
        yield from _systems(result["unread"], "fresh", "people")


def cart(result: dict[str, Any]) -> Iterator[str]:
    """What completes a cart."""
    yield "## What completes a cart\n"
    yield where(result)
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
            said = (interval(figures["recall@10"]), interval(figures["ndcg@10"]))
            rows.append((system, told, *said, interval(gap["recall@10"]) if gap else ""))
        yield from grid(("system", "options", "R@10", "N@10", "difference in R@10"), rows)
        systems = list(view["systems"])
        sizes = [
            (size, row["carts"], *(f"{row[system]:.3f}" for system in systems))
            for size, row in view["recall_by_size"].items()
        ]
        yield from grid(("goods in the cart", "carts", *systems), sizes)
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
        yield from grid(head, rows)


def long_tail(result: dict[str, Any]) -> Iterator[str]:
    """Ways into the tail at equal accuracy."""
    yield f"## The long tail at equal accuracy\n\n{where(result)}"
    yield (
        "A list of item-kNN mixed with each way into the tail so far that a share of its recall@10 is kept on the "
        "validation part; figures of the test part.\n"
    )
    figures = ("recall@10", "ndcg@10", "tail_recall@10", "aplt")
    for name, found in result["sets"].items():
        cases, of_tail = found["cases"]["test"], found["cases_of_the_tail"]["test"]
        yield f"### {name} ({cases:,} cases, {of_tail:,} of the tail; {found['tail']:,} of {found['goods']:,} goods)\n"
        rows = []
        for keep, ways in found["at_equal_accuracy"].items():
            for way, told in ways.items():
                if way == "base" and rows:
                    continue
                less = told["less_base"].get("tail_recall@10")
                gap = "" if less is None else _value(less, signed=True)
                label = "item-kNN alone" if way == "base" else f"{way}, {float(keep):.0%} kept"
                rows.append([label, *(_value(told[each]) for each in figures), told["coverage"], told["gini"], gap])
        yield from grid(
            ["list", "R@10", "N@10", "tail R@10", "share of the tail", "coverage", "Gini", "tail R@10 less item-kNN"],
            rows,
        )


def messages(result: dict[str, Any]) -> Iterator[str]:
    """Planning, and killed senders."""
    yield f"## Messages\n\n{where(result)}"
    plan = result["planning"]
    yield (
        f"Planning in a shop of {plan['people_of_the_shop']:,} people who agreed, {plan['acts_a_person']} acts each, "
        f"and {plan['goods']:,} goods: {plan['planned']:,} messages by {plan['workers']} processes took "
        f"{plan['processor_ms_a_message']} ms of processor time each and {plan['wall_s']} s by the clock, at a load of "
        f"{plan['load_before']} before and {plan['load_at_the_end']} at the end, two of it their own; "
        f"{plan['peak_memory_mb_a_worker']} MB a process at most. With others at work the times are upper bounds.\n"
    )
    yield from grid(
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
