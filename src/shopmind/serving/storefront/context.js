// What the server says to the page, and the addresses of the pages: relative, so that they hold under any prefix.
export const context = JSON.parse(document.body.dataset.context);
export const base = new URL(context.up, location.href);

const at = (path) => base.pathname + path;

export const homeAddress = () => at("");
export const cartAddress = () => at("cart");
export const itemAddress = (item) => at(`item/${encodeURIComponent(item.item_id)}`);

export function searchAddress(asked) {
  const kept = Array.from(new URLSearchParams(asked).entries()).filter(([, value]) => value);
  return at(`search?${new URLSearchParams(kept)}`);
}

// A value kept for this tab, or for good; a browser that forbids it only forgets sooner.
export function kept(name, storage = "sessionStorage") {
  try { return JSON.parse(window[storage].getItem(`shopmind.${name}`)); } catch { return null; }
}

export function keep(name, value, storage = "sessionStorage") {
  try { window[storage].setItem(`shopmind.${name}`, JSON.stringify(value)); } catch { /* full or forbidden */ }
}
