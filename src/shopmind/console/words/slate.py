"""Words of answers as lists."""

WORDS: dict[str, tuple[str, str]] = {
    "picture": ("Picture", "图片"),
    "picture.of": ("Picture of {title}", "{title} 的图片"),
    "slate.price.none": ("price unknown", "价格未知"),
    "slate.took": ("{items} items, {took} ms", "{items} 项，{took} 毫秒"),
    "slate.none": ("No item was found.", "没有找到商品。"),
    "slate.corrected": ("Searched for “{text}”.", "已按“{text}”搜索。"),
    "slate.rules": ("Rules: {rules}", "规则：{rules}"),
    "slate.degraded": ("Done without: {what}", "缺少：{what}"),
    "slate.gone": ("leaves", "移出"),
    "slate.new": ("new here", "新进入"),
    "slate.up": ("up {n}", "上升 {n}"),
    "slate.down": ("down {n}", "下降 {n}"),
}
