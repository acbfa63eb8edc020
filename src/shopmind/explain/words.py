"""One sentence for each family of signals, in English and in Chinese; `{…}` is filled from query and history."""

from __future__ import annotations

FAMILIES = {
    "ease": "item_knn",
    "near": "item_knn",
    "same": "item_knn",
    "factors": "item_knn",
    "before": "item_knn",
    "two": "after",
    "traits": "taste",
    "share": "popularity",
    "popular": "popularity",
    "repeat": "buy_again",
    "coverage": "lexical",
    "complete": "lexical",
    "likeness": "lexical",
    "title": "lexical",
    "description": "lexical",
    "attribute": "lexical",
    "numbers": "lexical",
}
"""What a column name begins with → the family that explains it; any other column is a family of its own."""

SENTENCES: dict[str, dict[str, str]] = {
    "lexical": {
        "en": "Its words match “{text}”.",
        "zh": "文字与“{text}”相符。",
    },
    "dense": {
        "en": "Its meaning is close to {subject}.",
        "zh": "含义与{subject}相近。",
    },
    "category": {
        "en": "It is of the category that “{text}” asks for.",
        "zh": "属于“{text}”所指的类目。",
    },
    "cross_encoder": {
        "en": "Read together with “{text}”, it answers it well.",
        "zh": "与“{text}”对照阅读,相符程度高。",
    },
    "ordered": {
        "en": "It matches, and stands here in the order you asked for.",
        "zh": "符合搜索,并按您选择的顺序排列。",
    },
    "popularity": {
        "en": "Popular with customers lately.",
        "zh": "近来很受顾客欢迎。",
    },
    "trending": {
        "en": "Bought more in recent days than before.",
        "zh": "最近几天的购买量明显上升。",
    },
    "copurchase": {
        "en": "Often bought together with {subject}.",
        "zh": "常与{subject}一起购买。",
    },
    "completion": {
        "en": "Goes with your cart, with {subject} above all.",
        "zh": "与购物车里的商品相配,尤其是{subject}。",
    },
    "associated": {
        "en": "Bought with {subject} more often than chance explains.",
        "zh": "与{subject}一起购买的次数高于偶然。",
    },
    "complements": {
        "en": "Goes with {subject}: bought together more than chance.",
        "zh": "与{subject}搭配:一起购买的次数高于偶然。",
    },
    "of_category": {
        "en": "It is of the category of {subject}.",
        "zh": "与{subject}属于同一类目。",
    },
    "of_price": {
        "en": "It costs about as much as {subject}.",
        "zh": "价格与{subject}相近。",
    },
    "of_demand": {
        "en": "It sells well among goods like {subject}.",
        "zh": "在与{subject}同类的商品中销量较好。",
    },
    "of_brand": {
        "en": "It is of the brand of {subject}.",
        "zh": "与{subject}是同一品牌。",
    },
    "shelf": {
        "en": "It stands on one shelf with {subject}.",
        "zh": "与{subject}在同一货架。",
    },
    "substitutes": {
        "en": "Can stand in for {subject}.",
        "zh": "可代替{subject}。",
    },
    "item_knn": {
        "en": "Customers who chose {subject} chose this too.",
        "zh": "选择{subject}的顾客也选择了它。",
    },
    "after": {
        "en": "Often chosen after {subject}.",
        "zh": "选择{subject}之后,顾客常常接着选它。",
    },
    "sequence": {
        "en": "Customers whose steps were like yours chose this next.",
        "zh": "与您经历相近的顾客,接下来选择了它。",
    },
    "reads": {
        "en": "It is described much like {subject}.",
        "zh": "它的描述与{subject}相近。",
    },
    "next": {
        "en": "It fits what you chose lately.",
        "zh": "与您最近的选择相合。",
    },
    "buy_again": {
        "en": "You have bought this {count} times, last {days} days ago.",
        "zh": "您已购买 {count} 次,最近一次在 {days} 天前。",
    },
    "staple": {
        "en": "People who buy it tend to buy it again.",
        "zh": "买过的人往往会再次购买。",
    },
    "taste": {
        "en": "It is of a kind that you often choose.",
        "zh": "属于您常选的品类。",
    },
    "viewed": {
        "en": "You looked at this recently.",
        "zh": "您最近看过。",
    },
    "fresh": {
        "en": "New in the shop.",
        "zh": "新品上架。",
    },
    "long_tail": {
        "en": "Few know it, and it is close to {subject}.",
        "zh": "知道的人不多,但与{subject}相近。",
    },
    "imagined": {
        "en": "Few know it, and people who like {subject} may well like it.",
        "zh": "知道的人不多,喜欢{subject}的人可能会喜欢。",
    },
    "rules": {
        "en": "The shop recommends it here.",
        "zh": "本店在此推荐。",
    },
    "pinned": {
        "en": "The shop placed it here.",
        "zh": "本店将它置于此处。",
    },
    "explored": {
        "en": "Shown to learn whether people like it.",
        "zh": "展示它,是为了了解顾客是否喜欢。",
    },
    "sponsored": {
        "en": "An ad: {advertiser} pays for this place.",
        "zh": "广告:此位置由{advertiser}付费。",
    },
    "ad_fit": {
        "en": "It goes with {subject}.",
        "zh": "与{subject}相关。",
    },
    "personal": {
        "en": "It is like what you chose before.",
        "zh": "与您以前选择的商品相似。",
    },
    "company": {
        "en": "It is like the best of what was found.",
        "zh": "与最相关的结果相似。",
    },
    "brands": {
        "en": "Its brand suits what you choose.",
        "zh": "它的品牌与您的选择相合。",
    },
    "nearby": {
        "en": "It is where you are.",
        "zh": "就在您所在的地方。",
    },
    "mentioned": {
        "en": "{subject} mentions it.",
        "zh": "{subject}提到了它。",
    },
    "bridge": {
        "en": "Customers who chose elsewhere what you chose chose this here.",
        "zh": "在别处与您选择相同的顾客,在这里选择了它。",
    },
    "carried": {
        "en": "It reads like what suits your choices elsewhere.",
        "zh": "它的描述与您在别处的喜好相合。",
    },
    "friends": {
        "en": "People you are linked with chose it.",
        "zh": "与您有联系的人选择了它。",
    },
    "social": {
        "en": "It fits what you and the people you are linked with chose.",
        "zh": "与您和您的联系人的选择相合。",
    },
    "gain": {
        "en": "A trial says that it brings more than it costs.",
        "zh": "试验表明,它带来的收益高于成本。",
    },
    "uplift": {
        "en": "A trial says that it changes what customers like you do.",
        "zh": "试验表明,它会改变与您相似的顾客的选择。",
    },
    "redemption": {
        "en": "Customers with habits like yours use such offers.",
        "zh": "习惯与您相近的顾客会使用这类优惠。",
    },
    "linked": {
        "en": "It goes with things you buy.",
        "zh": "与您常买的商品有关。",
    },
}

OTHER = {"en": "The signal “{signal}” speaks for it.", "zh": "信号“{signal}”支持它。"}

SUBJECTS = {
    "text": {"en": "“{text}”", "zh": "“{text}”"},
    "anchors": {"en": "“{title}”", "zh": "“{title}”"},
    "gone": {"en": "“{title}” (out of stock)", "zh": "“{title}”(缺货)"},
    "history": {"en": "what you chose before", "zh": "您以前的选择"},
}


def family_of(column: str) -> str:
    """The family that explains a column: "repeat_last_80" → "buy_again", "taste_type" → "taste"."""
    first = column.split("_")[0]
    return FAMILIES.get(first, first if first in SENTENCES else column)
