// What is in the cart: kept for the visit, in this tab.
import { keep, kept } from "./context.js";

const basket = { lines: kept("cart") || [] };
const count = document.getElementById("cart-count");

export const lines = () => basket.lines;
export const pieces = () => basket.lines.reduce((total, line) => total + line.quantity, 0);

export function put(item) {
  const line = basket.lines.find((each) => each.item.item_id === item.item_id);
  if (line) line.quantity += 1;
  else basket.lines.push({ item, quantity: 1 });
  changed();
}

export function setQuantity(line, quantity) {
  line.quantity = quantity;
  if (quantity < 1) basket.lines = basket.lines.filter((each) => each !== line);
  changed();
}

export function emptyBasket() {
  basket.lines = [];
  changed();
}

export function showCount() {
  count.textContent = pieces();
}

function changed() {
  keep("cart", basket.lines);
  showCount();
}
