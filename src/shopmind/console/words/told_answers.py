"""What an answer says of itself: what it was made without, and what its parts noted in the trace."""

WORDS: dict[str, tuple[str, str]] = {
    "told.answer.anchors": (
        "anchors: {n} of {all} are not in the catalogue",
        "参照商品：{all} 件中有 {n} 件不在目录中",
    ),
    "told.answer.no_word": ("words: the text has no word to look for", "文字：其中没有可搜索的词"),
    "told.answer.no_word_near": (
        "words: the text has no word to look for; hits are near in meaning alone",
        "文字：其中没有可搜索的词；结果仅在含义上相近",
    ),
    "told.answer.none": ("words: no item has them", "文字：没有商品包含这些词"),
    "told.answer.offset": (
        "offset: there are only {n} hits, the page starts after {offset}",
        "分页：只有 {n} 个结果，本页从第 {offset} 个之后开始",
    ),
    "told.answer.min_score": (
        "min_score: nothing that was found reaches {least}",
        "最低得分：没有结果达到 {least}",
    ),
    "told.answer.filter": (
        "filter: {n} items match the words, none of them passes the filter",
        "筛选：{n} 件商品符合文字，但都不符合筛选条件",
    ),
    "told.answer.filter_more": (
        "filter: more than {n} items match the words, none of them passes the filter",
        "筛选：超过 {n} 件商品符合文字，但都不符合筛选条件",
    ),
    "told.answer.hidden": (
        "filters: {n} items match the words, none of them may be shown now",
        "可售：{n} 件商品符合文字，但目前都不能展示",
    ),
    "told.answer.index": ("index: {n} changes behind", "索引：还有 {n} 次变更尚未纳入"),
    "told.answer.failed": ("failed ({kind})", "出错（{kind}）"),
    "told.answer.offers": ("offers left out: {what}", "未使用的优惠：{what}"),
    "told.answer.offers_more": ("offers left out: {what}; and {n} more", "未使用的优惠：{what}；另有 {n} 个"),
    "told.answer.ad": ("ad {item} left out: {what}", "未展示广告 {item}：{what}"),
    "told.answer.ad_budget": ("its budget is used up or held", "预算已用完或被占用"),
    "told.answer.ad_daily": ("its budget of the day is used up or held", "当日预算已用完或被占用"),
    "told.answer.ad_cap": ("this customer was shown it as often as it may be", "已达到对该顾客的展示上限"),
    "told.answer.ad_writing": ("others are writing", "其他进程正在写入"),
    "told.answer.ad_ledger": ("the ledger cannot be written", "账本无法写入"),
    "told.answer.ads_alike": ("{what}; every ad counts as clicked alike", "{what}；所有广告按相同点击率计算"),
    "told.answer.ranked_by": ("{what}; ranked by {names}", "{what}；改由 {names} 排序"),
    "told.answer.no_trial": (
        "uplift: no trial was learned from; ranked by {names}",
        "uplift：尚未从试验中学习；改由 {names} 排序",
    ),
    "told.answer.bundles": (
        "bundles: nothing that can be had sells together with it often enough to be a rule",
        "bundles：没有可售商品与它一起售出的次数足以成为规则",
    ),
    "told.answer.bundles_lacking": (
        "bundles: {n} of {all} goods at hand cannot be had and stand in none",
        "bundles：手边 {all} 件商品中有 {n} 件无法购买，不参与组合",
    ),
    "told.answer.budget": (
        "cross_encoder: {ms} ms were spent after {n} of {all} items",
        "cross_encoder：阅读 {all} 件中的 {n} 件后已用完 {ms} 毫秒",
    ),
    "told.answer.arms": (
        "{name}: trained on other columns; run: shopmind train FOLDER arms",
        "{name}：训练时使用了其他列；请运行 shopmind train FOLDER arms",
    ),
    "told.answer.prior": (
        "{what}; until then every item starts at the prior rate",
        "{what}；在此之前所有商品从先验比率开始",
    ),
    "told.answer.sort": (
        "sort: more than {n} items match; only so many were ordered",
        "排序：符合的商品超过 {n} 件，只对这么多件排了序",
    ),
    "told.answer.sort_popular": (
        "sort: popularity is not known yet, run: shopmind train FOLDER popularity; ordered by score",
        "排序：尚不知道热门程度，请运行 shopmind train FOLDER popularity；目前按得分排列",
    ),
    "told.answer.completion": (
        "completion: nothing at hand has been bought yet, it says nothing of other goods",
        "completion：手边的商品都还没有被购买过，无法推及其他商品",
    ),
    "told.answer.popularity": (
        "popularity: nobody has chosen anything yet, goods come in no order",
        "popularity：还没有人选择过任何商品，商品没有先后之分",
    ),
    "told.answer.shelf": (
        "shelf: nothing that can be shown is of the category of what is at hand",
        "shelf：没有可展示的商品与手边商品同类",
    ),
    "told.answer.no_anchor": (
        "of_anchor: no anchor is a {kind}, nothing is shown",
        "of_anchor：给出的锚点都不是 {kind}，不展示任何商品",
    ),
    "told.answer.not_narrowed": (
        "of_anchor: the request names no {kind}, it is not narrowed to one",
        "of_anchor：请求没有指明 {kind}，未限定范围",
    ),
    "told.answer.rules": (
        "rules: not readable, left out: {names}",
        "规则：无法读取，未使用：{names}",
    ),
    "told.answer.experiments": (
        "experiments: {what}; what was read before holds",
        "实验：{what}；仍按之前的内容",
    ),
    "told.answer.experiment_gone": (
        "experiment {name}: its file is gone, the plain scenario answers",
        "实验 {name}：文件已不存在，由原场景作答",
    ),
    "told.answer.experiment_variant": (
        "experiment {name}: variant {variant} was removed, the plain scenario answers",
        "实验 {name}：方案 {variant} 已被移除，由原场景作答",
    ),
    "told.answer.interleaving": (
        "interleaving: pages end at {n} hits, the plain scenario answers beyond",
        "交错：分页到第 {n} 个结果为止，其后由原场景作答",
    ),
    "told.trace.off": ("switched off", "已关闭"),
    "told.trace.plain": ("this request does not explore", "本次请求不做探索"),
    "told.trace.chance": (
        "place {place}: item {item} by chance {chance}",
        "位置 {place}：商品 {item}，概率 {chance}",
    ),
    "told.trace.chances": (
        "place {place}: item {item} by chance {chance}, {what_more}",
        "位置 {place}：商品 {item}，概率 {chance}；{what_more}",
    ),
    "told.title.ads": ("Sponsored", "赞助商品"),
    "told.title.basket": ("Your next basket", "您的下一个购物篮"),
    "told.title.brands": ("Brands for you", "适合你的品牌"),
    "told.title.bundles": ("Frequently bought together", "经常一起购买"),
    "told.title.buy_again": ("Buy again", "再次购买"),
    "told.title.cart": ("Goes with what is in the cart", "与购物车中的商品搭配"),
    "told.title.content": ("Stories for you", "适合你的文章"),
    "told.title.cross_domain": ("New ground for you", "为你开拓新领域"),
    "told.title.fresh": ("New arrivals", "新品上架"),
    "told.title.goes_with": ("Goes with this", "与此搭配"),
    "told.title.home": ("For you", "为你推荐"),
    "told.title.in_content": ("Goods of this story", "文中的商品"),
    "told.title.in_shop": ("For you in this shop", "本店为你推荐"),
    "told.title.long_tail": ("Finds that few know", "少有人知的好物"),
    "told.title.messages": ("In a message", "消息推荐"),
    "told.title.next_item": ("What comes next", "接下来可能需要"),
    "told.title.promotions": ("Offers for you", "适合你的优惠"),
    "told.title.recently_viewed": ("You looked at", "你看过的"),
    "told.title.scene": ("For an occasion", "场合推荐"),
    "told.title.search": ("Search", "搜索"),
    "told.title.shops": ("Shops for you", "适合你的店铺"),
    "told.title.similar": ("Similar", "相似商品"),
    "told.title.social": ("From your circle", "来自你的圈子"),
    "told.title.substitutes": ("In its place", "替代商品"),
    "told.title.trending": ("Trending now", "正在流行"),
}
