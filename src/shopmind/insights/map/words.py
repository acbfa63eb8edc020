"""The words of a map in English and Chinese, and how its figures are written."""

from __future__ import annotations

from typing import Literal

from shopmind.insights.map.node import Figure, Kind, Node
from shopmind.kit.clock import format_time

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

Format = Literal["count", "share", "ms", "days", "money", "time", "number", "text"]

FIGURES: dict[str, tuple[Format, str, str]] = {
    "answers": ("count", "answers", "应答"),
    "impressions": ("count", "impressions", "曝光"),
    "clicks": ("count", "clicks", "点击"),
    "purchases": ("count", "purchases", "购买"),
    "ctr": ("share", "CTR", "点击率"),
    "conversion": ("share", "conversion", "转化率"),
    "revenue": ("money", "revenue", "收入"),
    "latency_p50_ms": ("ms", "p50", "p50"),
    "latency_p99_ms": ("ms", "p99", "p99"),
    "empty": ("share", "empty answers", "空结果"),
    "degraded": ("share", "with a fallback", "降级"),
    "scenarios": ("count", "scenarios", "场景"),
    "stage": ("text", "stage", "阶段"),
    "k": ("count", "candidates", "候选"),
    "version": ("text", "version", "版本"),
    "age_days": ("days", "old", "前训练"),
    "learned_from": ("count", "events learned from", "训练事件"),
    "newer": ("count", "newer events", "新事件"),
    "rows": ("count", "rows", "行"),
    "behind": ("count", "changes behind", "待索引变更"),
    "first": ("time", "first", "最早"),
    "last": ("time", "last", "最近"),
    "items": ("count", "items", "商品"),
    "hidden": ("count", "hidden", "隐藏"),
    "brands": ("count", "brands", "品牌"),
    "sold": ("count", "sold", "售出"),
    "visits": ("count", "views", "浏览"),
    "sound": ("share", "without a gap", "资料完整"),
    "out_of_stock": ("count", "out of stock", "缺货"),
    "price": ("number", "price", "价格"),
    "stock": ("number", "stock", "库存"),
    "share": ("share", "of the interest", "兴趣占比"),
    "doings": ("count", "doings", "行为"),
    "days_ago": ("days", "ago", "前"),
    "purchase": ("count", "bought", "购买"),
    "add_to_cart": ("count", "put in the cart", "加购"),
    "favourite": ("count", "favourites", "收藏"),
    "view": ("count", "viewed", "浏览"),
    "click": ("count", "clicked", "点击"),
    "other": ("count", "other doings", "其他行为"),
}
"""Figure → how it is written, and its words."""

MAIN: dict[Kind, tuple[str, ...]] = {
    "shop": ("answers", "ctr", "conversion", "revenue"),
    "goal": ("answers", "ctr", "conversion"),
    "scenario": ("answers", "ctr", "conversion", "latency_p99_ms"),
    "part": ("stage", "k"),
    "model": ("age_days", "newer"),
    "data": ("rows", "behind", "last"),
    "catalogue": ("items", "sold", "sound"),
    "category": ("items", "sold", "sound"),
    "brand": ("items", "sold"),
    "item": ("sold", "visits", "price", "doings", "days_ago"),
    "user": ("doings", "purchase"),
    "interest": ("share", "doings"),
}
"""Which figures stand in the drawing; the others are told on demand."""

TITLES: dict[str, tuple[str, str]] = {
    "goal:find": ("Find what is looked for", "找到想要的"),
    "goal:discover": ("Discover something new", "发现新品"),
    "goal:choose": ("Choose the right one", "帮助选择"),
    "goal:larger_orders": ("Larger orders", "提高客单价"),
    "goal:come_back": ("Come back and buy again", "回访与复购"),
    "goal:partners": ("Shops and stories", "店铺与内容"),
    "goal:earn": ("Offers and ads", "促销与广告"),
    "goal:own": ("Places of your own", "自定义场景"),
    "data": ("Data", "数据"),
    "data:catalogue": ("Catalogue", "商品目录"),
    "data:users": ("Customers", "顾客"),
    "data:events": ("Events", "行为日志"),
    "data:links": ("Links", "关联"),
    "data:text": ("Text index", "文本索引"),
    "data:vectors": ("Vector index", "向量索引"),
    "catalogue": ("Catalogue", "商品目录"),
    "none:category": ("without a category", "未分类"),
    "none:brand": ("without a brand", "无品牌"),
    "more": ("{n} more", "其余 {n} 个"),
    "brands": ("Brands", "品牌"),
    "refused": ("refused to be known by what they did", "已拒绝个性化"),
    "understanding": ("understanding", "理解"),
    "filter": ("filter", "过滤"),
    "retriever": ("retriever", "召回"),
    "feature": ("feature", "特征"),
    "ranker": ("ranker", "排序"),
    "reranker": ("reranker", "重排"),
    "scenario:search": ("Search", "搜索"),
    "scenario:scene": ("For an occasion", "场合推荐"),
    "scenario:home": ("For you", "为你推荐"),
    "scenario:trending": ("Trending", "热门趋势"),
    "scenario:fresh": ("New arrivals", "新品上架"),
    "scenario:long_tail": ("Finds that few know", "小众好物"),
    "scenario:cross_domain": ("New ground for you", "跨类探索"),
    "scenario:brands": ("Brands for you", "品牌推荐"),
    "scenario:social": ("From people you follow", "好友在买"),
    "scenario:next_item": ("What comes next", "接下来看什么"),
    "scenario:similar": ("Similar", "相似商品"),
    "scenario:substitutes": ("Instead of this", "替代商品"),
    "scenario:cart": ("Goes with the cart", "购物车搭配"),
    "scenario:goes_with": ("Goes with this", "搭配购买"),
    "scenario:bundles": ("Bought together", "组合购买"),
    "scenario:buy_again": ("Buy again", "再次购买"),
    "scenario:basket": ("Next basket", "下次购物篮"),
    "scenario:recently_viewed": ("Recently viewed", "最近浏览"),
    "scenario:messages": ("In a message", "消息推送"),
    "scenario:shops": ("Shops", "店铺推荐"),
    "scenario:in_shop": ("In this shop", "店内推荐"),
    "scenario:content": ("Stories", "内容推荐"),
    "scenario:in_content": ("Goods of this story", "文中商品"),
    "scenario:promotions": ("Offers", "优惠活动"),
    "scenario:ads": ("Sponsored", "广告"),
}
"""What has a title of ours; a scenario only in Chinese, for in English its file says it."""

HEALTH: dict[str, tuple[str, str, str]] = {
    "good": ("●", "well", "正常"),
    "idle": ("○", "nothing happens there", "无流量"),
    "poor": ("▲", "look at it", "需关注"),
    "bad": ("✕", "does not work", "异常"),
}
"""Health → its sign, and its words: colour is never the only sign."""


def title(key: str, language: Language, **values: object) -> str:
    """The title of ours; raises KeyError for a key that has none."""
    return TITLES[key][LANGUAGES.index(language)].format(**values)


def figure(name: str, value: Figure, language: Language) -> str:
    """A figure with its words: "1,234 answers", "3.1 % CTR"; "" where it is not known."""
    written, words = _written(FIGURES[name][0], value, language), FIGURES[name][1 + LANGUAGES.index(language)]
    return f"{written} {words}" if written else ""


def line(node: Node, language: Language) -> str:
    """The main figures of a node in one line."""
    said = []
    for name in MAIN[node.kind]:
        value = node.figures.get(name)
        if name == "stage" and value is not None:
            said.append(title(str(value), language))
        elif value is not None:
            said.append(figure(name, value, language))
    return " · ".join(each for each in said if each)


def legend(language: Language) -> dict[str, dict[str, str]]:
    """Figure → how it is written and its words, for whoever draws the map."""
    at = LANGUAGES.index(language)
    return {name: {"format": how, "label": (en, zh)[at]} for name, (how, en, zh) in FIGURES.items()}


def _written(how: Format, value: Figure, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if how == "share":
        return f"{100 * value:,.1f} %"
    if how == "ms":
        return f"{value:,.1f} ms"
    if how == "days":
        return f"{value:,.1f} 天" if language == "zh" else f"{value:,.1f} days"
    if how == "time":
        return format_time(int(value))[:10]
    if how == "money":
        return f"{value:,.2f}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
