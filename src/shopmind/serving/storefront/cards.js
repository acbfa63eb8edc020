// An item as a card: a coloured tile with initials, for most goods have neither a picture nor a name.
import { spoken, word } from "./words.js";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function price(item, quantity = 1) {
  if (item.price === undefined) return word("unknown_price");
  const locale = spoken() === "zh" ? "zh-CN" : "en";
  return new Intl.NumberFormat(locale, { style: "currency", currency: item.currency || "USD" }).format(item.price * quantity);
}

export const name = (item) => item.title || item.item_id;

export function tile(item) {
  const tone = hash(item.categories[0] || item.kind) % 12;
  return el("span", { class: `tile tone-${tone} kind-${item.kind}`, "aria-hidden": "true" }, initials(name(item)));
}

export function card(hit, slate, acts) {
  const item = hit.item;
  const open = el("a", { class: "open", href: `#/item/${encodeURIComponent(item.item_id)}`, onclick: () => acts.open(hit, slate) });
  open.append(tile(item), title(hit));
  const node = el("li", { class: "card", "data-item": item.item_id, "data-position": hit.position }, open);
  const place = [item.brand, item.categories.at(-1)].filter(Boolean).join(" · ");
  if (hit.sponsored) node.append(el("p", { class: "place sponsored" }, `${word("sponsored")} · ${hit.advertiser}`));
  if (place) node.append(el("p", { class: "place" }, place));
  if (hit.highlights?.description) node.append(el("p", { class: "part" }, ...marks(hit.highlights.description)));
  if (hit.variants) node.append(el("p", { class: "place" }, `+ ${hit.variants.length} ${word("variants")}`));
  if (item.kind === "product") {
    const sold = item.stock === 0;
    const add = el("button", { type: "button", class: "add", disabled: sold, onclick: () => acts.add(hit, slate) });
    add.append(el("span", { "aria-hidden": "true" }, "+"), el("span", { class: "hidden" }, `${word("add")}: ${name(item)}`));
    node.append(el("p", { class: "buy" }, el("span", { class: "price" }, sold ? word("sold_out") : price(item)), add));
  }
  node.append(why(hit));
  return node;
}

function title(hit) {
  const node = el("span", { class: "title" });
  const marked = hit.highlights?.title;
  if (!marked) node.append(name(hit.item));
  else node.append(...marks(marked));
  return node;
}

// The API sends escaped HTML with <mark> only; nothing else of it reaches the page, whatever it says.
function marks(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return Array.from(parsed.body.childNodes, (node) =>
    node.nodeName === "MARK" ? el("mark", {}, node.textContent) : document.createTextNode(node.textContent));
}

function why(hit) {
  const reasons = hit.reasons || [];
  const list = el("ul", {});
  const largest = Math.max(...reasons.map((reason) => Math.abs(reason.share ?? 0)), 1e-9);
  for (const reason of reasons) {
    const row = el("li", {}, reason.text);
    if (reason.share !== null) {
      row.append(el("meter", { min: 0, max: 1, value: Math.abs(reason.share) / largest, title: reason.signal,
        "aria-label": `${reason.signal}: ${reason.share.toFixed(3)} ${word("share")}` }));
    }
    list.append(row);
  }
  if (!reasons.length) list.append(el("li", {}, word("no_reason")));
  const sources = el("p", { class: "sources" }, `${word("brought")} `, ...hit.source.flatMap((source) => [el("span", { class: "chip" }, source), " "]));
  return el("details", { class: "why" }, el("summary", {}, word("why")), list, sources);
}

function initials(text) {
  const han = text.match(/\p{Script=Han}/gu);
  if (han) return han.slice(0, 2).join("");
  const words = text.match(/[\p{L}\p{N}]+/gu) || ["?"];
  return words.slice(0, 2).map((each) => [...each][0].toUpperCase()).join("");
}

function hash(text) {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.codePointAt(0)) >>> 0;
  return value;
}
