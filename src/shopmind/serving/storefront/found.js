// What a search found, in one sentence: how much matches, as the counts beside it have it, and what only comes close.
import { word } from "./words.js";

export function found(slate, text) {
  if (!slate.hits.length) return word("no_hits", { text });
  if (!slate.matching) return word("results_of", { text });
  const { items, near, exact } = slate.matching;
  if (!items) return word("only_near", { near, text });
  const results = word(items === 1 ? "result" : "results", { n: exact ? items : word("over", { n: items }), text });
  return near ? word("and_near", { results, near }) : results;
}

// How far one has looked: what matches can be more than a page leads to.
export function looked(slate, count) {
  const { items, near } = slate.matching || { items: 0, near: 0 };
  return word(items + near > slate.total ? "shown_best" : "shown", { n: count, total: slate.total });
}
