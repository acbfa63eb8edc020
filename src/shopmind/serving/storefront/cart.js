// The page of the cart: its lines, what offers take off, and what goes with it.
import { ask } from "./api.js";
import { emptyBasket, lines, setQuantity } from "./basket.js";
import { money, name, price, tile } from "./cards.js";
import { homeAddress, itemAddress } from "./context.js";
import { el, hidden } from "./dom.js";
import { bought, did, say, visitor } from "./events.js";
import { addRow } from "./rows.js";
import { newId } from "./tracking.js";
import { worded } from "./worded.js";
import { word } from "./words.js";

const MOST_REFUSED = 8;

export async function drawCart(page, thanks = false) {
  page.head(word("cart"), word("cart"));
  const goods = lines();
  if (!goods.length) {
    const said = el("p", {}, word(thanks ? "bought" : "empty_cart"));
    page.main.append(el("div", { class: "problem" }, said, el("a", { href: homeAddress() }, word("to_shop"))));
    page.main.append(el("div", { class: "rows" }));
    for (const scenario of ["buy_again", "home"]) {
      const listed = page.scenarios.find((each) => each.name === scenario);
      if (listed && (visitor.id || !listed.needs.includes("user"))) addRow(page.main.lastChild, scenario, word(scenario), page.shop);
    }
    return;
  }
  const again = () => page.show();
  const off = el("section", { class: "off", "aria-label": word("offers") });
  const list = el("ul", { class: "lines", role: "list" }, goods.map((line) => drawn(line, page, again)));
  page.main.append(el("div", { class: "till" }, list, off), el("div", { class: "rows" }));
  if (page.shows("cart")) {
    addRow(page.main.lastChild, "cart", word("cart_row"), page.shop, () => ({ anchors: lines().map((line) => line.item.item_id) }));
  }
  off.replaceChildren(sum(goods, null), buyButton(page));
  const basket = basketOf(goods);
  if (!basket.lines.length) return;
  try {
    const found = await ask("POST", "v1/offers/cart", basket);
    if (page.current()) off.replaceChildren(offers(found, goods), coupon(goods), sum(goods, found), buyButton(page));
  } catch (error) {
    page.wrong(error); // a cart without offers can be bought all the same
  }
}

function drawn(line, page, again) {
  const title = { name: name(line.item) };
  const change = (by) => {
    setQuantity(line, line.quantity + by);
    const type = by > 0 ? "add_to_cart" : "remove_from_cart";
    say(word(line.quantity ? "added" : "removed", title));
    did(type, { item_id: line.item.item_id, quantity: Math.abs(by) });
    again();
  };
  const step = (by, sign, label) => el("button", { type: "button", class: "step", "data-hold": `${label}:${line.item.item_id}`, onclick: () => change(by) },
    el("span", { "aria-hidden": "true" }, sign), hidden(word(label, title)));
  return el("li", {}, tile(line.item), el("a", { href: itemAddress(line.item) }, name(line.item)),
    el("span", { class: "price" }, price(line.item, line.quantity)),
    el("span", { class: "steps", role: "group", "aria-label": word("quantity", title) },
      step(-1, "−", "fewer"), el("span", {}, String(line.quantity)), step(1, "+", "another")),
    el("button", { type: "button", class: "plain", "data-hold": "remove", onclick: () => change(-line.quantity) }, word("remove"), hidden(` ${name(line.item)}`)));
}

function basketOf(goods) {
  const priced = goods.filter((line) => line.item.price_minor !== undefined); // offers are counted from prices
  const lines = priced.map(({ item, quantity }) => ({ item_id: item.item_id, quantity, price_minor: item.price_minor }));
  return visitor.id ? { lines, user_id: visitor.id } : { lines };
}

const currencyOf = (goods) => goods.find((line) => line.item.currency)?.item.currency;

function fromMinor(minor, goods) {
  const currency = currencyOf(goods) || "USD";
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  return money(minor / 10 ** digits, currency);
}

function offers(found, goods) {
  const used = Object.entries(found.amounts);
  const node = el("div", {}, el("h2", {}, word("offers")));
  const saved = ([id, minor]) => el("li", {}, el("span", {}, id), el("b", {}, word("saved", { price: fromMinor(minor, goods) })));
  if (used.length) node.append(el("ul", { class: "used", role: "list" }, used.map(saved)));
  else node.append(el("p", { class: "quiet" }, word("no_offers")));
  if (found.refused_offers) node.append(notUsed(found.refused_offers, goods));
  return node;
}

// Why others are not used is asked when somebody wants to know: a shop may have thousands.
function notUsed(n, goods) {
  const list = el("ul", { role: "list" });
  const node = el("details", {}, el("summary", {}, word("not_used", { n })), list);
  node.addEventListener("toggle", async () => {
    if (!node.open || list.childElementCount) return;
    try {
      const { refused } = await ask("POST", "v1/offers/cart", { ...basketOf(goods), refused: MOST_REFUSED });
      list.replaceChildren(...Object.entries(refused).map(([id, why]) => el("li", {}, el("b", {}, id), `: ${worded(why)}`)));
    } catch (error) {
      list.replaceChildren(el("li", {}, `${word("wrong")}: ${worded(error.message)}`));
    }
  });
  return node;
}

function coupon(goods) {
  const field = el("input", { id: "coupon", maxlength: 200, required: true, autocomplete: "off" });
  const told = el("p", { role: "status" });
  const form = el("form", { class: "coupon" }, el("label", { for: "coupon" }, word("coupon")), field, el("button", {}, word("check")), told);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = field.value.trim();
    try {
      const found = await ask("POST", "v1/offers/cart", { ...basketOf(goods), offers: [id] });
      const minor = found.amounts[id];
      told.textContent = minor === undefined ? word("coupon_refused", { id, why: worded(found.refused[id] || "–") })
        : word("coupon_used", { id, price: fromMinor(minor, goods) });
    } catch (error) {
      told.textContent = `${word("wrong")}: ${worded(error.message)}`;
    }
  });
  return form;
}

function sum(goods, found) {
  const known = goods.filter((line) => line.item.price !== undefined);
  const before = known.reduce((total, line) => total + line.item.price_minor * line.quantity, 0);
  const off = found ? found.total_minor : 0;
  const row = (label, minor, strong) => el("p", { class: strong ? "sum strong-sum" : "sum" }, el("span", {}, label), el("b", {}, minor));
  return el("div", {}, off ? row(word("before"), fromMinor(before, goods)) : null, off ? row(word("offers"), `− ${fromMinor(off, goods)}`) : null,
    row(word("total"), fromMinor(before - off, goods), true));
}

function buyButton(page) {
  return el("button", { type: "button", class: "strong", onclick: () => buy(page) }, word("buy"));
}

async function buy(page) {
  const items = lines().map(({ item, quantity }) => ({ item_id: item.item_id, price: item.price, quantity }));
  const noted = bought({ order_id: `order-${newId()}`, currency: currencyOf(lines()), items });
  emptyBasket();
  await noted;
  say(word("bought"));
  await page.show({ thanks: true });
}
