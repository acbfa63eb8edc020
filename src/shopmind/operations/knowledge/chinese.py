"""What subjects are called in Chinese, for titles and so that a Chinese question finds what is about them."""

CHINESE = {
    "scenario": "场景",
    "artifact": "模型",
    "experiment": "实验",
    "cycle": "周期",
    "item": "商品",
    "query": "查询",
    "segment": "人群",
    "topic": "主题",
    "home": "首页",
    "cart": "购物车",
    "basket": "购物篮",
    "search": "搜索",
    "similar": "相似",
    "goes_with": "搭配",
    "buy_again": "再次购买",
    "next_item": "下一件",
    "long_tail": "长尾",
    "promotions": "促销",
    "shops": "店铺",
    "trending": "热门趋势",
    "popularity": "热门",
    "copurchase": "一起购买",
    "discovery": "发现",
    "diversity": "多样性",
}
"""Kind or name → the word."""
