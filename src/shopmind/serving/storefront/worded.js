// What the API says in English sentences, in the visitor's language: looked up by the English words, most particular first.
import { spoken } from "./words.js";

// {holes} hold names and numbers; those that begin with wh hold any text, and the text of {what…} is told in turn.
const TOLD = [
  ["it takes nothing off this cart", "对此购物车没有优惠"],
  ["it takes nothing off: it has no discount_minor or discount_percent", "它没有注明优惠金额"],
  ["it takes off {n}, more than the cap of {cap}", "优惠 {n} 超过上限 {cap}"],
  ["it takes off {n}, more than its budget has left", "优惠 {n} 超过其剩余预算"],
  ["the others together take off more", "其他优惠合计更划算"],
  ["{one} stands alone", "{one} 不能与其他优惠同用"],
  ["{one} excludes {other}", "{one} 不能与 {other} 同用"],
  ["{one} and {other} are both of group {group}", "{one} 与 {other} 同属 {group} 组"],
  ["all {n} redemptions are used", "{n} 次核销已用完"],
  ["its budget of {n} is used up", "预算 {n} 已用完"],
  ["it has not begun", "尚未开始"],
  ["it is over", "已结束"],
  ["it is for a segment that this user is not of", "仅限特定人群"],
  ["it is for a first purchase", "仅限首次购买"],
  ["it was redeemed {n} times, as often as one may", "已核销 {n} 次，达到上限"],
  ["the cart is worth {n}, it needs {least}", "购物车金额 {n}，需要达到 {least}"],
  ["the item is not active", "已下架"],
  ["offer {offer}: there is no such offer", "没有优惠 {offer}"],
  ["anchors: {n} of {all} are not in the catalogue", "参照商品：{all} 件中有 {n} 件不在目录中"],
  ["words: the text has no word to look for; hits are near in meaning alone", "文字中没有可搜索的词；结果仅在含义上相近"],
  ["words: the text has no word to look for", "文字中没有可搜索的词"],
  ["words: no item has them", "没有商品包含这些词"],
  ["offset: there are only {n} hits, the page starts after {offset}", "只有 {n} 个结果，本页从第 {offset} 个之后开始"],
  ["min_score: nothing that was found reaches {least}", "没有结果达到最低得分 {least}"],
  ["filter: more than {n} items match the words, none of them passes the filter", "超过 {n} 件商品符合文字，但都不符合筛选条件"],
  ["filter: {n} items match the words, none of them passes the filter", "{n} 件商品符合文字，但都不符合筛选条件"],
  ["filters: {n} items match the words, none of them may be shown now", "{n} 件商品符合文字，但目前都不能展示"],
  ["index: {n} changes behind", "索引还有 {n} 次变更尚未纳入"],
  ["offers left out: {what}", "未使用的优惠：{what}"],
  ["ad {item} left out: {what}", "未展示广告 {item}：{what}"],
  ["its budget is used up or held", "预算已用完或被占用"],
  ["its budget of the day is used up or held", "当日预算已用完或被占用"],
  ["this customer was shown it as often as it may be", "已达到对该顾客的展示上限"],
  ["others are writing", "其他进程正在写入"],
  ["the ledger cannot be written", "账本无法写入"],
  ["rules: not readable, left out: {names}", "规则无法读取，未使用：{names}"],
  ["experiments: {what}; what was read before holds", "实验：{what}；仍按之前的内容"],
  ["bundles: nothing that can be had sells together with it often enough to be a rule", "组合：没有可售商品常与它一起售出"],
  ["bundles: {n} of {all} goods at hand cannot be had and stand in none", "组合：{all} 件商品中有 {n} 件无法购买，不参与"],
  ["sort: more than {n} items match; only so many were ordered", "排序：符合的商品超过 {n} 件，只对这么多件排了序"],
  ["sort: popularity is not known yet, run: shopmind train FOLDER popularity; ordered by score", "排序：尚不知道热门程度，按得分排列"],
  ["completion: nothing at hand has been bought yet, it says nothing of other goods", "这些商品都还没有被购买过，无法推及其他商品"],
  ["popularity: nobody has chosen anything yet, goods come in no order", "还没有人选择过任何商品，商品没有先后之分"],
  ["shelf: nothing that can be shown is of the category of what is at hand", "没有可展示的同类商品"],
  ["of_anchor: no anchor is a {kind}, nothing is shown", "没有指明有效的 {kind}，不展示商品"],
  ["of_anchor: the request names no {kind}, it is not narrowed to one", "没有指明 {kind}，未限定范围"],
  ["{part}: the shop has no event of type {types} yet", "{part}：还没有 {types} 类型的事件"],
  ["uplift: no trial was learned from; ranked by {names}", "优惠：尚未从试验中学习，改由 {names} 排序"],
  ["{name}: trained on other columns; run: shopmind train FOLDER arms", "{name}：训练时使用了其他列"],
  ["{what}; every ad counts as clicked alike", "{what}；所有广告按相同点击率计算"],
  ["{what}; until then every item starts at the prior rate", "{what}；在此之前所有商品从先验比率开始"],
  ["{what}; ranked by {names}", "{what}；改由 {names} 排序"],
  ["{name}: not trained yet; run: shopmind train FOLDER {kind}", "{name}：尚未训练"],
  ["{name}: failed ({kind})", "{name}：出错（{kind}）"],
  ["{part}: {name}: not trained yet; run: shopmind train FOLDER {kind}", "{part}：{name} 尚未训练"],
];
const patterns = new Map();

function patternOf(english) {
  if (!patterns.has(english)) {
    const text = english.split(/(\{\w+\})/).map((part, at) => {
      if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const name = part.slice(1, -1);
      return name.startsWith("wh") ? `(?<${name}>.+)` : `(?<${name}>(?:(?![:;] ).)+?)`;
    });
    patterns.set(english, new RegExp(`^${text.join("")}$`, "s"));
  }
  return patterns.get(english);
}

export function worded(text) {
  if (spoken() !== "zh") return text;
  for (const [english, chinese] of TOLD) {
    const found = patternOf(english).exec(text);
    if (found) return chinese.replace(/\{(\w+)\}/g, (_, name) => (name.startsWith("what") ? worded(found.groups[name]) : found.groups[name]));
  }
  return text;
}
