// Narrowing down: counts to choose from, a price from and to, and what is chosen, to be taken away again.
import { searchAddress } from "./context.js";
import { el } from "./dom.js";
import { word } from "./words.js";

export const FACETS = ["categories", "brand", "price"];
const SHOWN = 12, DEEPEST = 4;
const WITHIN = " > ";
const WIDE = matchMedia("(min-width: 821px)");
const RANGE = /^(-?[\d.]*)\.\.(-?[\d.]*)(=?)$/;

export function narrowing(slate, asked, page) {
  const drawn = (facet) => (facet.name === "price" ? priced : counted)(facet, asked, page);
  const parts = (slate.facets || []).map(drawn).filter(Boolean);
  if (!parts.length) return el("div", { class: "facets" });
  return el("div", { class: "facets" }, el("details", { open: WIDE.matches || chosenOf(asked).size > 0 }, el("summary", {}, word("narrow")), parts));
}

function counted(facet, asked, page) {
  const chosen = new Set(chosenOf(asked).get(facet.name) || []);
  const values = facet.values.slice(0, SHOWN).map(({ value, items }) => [value, value, items]);
  for (const value of chosen) if (!values.some(([name]) => name === value)) values.push([value, value, 0]);
  if (values.length < 2 && !chosen.size) return null;
  const rows = facet.name === "categories" ? treed(values) : values;
  return section(facet, rows.map(([value, label, items, depth]) => choice(facet, value, label, items, chosen.has(value), asked, page, depth)));
}

// Categories below those they belong to, the largest first among their like; of paths only what is new is said.
function treed(values) {
  const paths = new Set(values.map(([path]) => path));
  const above = (path) => {
    const end = path.lastIndexOf(WITHIN);
    return end < 0 ? "" : paths.has(path.slice(0, end)) ? path.slice(0, end) : above(path.slice(0, end));
  };
  const below = (parent, depth) => values.filter(([path]) => above(path) === parent).flatMap(([path, , items]) =>
    [[path, parent ? path.slice(parent.length + WITHIN.length) : path, items, depth], ...below(path, depth + 1)]);
  return below("", 1);
}

function priced(facet, asked, page) {
  const chosen = new Set(chosenOf(asked).get("price") || []);
  const ranges = facet.ranges.filter((each) => each.items).map(({ low, high, items }, place, all) =>
    [`${low}..${high}${place === all.length - 1 ? "=" : ""}`, `${low} – ${high}`, items]);
  const own = asked.get("price") || "";
  if (facet.low === null && !chosen.size && !own) return null;
  const [, low, high] = own.match(RANGE) || [null, "", ""];
  const field = (id, value, label, bound) =>
    el("input", { id, type: "number", min: 0, step: "any", value, "aria-label": label, placeholder: bound === null ? "" : String(bound) });
  const [from, to] = [field("price-from", low, word("at_least"), facet.low), field("price-to", high, word("at_most"), facet.high)];
  const form = el("form", { class: "between" }, from, "–", to, el("button", {}, word("apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const next = new URLSearchParams(asked);
    next.set("price", from.value || to.value ? `${from.value}..${to.value}` : "");
    page.go(searchAddress(next));
  });
  const node = section(facet, ranges.map(([value, label, items]) => choice(facet, value, label, items, chosen.has(value), asked, page)));
  node.append(form);
  return node;
}

function section(facet, rows) {
  const id = `facet-${facet.name}`;
  return el("section", { "data-facet": facet.name, role: "group", "aria-labelledby": id },
    el("h2", { id }, word(`facet_${facet.name}`)), el("ul", { role: "list" }, rows));
}

function choice(facet, value, label, items, chosen, asked, page, depth = 1) {
  const box = el("input", { type: "checkbox", checked: chosen, "data-hold": `${facet.name}:${value}`, onchange: () => page.go(searchAddress(toggled(asked, facet.name, value))) });
  return el("li", { class: `depth-${Math.min(depth, DEEPEST)}` }, el("label", {}, box, el("span", {}, label), el("span", { class: "quiet" }, `${facet.exact ? "" : "≥ "}${items}`)));
}

// What is chosen, each with the way to do without it.
export function chips(asked) {
  const without = (next, label) => el("a", { class: "chosen", href: searchAddress(next), "aria-label": word("without", { what: label }) },
    label, el("span", { "aria-hidden": "true" }, " ×"));
  const shown = (value) => value.replace(/=$/, "").replace("..", " – ");
  const all = [];
  for (const [column, values] of chosenOf(asked)) {
    for (const value of values) all.push(without(toggled(asked, column, value), shown(value)));
  }
  for (const column of ["price", "filters"]) {
    if (!asked.get(column)) continue;
    const next = new URLSearchParams(asked);
    next.delete(column);
    all.push(without(next, column === "price" ? `${word("facet_price")} ${shown(asked.get("price"))}` : asked.get(column)));
  }
  if (all.length > 1) all.push(el("a", { href: searchAddress({ q: asked.get("q"), sort: asked.get("sort") || "" }) }, word("clear")));
  return el("p", { class: "choices" }, all.flatMap((each) => [each, " "]));
}

export function chosenOf(asked) {
  const chosen = new Map();
  for (const each of asked.getAll("f")) {
    const [name, value] = [each.slice(0, each.indexOf(":")), each.slice(each.indexOf(":") + 1)];
    chosen.set(name, [...(chosen.get(name) || []), value]);
  }
  return chosen;
}

// One condition for each column, so that a column's own choice does not count against it.
export function expression(asked) {
  const typed = (asked.get("filters") || "").trim();
  const parts = typed ? [`(${typed})`] : [];
  for (const [name, values] of chosenOf(asked)) {
    if (RANGE.test(values[0])) parts.push(`(${values.map((value) => between(name, value)).join(" or ")})`);
    else parts.push(`${name} in (${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(", ")})`);
  }
  if (RANGE.test(asked.get("price") || "")) parts.push(between("price", `${asked.get("price")}=`));
  return parts.join(" and ");
}

function between(name, value) {
  const [, low, high, closed] = value.match(RANGE);
  const parts = [low ? `${name} >= ${Number(low)}` : "", high ? `${name} ${closed ? "<=" : "<"} ${Number(high)}` : ""];
  return `(${parts.filter(Boolean).join(" and ")})`;
}

function toggled(asked, name, value) {
  const next = new URLSearchParams(asked);
  const mine = `${name}:${value}`;
  const rest = next.getAll("f").filter((each) => each !== mine);
  const was = rest.length < next.getAll("f").length;
  next.delete("f");
  for (const each of was ? rest : [...rest, mine]) next.append("f", each);
  return next;
}
