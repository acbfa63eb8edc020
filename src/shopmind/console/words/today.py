"""Words of the page Today."""

WORDS: dict[str, tuple[str, str]] = {
    "today.title": ("Today", "今日"),
    "today.answers": ("Answers", "应答数"),
    "today.impressions": ("Impressions", "曝光"),
    "today.clicks": ("Clicks", "点击"),
    "today.purchases": ("Purchases", "购买"),
    "today.ctr": ("Click-through rate", "点击率"),
    "today.conversion": ("Conversion", "转化率"),
    "today.revenue": ("Revenue", "收入"),
    "today.latency": ("Latency p99", "延迟 p99"),
    "today.scenario": ("Scenario", "场景"),
    "today.variant": ("Variant", "版本"),
    "today.none": ("Nothing was shown today yet", "今天还没有展示"),
    "today.none.text": (
        "Open the shop and search for something, or report events: POST /v1/events.",
        "打开商店搜索一下，或上报事件：POST /v1/events。",
    ),
}
