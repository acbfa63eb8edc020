// The page's own words. What the shop sells speaks its own language.
const WORDS = {
  en: {
    skip: "Skip to the goods", search: "Search", looking: "What are you looking for?", suggestions: "Suggestions",
    you_are: "You are", visitor: "A new visitor", cart: "Cart", happened: "What just happened", more: "More",
    beside: "The shop beside", reference: "API reference", key_needed: "This shop asks for a key", use_key: "Use it",
    home: "For you", buy_again: "Buy it again", trending: "Trending now", shops: "Shops for you",
    promotions: "Offers for you", similar: "Similar", cart_row: "Goes with what is in the cart", fresh: "New in",
    why: "Why this?", add: "Add to cart", remove: "Remove", buy: "Buy now", empty_cart: "The cart is empty.",
    total: "Total", bought: "Thank you. The answers below know it already.", nothing: "Nothing here yet.",
    no_hits: "Nothing was found.", results: "results for", more_results: "Show more", back: "Back to the shop",
    took: "ms in the engine", degraded: "Answered with a fallback", filter: "Filter", apply: "Apply",
    filter_hint: 'for instance price < 20 and stock > 0', less: "Close", unknown_price: "Price unknown",
    brought: "Brought by", share: "of the score", no_reason: "No reasons were given.", for_you_now: "For you, now",
    wrong: "That did not work", not_ready: "Could be better with", quantity: "Quantity",
    click: "You opened", view: "You looked at", add_to_cart: "You put into the cart", remove_from_cart: "You took out",
    purchase: "You bought", searched: "You searched for", noted: "noted in", sold_out: "Sold out", now_you_are: "You are now",
    narrow: "Narrow down", facet_categories: "Category", facet_brand: "Brand", facet_price: "Price", sort: "Sort",
    sort_score: "Best match", sort_price: "Price, low first", "sort_-price": "Price, high first", sort_newest: "Newest",
    sort_popular: "Popular", sort_name: "Name", results_for: "Showing", instead_of: "instead of", did_you_mean: "Did you mean",
    only: "Only", relaxed: "Too little was found, so this was left aside:", own: "yours", instead: "Try instead:", from_query: "", from_category: "category",
    from_brand: "brand", from_title: "", variants: "more like this", sponsored: "Ad",
  },
  zh: {
    skip: "跳到商品", search: "搜索", looking: "想找点什么？", suggestions: "搜索建议",
    you_are: "当前用户", visitor: "新访客", cart: "购物车", happened: "刚刚发生的事", more: "更多",
    beside: "隔壁的店", reference: "接口文档", key_needed: "本店需要密钥", use_key: "使用",
    home: "为你推荐", buy_again: "再次购买", trending: "正在流行", shops: "适合你的店铺",
    promotions: "适合你的优惠", similar: "相似商品", cart_row: "与购物车中的商品搭配", fresh: "新品上架",
    why: "为什么推荐？", add: "加入购物车", remove: "移除", buy: "立即购买", empty_cart: "购物车是空的。",
    total: "合计", bought: "谢谢惠顾，下面的推荐已经知道了。", nothing: "这里还没有内容。",
    no_hits: "没有找到结果。", results: "条结果：", more_results: "显示更多", back: "返回商店",
    took: "毫秒（引擎用时）", degraded: "使用了备用方案作答", filter: "筛选", apply: "应用",
    filter_hint: "例如 price < 20 and stock > 0", less: "关闭", unknown_price: "价格未知",
    brought: "来源", share: "占得分", no_reason: "没有给出理由。", for_you_now: "此刻为你推荐",
    wrong: "出错了", not_ready: "有了这些会更好", quantity: "数量",
    click: "你打开了", view: "你查看了", add_to_cart: "你加入了购物车", remove_from_cart: "你移除了",
    purchase: "你购买了", searched: "你搜索了", noted: "已记录，用时", sold_out: "已售罄", now_you_are: "现在的用户是",
    narrow: "缩小范围", facet_categories: "分类", facet_brand: "品牌", facet_price: "价格", sort: "排序",
    sort_score: "最相关", sort_price: "价格从低到高", "sort_-price": "价格从高到低", sort_newest: "最新",
    sort_popular: "最受欢迎", sort_name: "名称", results_for: "显示的是", instead_of: "的结果，而不是", did_you_mean: "您是不是要找",
    only: "仅限", relaxed: "结果太少，因此放宽了：", own: "我的", instead: "不妨试试：", from_query: "", from_category: "分类",
    from_brand: "品牌", from_title: "", variants: "个同款", sponsored: "广告",
  },
};

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");

export const spoken = () => language;
export const word = (name) => WORDS[language][name] ?? name;
export const known = (name) => name in WORDS[language];

export function speak(wanted) {
  language = wanted in WORDS ? wanted : "en";
  localStorage.setItem("language", language);
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-placeholder]")) {
    node.placeholder = word(node.dataset.wordPlaceholder);
  }
  for (const node of document.querySelectorAll("[data-word-label]")) {
    node.setAttribute("aria-label", word(node.dataset.wordLabel));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
}
