"""How well and how fast the knowledge log answers: `python -m benchmarks.knowledge`.

Notes of our own writing, half of them English and half Chinese, and for each note four questions: in its own words, in
other words, and the same two in the other language. A question is answered when its note stands first.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from shopmind.operations.knowledge import Knowledge
from shopmind.operations.knowledge.log import KIND
from shopmind.shop import Shop, create

NOTES: tuple[tuple[str, str, tuple[str, str, str, str]], ...] = (
    (
        "More diversity in the cart costs add-to-carts",
        "scenario:cart",
        (
            "what did we learn about cart diversity",
            "does mixing more kinds of goods beside the basket pay",
            "关于购物车多样性我们学到了什么",
            "结账旁边混排更多种类划算吗",
        ),
    ),
    (
        "Tea is looked for before nine in the morning",
        "scenario:home",
        (
            "when is tea looked for",
            "what do people want at breakfast time",
            "茶是什么时候被搜索的",
            "早餐时间大家想要什么",
        ),
    ),
    (
        "Sofa and couch as synonyms halved empty searches",
        "scenario:search",
        (
            "did the sofa and couch synonyms help",
            "fewer queries without results thanks to equal words",
            "沙发的同义词有用吗",
            "怎样减少没有结果的查询",
        ),
    ),
    (
        "Bots from one provider inflated the views of March",
        "topic:data",
        ("which bots inflated views", "robots in our traffic", "机器人刷了浏览量吗", "流量里有爬虫吗"),
    ),
    (
        "Free shipping above 30 raised the average order value by four percent",
        "topic:price",
        (
            "did free shipping raise order value",
            "delivery at no cost makes people buy more per purchase",
            "包邮提高客单价了吗",
            "不收运费的效果如何",
        ),
    ),
    (
        "The copurchase window of 90 days beat 30 days on baskets",
        "artifact:copurchase",
        (
            "which copurchase window is best",
            "how long to look back for things bought together",
            "一起购买的窗口多长最好",
            "搭配数据要看多久以前的",
        ),
    ),
    (
        "手机壳和充电器放在一起推荐,转化率提高了百分之三",
        "scenario:goes_with",
        (
            "手机壳和充电器一起推荐的效果",
            "买电话配件的人还要什么",
            "phone case and charger together",
            "accessories that sell as a pair",
        ),
    ),
    (
        "新品在首页的曝光不要低于百分之五,否则永远没有点击数据",
        "scenario:home",
        (
            "新品首页曝光多少合适",
            "刚上架的东西怎样才有机会",
            "exposure of new items on the home page",
            "give fresh goods a chance to be seen",
        ),
    ),
    (
        "退货率高的连衣裙在搜索里降权以后,收入没有下降",
        "scenario:search",
        (
            "退货率高的连衣裙降权",
            "常被退回的衣服排后面有损失吗",
            "demoting dresses with many returns",
            "goods that come back often ranked lower",
        ),
    ),
    (
        "春节前一周销量翻倍,模型要每天重新训练",
        "topic:season",
        (
            "春节前要怎样训练模型",
            "过年旺季多久更新一次",
            "how often to retrain before Spring Festival",
            "holiday season needs fresher models",
        ),
    ),
    (
        "价格筛选放在最前面,用户少翻两页",
        "scenario:search",
        ("价格筛选放在哪里", "让人按花费缩小范围", "where to put the price filter", "narrowing by cost saves browsing"),
    ),
    (
        "看过评论摘要的顾客加购率更高",
        "topic:reviews",
        (
            "评论摘要对加购率的影响",
            "读过别人意见的人更愿意买吗",
            "review summaries and add to cart",
            "opinions of others help selling",
        ),
    ),
)
KINDS = ("own words", "other words", "other language, own words", "other language, other words")
SIZES = {"none": (200, 2_000, 10_000), "e5": (200, 1_000)}


def main() -> None:
    """Both questions, with every encoder whose weights are there."""
    os.environ.pop("SHOPMIND_ENCODER", None)
    result = {"notes": len(NOTES), "answered_first": {name: quality(name) for name in ("none", "minilm", "e5")}}
    result["seconds"] = {name: speed(name) for name in SIZES}
    path = record.write("knowledge", result)
    print(path.read_text("utf-8"))


def shop_of(folder: str, encoder: str) -> Shop:
    """An empty shop."""
    return create(Path(folder) / "shop", encoder=encoder)


def quality(encoder: str) -> dict[str, float]:
    """Kind of question → share whose note stands first."""
    with tempfile.TemporaryDirectory() as folder, shop_of(folder, encoder) as shop:
        log = Knowledge(shop)
        for place, (title, about, _) in enumerate(NOTES):
            log.add(title, about=about, key=f"n{place}")
        first = np.zeros((len(NOTES), len(KINDS)))
        for place, (_, _, questions) in enumerate(NOTES):
            for kind, question in enumerate(questions):
                found = log.search(question, n=1)
                first[place, kind] = bool(found) and found[0].entry.key == f"n{place}"
    return {name: round(float(share), 3) for name, share in zip(KINDS, first.mean(axis=0), strict=True)}


def speed(encoder: str) -> dict[str, dict[str, float]]:
    """Entries → seconds of the first question of a process, and the median of those after it."""
    told: dict[str, dict[str, float]] = {}
    for size in SIZES[encoder]:
        with tempfile.TemporaryDirectory() as folder, shop_of(folder, encoder) as shop:
            log = Knowledge(shop)
            body = log.add("x").body()
            rows: list[tuple[str, Any, None]] = []
            for place in range(size):
                title = f"{NOTES[place % len(NOTES)][0]} {place}"
                rows.append((f"n{place}", {**body, "words": {"en": {"title": title, "text": title * 3}}}, None))
            shop.records.put_many(KIND, rows)
            times = []
            for _ in range(6):
                start = time.perf_counter()
                log.search("what did we learn about cart diversity")
                times.append(time.perf_counter() - start)
            told[str(size)] = {"first": round(times[0], 3), "then": round(float(np.median(times[1:])), 3)}
    return told


if __name__ == "__main__":
    main()
