// A row of recommendations that can be asked again; what is new in it then is marked.
import { answered } from "./api.js";
import { cards } from "./cards.js";
import { el } from "./dom.js";
import { worded } from "./worded.js";
import { word } from "./words.js";

// question() gives the body; before: scenario → ids shown last, so that a later answer can mark what is new.
export function makeStrip(scenario, heading, question, shop, { before = new Map(), seen = () => {}, form = "" } = {}) {
  const node = el("section", { class: "row", "data-scenario": scenario }, el("h2", {}, heading), el("ul", { class: "cards", role: "list" }));
  let asked = 0;

  async function fill() {
    const mine = ++asked;
    node.setAttribute("aria-busy", "true");
    try {
      const slate = await answered(`v1/recommend/${encodeURIComponent(scenario)}`, question());
      if (mine !== asked) return null;
      draw(slate);
      return slate;
    } finally {
      if (mine === asked) node.setAttribute("aria-busy", "false");
    }
  }

  function draw(slate) {
    seen(slate);
    const list = cards(slate, shop, form);
    const old = before.get(scenario);
    if (old) for (const each of list.children) each.classList.toggle("fresh", !old.has(each.dataset.shopmindItem));
    before.set(scenario, new Set(slate.hits.map((hit) => hit.item.item_id)));
    const opened = node.contains(node.getRootNode().activeElement) ? node.getRootNode().activeElement : null;
    const again = opened?.closest("[data-shopmind-item]")?.dataset.shopmindItem;
    node.querySelector("ul.cards").replaceWith(list);
    if (again) focusAgain(list, again, opened);
    node.querySelector(".took")?.remove();
    node.querySelector("h2").after(took(slate));
    node.hidden = !slate.hits.length;
  }

  return { node, fill };
}

// What had the focus is gone with the old cards: the same thing in the new ones gets it, else the first.
function focusAgain(list, item, before) {
  const same = Array.from(list.children).find((each) => each.dataset.shopmindItem === item) || list.firstElementChild;
  const part = before.matches("button") ? "button.add" : before.matches("summary") ? "summary" : "a.open";
  (same?.querySelector(part) || same?.querySelector("a.open"))?.focus({ preventScroll: true });
}

// How long the engine took, and which fallbacks it had to take.
export function took(slate) {
  const node = el("div", { class: "took" }, el("span", { title: word("took_title") }, word("took", { ms: slate.took_ms.toFixed(1) })));
  if (slate.degraded) {
    const each = slate.degraded.map((fallback) => el("li", {}, worded(fallback)));
    node.append(el("details", { class: "fallback" }, el("summary", {}, word("degraded")), el("ul", { role: "list" }, each)));
  }
  return node;
}
