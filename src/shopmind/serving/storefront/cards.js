// An item as a card: its picture, or a coloured tile with initials, for many goods have neither a picture nor a name.
import { el, hidden, marks, safe } from "./dom.js";
import { spoken, word } from "./words.js";
import { whyOf } from "./why.js";

const TONES = 12;

export function money(amount, currency) {
  const locale = spoken() === "zh" ? "zh-CN" : "en";
  return new Intl.NumberFormat(locale, { style: "currency", currency: currency || "USD" }).format(amount);
}

export const price = (item, quantity = 1) =>
  item.price === undefined ? word("unknown_price") : money(item.price * quantity, item.currency);

export const name = (item) => item.title || item.item_id;

// `pictures`: which addresses may be loaded; a page that shows goods of others decides that itself.
export function tile(item, pictures = ownPicture) {
  const tone = hash(item.categories[0] || item.kind) % TONES;
  const node = el("span", { class: `tile tone-${tone} kind-${item.kind}`, "aria-hidden": "true" }, initials(name(item)));
  const address = item.image ? pictures(item.image) : null;
  if (address) {
    const picture = el("img", { src: address, alt: "", loading: "lazy", decoding: "async", onerror: () => picture.remove() });
    node.append(picture);
  }
  return node;
}

export function ownPicture(address) {
  const found = safe(address);
  return found && new URL(found).origin === location.origin ? found : null;
}

export const anyPicture = (address) => safe(address);

// shop: {href(item), pictures, add(hit, slate) or null, why: true to tell on demand}
export function card(hit, slate, shop) {
  const item = hit.item;
  const open = el("a", { class: "open", href: shop.href(item) }, tile(item, shop.pictures), title(hit));
  const node = el("li", { class: hit.sponsored ? "card paid" : "card", "data-shopmind-item": item.item_id, "data-shopmind-position": hit.position,
    "data-shopmind-propensity": hit.propensity }, open);
  if (hit.sponsored) node.append(el("p", { class: "place" }, el("b", { class: "sponsored" }, word("sponsored")), ` ${hit.advertiser || ""}`));
  const place = [item.brand, item.categories.at(-1)].filter(Boolean).join(" · ");
  if (place) node.append(el("p", { class: "place" }, place));
  if (hit.highlights?.description) node.append(el("p", { class: "part" }, marks(hit.highlights.description)));
  if (hit.variants) node.append(el("p", { class: "place" }, word("variants", { n: hit.variants.length })));
  if (item.kind === "product") node.append(buying(hit, slate, shop));
  if (shop.why) node.append(whyOf(hit, slate));
  return node;
}

function buying(hit, slate, shop) {
  const item = hit.item;
  const sold = item.stock === 0;
  const known = item.price !== undefined && !sold;
  const node = el("p", { class: "buy" }, el("span", { class: known ? "price" : "price unsold" }, sold ? word("sold_out") : price(item)));
  if (shop.add) {
    node.append(el("button", { type: "button", class: "add", disabled: sold, "data-shopmind-do": "add_to_cart", onclick: () => shop.add(hit, slate) },
      el("span", { "aria-hidden": "true" }, "+"), hidden(`${word("add")}: ${name(item)}`)));
  }
  return node;
}

// The cards of an answer, in a list that says which answer it shows.
export function cards(slate, shop, form = "") {
  return el("ul", { class: `cards ${form}`, role: "list", "data-shopmind-request": slate.request_id, "data-shopmind-scenario": slate.scenario,
    "data-shopmind-variant": slate.variant }, slate.hits.map((hit) => card(hit, slate, shop)));
}

function title(hit) {
  const marked = hit.highlights?.title;
  return el("span", { class: "title" }, marked ? marks(marked) : name(hit.item));
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
