// The cart: kept for the visit, in this tab.
import { ask, newId, who } from "./api.js";
import { card, el, name, price, tile } from "./cards.js";
import { spoken, word } from "./words.js";

const panel = document.getElementById("cart");
const button = document.getElementById("open-cart");
const count = document.getElementById("cart-count");

let lines = JSON.parse(sessionStorage.getItem("cart") || "[]");
let acts = null;
let asked = 0;

export function startCart(given) {
  acts = given;
  button.addEventListener("click", () => show(panel.hidden));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
  showCount();
}

export function emptyCart() {
  lines = [];
  keep();
}

export function put(hit, slate) {
  const line = lines.find((each) => each.item.item_id === hit.item.item_id);
  if (line) line.quantity += 1;
  else lines.push({ item: hit.item, quantity: 1, request_id: slate?.request_id });
  keep();
  show(true, false);
}

export async function drawCart() {
  if (panel.hidden) return;
  const mine = ++asked;
  const list = el("ul", { class: "lines" });
  for (const line of lines) list.append(drawn(line));
  const head = el("div", { class: "cart-head" }, el("h2", {}, word("cart")),
    el("button", { type: "button", class: "plain", onclick: () => show(false) }, word("less")));
  const row = el("section", { class: "beside" });
  panel.replaceChildren(head, lines.length ? list : el("p", { class: "quiet" }, word("empty_cart")));
  if (!lines.length) return;
  panel.append(sum(), el("button", { type: "button", class: "buy-now", onclick: buy }, word("buy")), row);
  try {
    const anchors = lines.map((line) => line.item.item_id);
    const slate = await ask("POST", "v1/recommend/cart", { ...who.asking(), anchors, n: 6, explain: true, language: spoken() });
    if (mine !== asked) return;
    const cards = slate.hits.map((hit) => card(hit, slate, acts));
    if (cards.length) row.append(el("h3", {}, word("cart_row")), el("ul", { class: "cards column", "data-scenario": "cart" }, ...cards));
  } catch (error) {
    acts.wrong(error);
  }
}

function drawn(line) {
  const away = () => {
    lines = lines.filter((each) => each !== line);
    keep();
    acts.track("remove_from_cart", line.item, { quantity: line.quantity });
    drawCart();
  };
  return el("li", {}, tile(line.item), el("span", { class: "title" }, name(line.item)),
    el("span", { class: "price" }, `${line.quantity} × ${price(line.item)}`),
    el("button", { type: "button", class: "plain", onclick: away }, word("remove"), el("span", { class: "hidden" }, ` ${name(line.item)}`)));
}

function sum() {
  const known = lines.filter((line) => line.item.price !== undefined);
  const money = known.reduce((total, line) => total + line.item.price * line.quantity, 0);
  return el("p", { class: "sum" }, word("total"), " ", el("b", {}, price({ price: money, currency: known[0]?.item.currency })));
}

async function buy() {
  const order = `page-${newId()}`;
  const events = lines.map((line) => ({
    item: line.item,
    more: {
      quantity: line.quantity,
      order_id: order,
      request_id: line.request_id,
      ...(line.item.price === undefined ? {} : { value: (line.item.price * line.quantity).toFixed(2), currency: line.item.currency }),
    },
  }));
  lines = [];
  keep();
  await acts.trackAll("purchase", events);
  acts.say(word("bought"));
  show(false);
}

function show(open, focus = true) {
  panel.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (open) drawCart();
  if (open && focus) panel.querySelector("button")?.focus();
  if (!open && focus) button.focus();
}

function keep() {
  sessionStorage.setItem("cart", JSON.stringify(lines));
  showCount();
}

function showCount() {
  count.textContent = lines.reduce((total, line) => total + line.quantity, 0);
}
