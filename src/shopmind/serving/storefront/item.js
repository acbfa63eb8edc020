// The page of an item: what it is, what sells with it, what is like it, and what it leads to.
import { ask } from "./api.js";
import { money, name, price, tile } from "./cards.js";
import { context, homeAddress, searchAddress } from "./context.js";
import { el } from "./dom.js";
import { did, shown } from "./events.js";
import { addRow } from "./rows.js";
import { word } from "./words.js";

const ROWS = {
  product: ["bundles", "goes_with", "similar", "home"],
  shop: ["in_shop", "home"],
  content: ["in_content", "content", "home"],
  promotion: ["promotions", "home"],
};

export async function drawItem(page, id) {
  const found = await ask("GET", `v1/items/${encodeURIComponent(id)}`);
  if (!page.current()) return;
  shown([found]);
  page.head(name(found), name(found), false);
  page.main.replaceChildren(way(found), el("article", { class: "item" }, tile(found), about(found, page)), el("div", { class: "rows" }));
  const into = page.main.lastChild;
  const rows = found.stock === 0 ? ["substitutes", ...ROWS.product] : ROWS[found.kind] || ["home"];
  await did("view", { item_id: found.item_id }); // the rows below know it
  if (!page.current()) return;
  for (const scenario of rows) {
    if (!page.shows(scenario)) continue;
    const anchored = scenario !== "home" && scenario !== "content" && scenario !== "promotions";
    addRow(into, scenario, word(scenario), page.shop, () => (anchored ? { anchors: [id] } : {}), {
      told: scenario === "bundles" ? (slate, node) => drawBundle(slate, node, found, page) : undefined });
  }
}

function way(found) {
  const wide = found.categories.map((each) => el("li", {}, el("a", { href: searchAddress({ q: each }) }, each)));
  return el("nav", { class: "way", "aria-label": word("facet_categories") },
    el("ol", { role: "list" }, el("li", {}, el("a", { href: homeAddress() }, context.title)), wide));
}

function about(found, page) {
  const facts = Object.entries(found.attributes).filter(([, value]) => value !== null && value !== "");
  const node = el("div", { class: "about" }, el("h1", { tabindex: "-1" }, name(found)), found.brand ? el("p", { class: "place" }, found.brand) : null,
    found.description ? el("p", {}, found.description) : null);
  if (found.kind === "product") {
    const sold = found.stock === 0;
    node.append(el("p", { class: "price" }, sold ? word("sold_out") : price(found)),
      el("button", { type: "button", class: "strong", disabled: sold, onclick: () => page.add([found]) }, word("add")));
  }
  node.append(el("dl", { class: "facts" }, facts.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, String(value))])));
  return node;
}

// The best bundle with its price, to be taken as a whole.
async function drawBundle(slate, node, found, page) {
  const best = (slate.bundles || [])[0];
  node.querySelector(".bundle")?.remove();
  node.hidden = !best; // without one, the row would only show what is popular
  if (!best) return;
  const others = best.items.filter((id) => id !== found.item_id);
  const known = new Map(slate.hits.map((hit) => [hit.item.item_id, hit.item]));
  const items = [found, ...(await Promise.all(others.map((id) => known.get(id) || ask("GET", `v1/items/${encodeURIComponent(id)}`))))];
  const together = best.price === null ? null : word("together", { price: money(best.price, best.currency) });
  const often = word("bought_by", { n: best.orders, lift: best.lift.toFixed(1) });
  node.querySelector("ul.cards").before(el("div", { class: "bundle" },
    el("ul", { role: "list" }, items.map((item) => el("li", {}, tile(item), el("span", {}, name(item))))),
    el("p", {}, el("b", {}, together), together ? " · " : "", often),
    el("button", { type: "button", onclick: () => page.add(items) }, word("add_all"))));
}
