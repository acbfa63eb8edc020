"""Does a text lead to the good it is about, and a good to the text? `python -m benchmarks.content`.

data/matching: pairs of product texts of two shops, by people the same product or not. The texts of one shop become
items of kind `content`, each about a product and written by somebody who sells it elsewhere; those of the other become
the goods. A pair that people called the same says that the text is about the good. Only names, titles and descriptions
are taken, for makers and prices a story does not have. `in_content` is asked with a text in view, `content` with a
good, as shipped, by nobody in particular; all goods, or all texts, are ranked. Once without any link, and once with
every second pair, drawn by seed, linked by `mentions`: the linked ones should stand first, and the others no worse.
BM25 is asked for the title of what is in view. Nothing is tuned on it. Needs the weights of an encoder. Writes
results/content.json.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from benchmarks import record
from benchmarks.asking import Asking
from benchmarks.search.sets import DATA
from benchmarks.substitutes_switches import told
from shopmind.domain import History, Query
from shopmind.evaluation.figures import per_case
from shopmind.kit.seeds import generator
from shopmind.scenarios.load import drafted
from shopmind.shop import Shop, create

SEED = 0
SETS = ("abt_buy", "amazon_google", "walmart_amazon")
PLACES = {"in_content": "product", "content": "content"}
"""Scenario → the kind of item it brings."""
PAGE = 5
Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Side:
    """What one place is asked.

    Attributes:
        anchors: ids in view. titles: of the anchors. right: ids of what each should bring.
    """

    anchors: list[str]
    titles: list[str]
    right: list[list[str]]


def described(texts: Sequence[str], kind: str) -> list[dict[str, str]]:
    """Items of a column of texts, each once, in the order of their names; ids by their place."""
    found = []
    for number, text in enumerate(sorted(set(texts))):
        fields = orjson.loads(text)
        title = str(fields.get("name") or fields.get("title"))
        found.append({"item_id": f"{kind}-{number}", "kind": kind, "title": title, "text": text})
        if fields.get("description"):
            found[-1]["description"] = str(fields["description"])
    return found


def sides(pairs: Sequence[tuple[str, str]], titles: Mapping[str, str]) -> dict[str, Side]:
    """Place → what it is asked, from (text, good) of every pair that is the same."""
    found = {}
    for place, turned in (("in_content", False), ("content", True)):
        right: dict[str, list[str]] = {}
        for text, good in pairs:
            anchor, other = (good, text) if turned else (text, good)
            right.setdefault(anchor, []).append(other)
        found[place] = Side(list(right), [titles[each] for each in right], list(right.values()))
    return found


def figures(lists: NDArray[np.int64], right: Sequence[Sequence[int]]) -> dict[str, NDArray[np.float64]]:
    """(cases,) recall@5 and nDCG@5.

    Args:
        lists: (cases, 5) numbers, -1 where a list is shorter. right: numbers of each case.
    """
    cases = np.repeat(np.arange(len(right)), [len(each) for each in right])
    items = np.array([number for each in right for number in each], np.int64)
    found = per_case(lists, cases, items, np.ones(len(items)), (PAGE,))
    return {name: found[name] for name in (f"recall@{PAGE}", f"ndcg@{PAGE}")}


def systems(shop: Shop, place: str) -> dict[str, Asking]:
    """Ours and what stands beside it."""
    kinds = f'kinds = ["{PLACES[place]}"]\n'
    dense = f'title = "d"\nneeds = ["anchors"]\n{kinds}retrievers = {{dense = {{k = 100, of = "anchors"}}}}\n'
    words = f'title = "b"\nneeds = ["text"]\n{kinds}retrievers = {{lexical = {{k = 100}}}}\n'
    return {
        place: Asking(shop, place),
        "text_vectors": Asking(shop, drafted("text_vectors", dense, shop.scenarios)),
        "bm25_of_the_title": Asking(shop, drafted("bm25_of_the_title", words, shop.scenarios)),
    }


def asked(ask: Asking, place: str, side: Side, *, by_title: bool) -> NDArray[np.int64]:
    """(cases, 5) what a system brings."""
    found = np.full((len(side.anchors), PAGE), -1, np.int64)
    for row, (anchor, title) in enumerate(zip(side.anchors, side.titles, strict=True)):
        view = {"text": title, "verbatim": True} if by_title else {"anchors": (anchor,)}
        best = ask.best(Query(place, history=History.empty(), n=PAGE, **view), PAGE)
        found[row, : len(best)] = best
    return found


def measured(shop: Shop, pairs: Sequence[tuple[str, str]], titles: Mapping[str, str]) -> dict[str, Any]:
    """Both places without links, then with every second pair linked."""
    chance = generator(SEED, "linked").permutation(len(pairs))
    linked = [pairs[at] for at in sorted(chance[: len(pairs) // 2].tolist())]
    known = {each for pair in linked for each in pair}
    found = {}
    for place, side in sides(pairs, titles).items():
        numbers = [shop.catalogue.numbers(each).tolist() for each in side.right]
        values = {
            name: figures(asked(ask, place, side, by_title=name.startswith("bm25")), numbers)
            for name, ask in systems(shop, place).items()
        }
        found[place] = {"asked": len(side.anchors), **told(values, lambda each: each, ours=place)}
        found[place]["values"] = values[place]
    shop.put_links([{"type": "mentions", "source_id": text, "target_id": good} for text, good in linked])
    for place, side in sides(pairs, titles).items():
        numbers = [shop.catalogue.numbers(each).tolist() for each in side.right]
        after = figures(asked(Asking(shop, place), place, side, by_title=False), numbers)
        before = found[place].pop("values")
        among = np.array([anchor in known for anchor in side.anchors])
        for name, here in (("linked", among), ("not_linked", ~among)):
            two = {"with_links": _rows(after, here), "without": _rows(before, here)}
            found[place][name] = {"asked": int(here.sum()), **told(two, lambda each: each, ours="with_links")}
    return found


def _rows(values: Values, here: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    return {name: each[here] for name, each in values.items()}


def of_set(name: str, pairs: pl.DataFrame) -> dict[str, Any]:
    """One set as a shop of goods and texts about them."""
    rows = pairs.filter(pl.col("set") == name)
    stories, goods = described(rows["left"].to_list(), "content"), described(rows["right"].to_list(), "product")
    ids = [{each.pop("text"): each["item_id"] for each in items} for items in (stories, goods)]
    same = rows.filter(pl.col("match") == 1).select("left", "right").unique(maintain_order=True)
    found = [(ids[0][left], ids[1][right]) for left, right in same.iter_rows()]
    titles = {each["item_id"]: each["title"] for each in (*stories, *goods)}
    with tempfile.TemporaryDirectory() as scratch, create(Path(scratch) / "shop", name=name) as shop:
        shop.put_items([*stories, *goods])
        shop.index()
        return {"texts": len(stories), "goods": len(goods), "pairs": len(found), **measured(shop, found, titles)}


def main() -> None:
    """Measures and writes results/content.json."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    pairs = pl.read_parquet(DATA / "matching" / "pairs.parquet")
    found = {name: of_set(name, pairs) for name in SETS}
    for name, told_of in found.items():
        for place in PLACES:
            brought = {system: of[f"ndcg@{PAGE}"]["value"] for system, of in told_of[place]["systems"].items()}
            print(name, place, told_of[place]["asked"], brought)
    print(f"wrote {record.write('content', {'question': 'what a text is about', 'seed': SEED, 'sets': found}).name}")


if __name__ == "__main__":
    main()
