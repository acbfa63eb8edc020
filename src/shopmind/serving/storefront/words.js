// The words of the pages, in both languages. What the shop sells speaks its own language.
const WORDS = {
  en: {
    skip: "Skip to the goods", search: "Search", looking: "What are you looking for?", suggestions: "Suggestions",
    visitor: "New visitor", customer: "Customer {id}", be_whom: "Who do you want to be?", cart: "Cart", cart_of: "Cart, {n} pieces",
    be_why: "The shop answers each customer differently. Choose one it knows, or come as somebody new.",
    be_id: "Another customer's id", be_it: "Be this customer", close: "Close", language: "Language", dark: "Dark",
    happened: "What just happened", nothing_happened: "Nothing yet. Open something, search or fill the cart: each event is noted at once and changes the next answer.",
    more: "More", beside: "The shop beside", reference: "API reference", key_needed: "This shop asks for a key", use_key: "Use it",
    key_hint: "Its owner makes one: shopmind key SHOP public",
    welcome: "Welcome", welcome_back: "For customer {id}", welcome_new: "Nobody knows you yet. Look at something or put it into the cart, and the rows below change.",
    welcome_known: "These rows follow from what this customer did. What you do as them changes the next answer.",
    or_be: "Or be", home: "For you", buy_again: "Buy it again", trending: "Trending now", shops: "Shops for you",
    promotions: "Offers for you", similar: "Similar", cart_row: "Goes with what is in the cart", fresh: "New in",
    basket: "Your next basket", next_item: "What may come next", long_tail: "Finds that few know", cross_domain: "New ground for you",
    recently_viewed: "You looked at", brands: "Brands for you", social: "From your circle", content: "Stories for you",
    bundles: "Frequently bought together", goes_with: "Goes with this", substitutes: "In its place", ads: "Sponsored",
    in_shop: "For you in this shop", in_content: "Goods of this story", messages: "In a message",
    why: "Why this?", brought: "Brought by", asking: "Asking …", signal: "Signal", value: "Value", share: "Share of the score",
    no_reason: "No signal stands out: it came in its retriever's own order.", rules: "Rules that took part", rule: "{action} by rule {id}, version {version}",
    facts: "Place {place} · score {score} · model {model}", moved_on: "Asked again, the shop would not show it here any more: what you did since then changed the answer.",
    add: "Add to cart", remove: "Remove", buy: "Buy now", empty_cart: "The cart is empty. Search for something or look at what is chosen for you.",
    total: "Total", before: "Goods", bought: "Thank you. The shop knows it already: the rows below have changed.", to_cart: "To the cart",
    added: "In the cart: {name}", removed: "Taken out: {name}", quantity: "How many of {name}", fewer: "One less of {name}", another: "One more of {name}",
    add_all: "Add all to the cart", together: "Together {price}", bought_by: "in {n} orders, {lift} times as often as by chance",
    offers: "Offers", no_offers: "No offer takes anything off these goods.", not_used: "Offers that do not apply ({n})", saved: "{price} off",
    coupon: "Coupon or offer id", check: "Check", coupon_used: "{id} takes {price} off.", coupon_refused: "{id} does not apply: {why}.",
    no_hits: "Nothing was found for “{text}”", results: "{n} results for “{text}”", result: "One result for “{text}”",
    results_of: "Results for “{text}”", over: "Over {n}", and_near: "{results}, {near} more come close", only_near: "Nothing matches “{text}” fully; {near} come close",
    shown: "{n} of {total} shown", shown_best: "{n} of the best {total} shown",
    more_results: "Show more", to_shop: "Back to the shop", took: "{ms} ms", took_title: "Time in the engine",
    degraded: "Answered with a fallback", filter: "Filter expression", apply: "Apply", filter_hint: "price < 20 and stock > 0",
    unknown_price: "Price unknown", wrong: "That did not work", busy: "The shop is busy. Wait a moment and try again.",
    down: "The shop does not answer. It is asked again by itself; what you did is kept and sent later.", up_again: "The shop answers again.",
    not_there: "There is no such thing in this shop. It may have been taken out: search for something like it.", no_page: "There is no such page.",
    empty_shop: "This shop shows nothing yet. Load goods into it (shopmind ingest SHOP FOLDER), then come back.",
    no_search: "Type what you are looking for above.",
    click: "You opened", view: "You looked at", add_to_cart: "You put into the cart", remove_from_cart: "You took out",
    purchase: "You bought", searched: "You searched for", noted: "noted in {ms} ms", refused: "refused: {why}", sold_out: "Sold out", now_you_are: "You are now: {who}",
    narrow: "Narrow down", facet_categories: "Category", facet_brand: "Brand", facet_price: "Price", sort: "Sort by",
    sort_score: "Best match", sort_price: "Price, low first", "sort_-price": "Price, high first", sort_newest: "Newest",
    sort_popular: "Popular", sort_name: "Name", showing: "Showing results for", instead_of: "Search instead for", did_you_mean: "Did you mean",
    only: "Read as", relaxed: "Too little was found, so this was left aside:", own: "yours", instead: "Try instead:", from_query: "", from_category: "category",
    from_brand: "brand", from_title: "", variants: "+ {n} more like this", sponsored: "Ad", from: "from", to: "to", clear: "Clear all", without: "Without {what}",
    advice: "Check the spelling, use fewer or wider words, or take filters away.", without_filters: "Search without filters", at_most: "at most", at_least: "at least",
   
  },
  zh: {
    skip: "跳到商品", search: "搜索", looking: "想找点什么？", suggestions: "搜索建议",
    visitor: "新访客", customer: "顾客 {id}", be_whom: "您想成为谁？", cart: "购物车", cart_of: "购物车，{n} 件",
    be_why: "商店对每位顾客的回答都不同。选一位它认识的顾客，或以新访客的身份来看看。",
    be_id: "其他顾客的编号", be_it: "成为这位顾客", close: "关闭", language: "语言", dark: "深色",
    happened: "刚刚发生的事", nothing_happened: "还没有。打开、搜索或加入购物车：每个事件都会立刻记录，并改变下一次的回答。",
    more: "更多", beside: "隔壁的店", reference: "接口文档", key_needed: "本店需要密钥", use_key: "使用",
    key_hint: "店主可以生成：shopmind key SHOP public",
    welcome: "欢迎光临", welcome_back: "为顾客 {id} 推荐", welcome_new: "我们还不认识您。看看商品或加入购物车，下面的推荐就会变化。",
    welcome_known: "这些推荐来自这位顾客的历史。您以其身份所做的一切都会改变下一次的回答。",
    or_be: "或者成为", home: "为你推荐", buy_again: "再次购买", trending: "正在流行", shops: "适合你的店铺",
    promotions: "适合你的优惠", similar: "相似商品", cart_row: "与购物车中的商品搭配", fresh: "新品上架",
    basket: "您的下一个购物篮", next_item: "接下来可能需要", long_tail: "少有人知的好物", cross_domain: "为你开拓新领域",
    recently_viewed: "你看过的", brands: "适合你的品牌", social: "来自你的圈子", content: "适合你的文章",
    bundles: "经常一起购买", goes_with: "与此搭配", substitutes: "替代商品", ads: "赞助商品",
    in_shop: "本店为你推荐", in_content: "文中的商品", messages: "消息推荐",
    why: "为什么推荐？", brought: "来源", asking: "正在询问……", signal: "信号", value: "数值", share: "占得分",
    no_reason: "没有突出的信号：按召回器自己的顺序排列。", rules: "参与的规则", rule: "规则 {id}（第 {version} 版）：{action}",
    facts: "位置 {place} · 得分 {score} · 模型 {model}", moved_on: "现在再问，商店不会再把它放在这里：您之后的行为已经改变了回答。",
    add: "加入购物车", remove: "移除", buy: "立即购买", empty_cart: "购物车是空的。搜索一下，或看看为您挑选的商品。",
    total: "合计", before: "商品", bought: "谢谢惠顾。商店已经知道了：下面的推荐已随之变化。", to_cart: "去购物车",
    added: "已加入购物车：{name}", removed: "已移除：{name}", quantity: "{name} 的数量", fewer: "{name} 减一件", another: "{name} 加一件",
    add_all: "全部加入购物车", together: "合计 {price}", bought_by: "{n} 个订单，是偶然情况的 {lift} 倍",
    offers: "优惠", no_offers: "这些商品没有可用的优惠。", not_used: "不适用的优惠（{n}）", saved: "优惠 {price}",
    coupon: "优惠券或优惠编号", check: "查询", coupon_used: "{id} 可优惠 {price}。", coupon_refused: "{id} 不适用：{why}。",
    no_hits: "没有找到“{text}”", results: "“{text}”的 {n} 条结果", result: "“{text}”的 1 条结果",
    results_of: "“{text}”的搜索结果", over: "超过 {n}", and_near: "{results}，另有 {near} 条相近", only_near: "没有完全符合“{text}”的商品，有 {near} 条相近",
    shown: "显示 {n} / {total}", shown_best: "显示最佳 {total} 条中的 {n} 条",
    more_results: "显示更多", to_shop: "返回商店", took: "{ms} 毫秒", took_title: "引擎用时",
    degraded: "使用了备用方案作答", filter: "筛选表达式", apply: "应用", filter_hint: "price < 20 and stock > 0",
    unknown_price: "价格未知", wrong: "出错了", busy: "商店正忙，请稍后再试。",
    down: "商店没有应答，会自动重试；您的操作已保留，稍后发送。", up_again: "商店恢复应答。",
    not_there: "本店没有这件商品，可能已下架：请搜索类似的商品。", no_page: "没有这个页面。",
    empty_shop: "本店还没有商品。请先导入（shopmind ingest SHOP FOLDER），再回来看看。",
    no_search: "请在上方输入想找的商品。",
    click: "您打开了", view: "您查看了", add_to_cart: "您加入了购物车", remove_from_cart: "您移除了",
    purchase: "您购买了", searched: "您搜索了", noted: "{ms} 毫秒内记录", refused: "被拒绝：{why}", sold_out: "已售罄", now_you_are: "现在您是：{who}",
    narrow: "缩小范围", facet_categories: "分类", facet_brand: "品牌", facet_price: "价格", sort: "排序",
    sort_score: "最相关", sort_price: "价格从低到高", "sort_-price": "价格从高到低", sort_newest: "最新",
    sort_popular: "最受欢迎", sort_name: "名称", showing: "显示的是：", instead_of: "仍要搜索：", did_you_mean: "您是不是要找",
    only: "理解为", relaxed: "结果太少，因此放宽了：", own: "我的", instead: "不妨试试：", from_query: "", from_category: "分类",
    from_brand: "品牌", from_title: "", variants: "另有 {n} 个同款", sponsored: "广告", from: "从", to: "到", clear: "全部清除", without: "去掉 {what}",
    advice: "请检查拼写，使用更少或更宽泛的词，或去掉筛选条件。", without_filters: "不带筛选条件搜索", at_most: "不超过", at_least: "不低于",
   
  },
};

const now = { language: "en" };

export const spoken = () => now.language;
export const known = (name) => name in WORDS[now.language];

export function speak(wanted) {
  now.language = wanted in WORDS ? wanted : "en";
}

// The word of that name, with {placeholders} filled.
export function word(name, values = {}) {
  const text = WORDS[now.language][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
