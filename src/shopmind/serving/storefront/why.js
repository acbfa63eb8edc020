// Why a hit is there: asked only when somebody wants to know, once for all hits of an answer.
import { explained } from "./api.js";
import { el, hidden } from "./dom.js";
import { worded } from "./worded.js";
import { spoken, word } from "./words.js";

export function whyOf(hit, slate) {
  const told = el("div", { class: "told", "aria-live": "polite" });
  const node = el("details", { class: "why", "data-shopmind-quiet": true },
    el("summary", {}, word("why"), hidden(` ${hit.item.title || hit.item.item_id}`)), told);
  node.addEventListener("toggle", () => {
    if (node.open && !told.dataset.told) tell(told, hit, slate);
  });
  return node;
}

async function tell(told, hit, slate) {
  told.replaceChildren(el("p", {}, word("asking")));
  try {
    const again = await explained(slate, spoken());
    const found = again.hits.find((each) => each.item.item_id === hit.item.item_id);
    told.replaceChildren(...(found ? [] : [el("p", {}, word("moved_on"))]), ...parts(found || hit, found ? again : slate));
    told.dataset.told = "yes";
  } catch (error) {
    told.replaceChildren(el("p", {}, `${word("wrong")}: ${worded(error.message)}`));
  }
}

function parts(hit, slate) {
  const sources = el("p", { class: "sources" }, `${word("brought")} `, hit.source.flatMap((each) => [el("span", { class: "chip" }, each), " "]));
  const rules = (slate.applied_rules || []).filter((each) => each.items.includes(hit.item.item_id));
  const score = hit.score === null || hit.score === undefined ? "–" : hit.score.toPrecision(3);
  const facts = word("facts", { place: hit.position + 1, score, model: slate.model_version || "–" });
  return [reasons(hit.reasons || []), rules.length ? ruled(rules) : null, sources, el("p", { class: "facts-line" }, facts)].filter(Boolean);
}

function reasons(all) {
  if (!all.length) return el("p", {}, word("no_reason"));
  const largest = Math.max(...all.map((each) => Math.abs(each.share ?? 0)), 1e-9);
  return el("ul", { class: "reasons", role: "list" }, all.map((each) => {
    const numbers = [each.signal, each.value === null ? null : each.value.toPrecision(3)].filter((part) => part !== null).join(" = ");
    const share = each.share === null ? null : el("meter", { min: 0, max: 1, value: Math.abs(each.share) / largest,
      "aria-label": `${word("share")}: ${each.share.toFixed(3)}`, title: `${word("share")}: ${each.share.toFixed(3)}` });
    return el("li", {}, each.text, share, el("code", {}, numbers));
  }));
}

function ruled(rules) {
  return el("div", {}, el("b", {}, word("rules")), el("ul", { role: "list" }, rules.map((each) =>
    el("li", {}, word("rule", { action: each.action, id: each.rule_id, version: each.version })))));
}
