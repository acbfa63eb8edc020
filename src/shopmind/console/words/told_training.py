"""Why a model could not be trained, or a part of a scenario is not ready."""

WORDS: dict[str, tuple[str, str]] = {
    "told.ready.not_trained": (
        "{name}: not trained yet; run: shopmind train FOLDER {kind}",
        "{name}：尚未训练；请运行 shopmind train FOLDER {kind}",
    ),
    "told.ready.no_item": ("the shop shows no item of kind {kind}", "商店没有可展示的 {kind} 类商品"),
    "told.ready.no_column": ("no item has a {column}", "没有商品带有 {column}"),
    "told.ready.not_dated": (
        "no item says when it was created (created_at)",
        "没有商品注明创建时间（created_at）",
    ),
    "told.ready.no_links": ("the shop has no links of type {types}", "商店没有 {types} 类型的关联"),
    "told.ready.no_events": ("the shop has no event of type {types} yet", "商店还没有 {types} 类型的事件"),
    "told.ready.no_ends": (
        "nothing belongs to a {kind} yet, it needs links of type {types}",
        "还没有商品属于任何 {kind}，需要 {types} 类型的关联",
    ),
    "told.ready.no_ends_named": (
        "nothing belongs to a {kind} yet, it needs links of type {types} or a {column}",
        "还没有商品属于任何 {kind}，需要 {types} 类型的关联，或商品带有 {column}",
    ),
    "told.ready.no_ad": ("there is no ad that may bid: {what}", "没有可参与竞价的广告：{what}"),
    "told.ready.ads_first": (
        "items of kind ad with advertiser, pricing, bid and budget come first",
        "请先导入 ad 类商品，并注明广告主、计价方式、出价和预算",
    ),
    "told.ready.no_trial": (
        "no trial was given; run: shopmind train FOLDER uplift --trial FILE",
        "没有提供试验数据；请运行 shopmind train FOLDER uplift --trial FILE",
    ),
    "told.ready.plan": (
        "plan: no trial was given; run: shopmind train FOLDER uplift --trial FILE",
        "无法规划：没有提供试验数据；请运行 shopmind train FOLDER uplift --trial FILE",
    ),
    "told.ready.weights": (
        "encoder {name}: no weights in {folder}; run `shopmind weights get {weights}`",
        "语言模型 {name}：{folder} 中没有权重；请运行 shopmind weights get {weights}",
    ),
    "told.ready.onnx": (
        "encoder onnx: {file} does not exist; model.onnx and tokenizer.json are needed",
        "语言模型 onnx：{file} 不存在；需要 model.onnx 与 tokenizer.json",
    ),
    "told.ready.adapted": ("encoder artifact: {folder} does not exist", "适应本店的语言模型不存在：{folder}"),
    "told.ready.redemption": (
        "redemption: the artifact is damaged; run: shopmind train FOLDER redemption",
        "redemption：模型已损坏；请运行 shopmind train FOLDER redemption",
    ),
    "told.ready.bridges": (
        "bridges: fitted without texts; run: shopmind train FOLDER bridges",
        "bridges：训练时没有文本；请运行 shopmind train FOLDER bridges",
    ),
    "told.ready.sequence_gone": (
        "sequence: version {version} is gone; run: shopmind train FOLDER next_item",
        "sequence：版本 {version} 已不存在；请运行 shopmind train FOLDER next_item",
    ),
    "told.ready.handover": (
        "handover: no feature made the columns {columns} that it weighs",
        "handover：没有特征给出它要加权的列 {columns}",
    ),
    "told.ready.like_it": (
        "item {item}: nothing is known that is like it; run: shopmind train FOLDER relations",
        "商品 {item}：没有已知的相似商品；请运行 shopmind train FOLDER relations",
    ),
    "told.ready.index": (
        "{what}; a running server makes it again, or: shopmind train FOLDER",
        "{what}；运行中的服务会重建它，也可运行 shopmind train FOLDER",
    ),
    "told.ready.index_clear": (
        "{what}; clear the text index and build it again",
        "{what}；请清除文本索引并重建",
    ),
    "told.ready.index_vanished": (
        "{folder}: the text index vanished while it was being written",
        "{folder}：文本索引在写入过程中消失",
    ),
    "told.fit.ads_none": ("ad_response: no ad was shown yet", "ad_response：还没有展示过广告"),
    "told.fit.ads_few": (
        "ad_response: {n} ads were seen and {clicks} clicked; {least} and {least_clicks} are needed",
        "ad_response：{n} 个广告被看到，{clicks} 个被点击；分别需要 {least} 和 {least_clicks}",
    ),
    "told.fit.associations": (
        "associations: {n} orders, but no two goods stand together in {least} of them more often than by chance; it "
        "needs more orders",
        "associations：{n} 个订单中，没有两件商品在 {least} 个订单里以高于偶然的频率同时出现；需要更多订单",
    ),
    "told.fit.behaviour_empty": ("behaviour: the log is empty", "behaviour：日志为空"),
    "told.fit.behaviour_short": (
        "the log of {n} days is too short for {days} days twice",
        "{n} 天的日志不足以容纳两个 {days} 天",
    ),
    "told.fit.behaviour_few": (
        "{n} and {held} cases with an outcome in {days} days; {least} and {each} of each outcome are needed",
        "{days} 天内有结果的样本为 {n} 与 {held} 个；需要 {least} 个，且每种结果至少 {each} 个",
    ),
    "told.fit.behaviour_backbone": ("behaviour: its own backbone: {what}", "behaviour：其基础模型：{what}"),
    "told.fit.bridges_one": (
        "bridges: the items have {n} different {column}; two are needed",
        "bridges：商品只有 {n} 种 {column}，至少需要两种",
    ),
    "told.fit.bridges_few": (
        "bridges: no two of {n} different {column} share {least} people who chose in both; the most is {most}",
        "bridges：{n} 种 {column} 中，没有两种有 {least} 位共同的顾客；最多为 {most} 位",
    ),
    "told.fit.nobody_ranks": ("no scenario ranks by {ranker}", "没有场景使用 {ranker} 排序"),
    "told.fit.categories": (
        "categories: fewer than two categories have {n} items",
        "categories：拥有 {n} 件商品的类目不足两个",
    ),
    "told.fit.circles_here": ("circles: links and users are not at hand here", "circles：此处没有关联和用户数据"),
    "told.fit.circles_none": (
        "circles: the shop has no links between people ({kinds})",
        "circles：商店没有人与人之间的关联（{kinds}）",
    ),
    "told.fit.circles_consent": (
        "circles: none of {n} links ({kinds}) is allowed by both people; it needs their consent: {why}",
        "circles：{n} 条关联（{kinds}）中没有一条得到双方同意；需要他们的同意：{why}",
    ),
    "told.fit.circles_chose": (
        "circles: none of {n} people who are linked chose anything yet",
        "circles：有关联的 {n} 人都还没有选择过任何商品",
    ),
    "told.fit.completion": (
        "completion: {n} orders, but no two goods were bought together twice; it needs more orders",
        "completion：{n} 个订单中，没有两件商品被一起购买过两次；需要更多订单",
    ),
    "told.fit.copurchase": (
        "copurchase: {n} orders, but no two items were bought together {least} times; it needs more orders",
        "copurchase：{n} 个订单中，没有两件商品被一起购买过 {least} 次；需要更多订单",
    ),
    "told.fit.discovery": (
        "discovery: {n} customers came back within {days} days for something new; {least} are needed",
        "discovery：{days} 天内回来购买新商品的顾客有 {n} 位，需要 {least} 位",
    ),
    "told.fit.ease": (
        "ease: {n} people chose more than one item; {least} are needed",
        "ease：选择过多件商品的有 {n} 人，需要 {least} 人",
    ),
    "told.fit.cross_encoder": (
        "cross_encoder: {n} judged or clicked pairs of query and item, it needs {least} or more",
        "cross_encoder：有评判或点击的“搜索词—商品”对为 {n} 个，至少需要 {least} 个",
    ),
    "told.fit.encoder_fixed": (
        'encoder: the shop answers with {name}, which cannot be trained; set encoder = "auto" in shop.toml, or name a '
        "base in its [training.encoder]",
        'encoder：商店使用的 {name} 不能训练；请在 shop.toml 中设置 encoder = "auto"，或在 [training.encoder] '
        "中指定基础模型",
    ),
    "told.fit.encoder_pairs": (
        "encoder: the shop has no pairs of the kinds {kinds}; it needs descriptions, or searches followed by clicks, "
        "or judgments",
        "encoder：商店没有 {kinds} 类的样本对；需要商品描述、带点击的搜索或评判",
    ),
    "told.fit.item_knn": (
        "item_knn: {n} people, but no two items were chosen by the same {least} of them; it needs more events",
        "item_knn：{n} 人中，没有两件商品被同样的 {least} 人选择；需要更多事件",
    ),
    "told.fit.lightgbm": (
        "LightGBM cannot be loaded here ({why}); on Debian and Ubuntu: apt-get install libgomp1",
        "无法加载 LightGBM（{why}）；在 Debian 与 Ubuntu 上：apt-get install libgomp1",
    ),
    "told.fit.tail_generator": (
        "tail_generator: {n} times somebody went on to something of the tail; {least} are needed",
        "tail_generator：有人转向长尾商品 {n} 次，需要 {least} 次",
    ),
    "told.fit.long_tail": (
        "long_tail: no item of the tail is like any other; it needs more events or texts",
        "long_tail：没有长尾商品与其他商品相似；需要更多事件或文本",
    ),
    "told.fit.nobody_chose": (
        "{name}: nobody has chosen anything yet; it needs events",
        "{name}：还没有人选择过任何商品；需要事件",
    ),
    "told.fit.next_basket": (
        "next_basket: {n} customers came back within {days} days for something they or many others had bought; {least} "
        "are needed",
        "next_basket：{days} 天内回来购买自己或许多人买过的商品的顾客有 {n} 位，需要 {least} 位",
    ),
    "told.fit.next_item": (
        "next_item: {n} users took something new after something else; {least} are needed",
        "next_item：先后选择过不同商品的用户有 {n} 位，需要 {least} 位",
    ),
    "told.fit.next_item_candidates": (
        "next_item: of {steps} steps {n} were among the candidates; {least} are needed",
        "next_item：{steps} 步中有 {n} 步在候选之列，需要 {least} 步",
    ),
    "told.fit.objectives_few": (
        "too few events of {types}; {least} of one are needed",
        "{types} 事件太少；至少一种需要 {least} 个",
    ),
    "told.fit.objectives_answers": (
        "{n} answers that somebody took something of; {least} are needed",
        "有人从中选择过商品的回答有 {n} 个，需要 {least} 个",
    ),
    "told.fit.promise": (
        "promise: the log holds the first {weeks} weeks of {n} items; {least} are needed",
        "promise：日志中有 {n} 件商品的前 {weeks} 周，需要 {least} 件",
    ),
    "told.fit.redemption_links": ("redemption: it needs the links of the shop", "redemption：需要商店的关联数据"),
    "told.fit.redemption": (
        "{n} redemptions of offers that were shown or sent before; {least} are needed",
        "展示或发送后被核销的优惠有 {n} 次，需要 {least} 次",
    ),
    "told.fit.relations": (
        "relations: no two items read alike, were looked at or were bought together",
        "relations：没有两件商品描述相近、被一起浏览或一起购买",
    ),
    "told.fit.response_days": ("response: it needs a log of {n} days", "response：需要 {n} 天的日志"),
    "told.fit.response_few": ("response: fewer than 50 answers to learn from", "response：可供学习的回答不足 50 个"),
    "told.fit.search_ranking": (
        "search_ranking: {n} queries with judgments or clicks; {least} are needed",
        "search_ranking：有评判或点击的搜索词为 {n} 个，需要 {least} 个",
    ),
    "told.fit.sequence": (
        "sequence: {n} users with two events or more; {least} are needed",
        "sequence：有两个以上事件的用户为 {n} 位，需要 {least} 位",
    ),
    "told.fit.slates_gone": (
        "no answer can be asked again: its items are gone",
        "没有可以重放的回答：其商品已不存在",
    ),
    "told.fit.slates_chance": (
        "nothing was shown by chance; switch exploration on for a share of its answers",
        "没有随机展示过任何商品；请对一部分回答开启探索",
    ),
    "told.fit.slates_few": (
        "{n} places shown by chance were rewarded; {least} are needed",
        "随机展示的位置中有 {n} 个获得奖励，需要 {least} 个",
    ),
    "told.fit.older": (
        "no {part}: made by an earlier version of shopmind; train it again",
        "缺少 {part}：由较早版本的 shopmind 生成；请重新训练",
    ),
    "told.fit.synonyms": (
        "synonyms: too few searches lead to the same items yet, and no brand has two names",
        "synonyms：指向相同商品的搜索太少，也没有品牌有两个名称",
    ),
    "told.fit.values": ("values: no item has any of {columns}", "values：没有商品带有 {columns} 中的任何一项"),
    "told.fit.vocabulary": ("vocabulary: no item has a title yet", "vocabulary：还没有商品带有标题"),
}
