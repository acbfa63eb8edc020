// The page of results: what was understood, counts to narrow down by, an order, more.
import { ask, who } from "./api.js";
import { el } from "./cards.js";
import { spoken, word } from "./words.js";

const PER_PAGE = 24;
const FACETS = ["categories", "brand", "price"];
const SORTS = ["", "price", "-price", "newest", "popular", "name"];
const SHOWN = 12;

// The address of a search: q, filters (typed), f (chosen, "column:value"), sort, verbatim.
export function searchAddress(asked) {
  const kept = Array.from(asked.entries()).filter(([, value]) => value);
  return `#/search?${new URLSearchParams(kept)}`;
}

export async function drawSearch(asked, page) {
  const text = asked.get("q") || "";
  const verbatim = asked.get("verbatim") === "1";
  const body = { text, filters: expression(asked), sort: asked.get("sort") || "", verbatim, n: PER_PAGE, ...who.asking(),
    explain: true, language: spoken() };
  const change = (name, value) => page.go(changed(asked, name, value));
  const head = el("h1", { tabindex: "-1" });
  const understood = el("div", { class: "understood" });
  const facets = el("aside", { class: "facets", "aria-label": word("narrow") });
  const list = el("ul", { class: "cards grid", "data-scenario": "search" });
  const more = el("button", { type: "button", class: "more", hidden: true }, word("more_results"));
  page.main.replaceChildren(el("a", { class: "back", href: "#/" }, `← ${word("back")}`), head, understood,
    bar(asked, change), el("div", { class: "found" }, facets, el("div", { class: "hits" }, list, more)));
  const show = async (cursor) => {
    const slate = await ask("POST", "v1/search", cursor ? { ...body, cursor } : { ...body, facets: FACETS });
    if (!page.current()) return;
    page.seen(slate);
    list.append(...slate.hits.map((hit) => page.card(hit, slate)));
    page.main.querySelector(".took")?.remove();
    head.after(page.took(slate));
    more.hidden = !slate.next_cursor;
    more.onclick = () => show(slate.next_cursor).catch(page.wrong);
    if (cursor) return;
    head.textContent = slate.hits.length ? `${slate.total} ${word("results")} “${text}”` : word("no_hits");
    understood.replaceChildren(...reading(slate, asked, text));
    facets.replaceChildren(...(slate.facets || []).map((facet) => counted(facet, asked, page)).filter(Boolean));
    page.report(text, slate);
    if (!slate.hits.length) understood.append(...(await instead(text)));
  };
  await show(null);
}

// Where nothing was found: what the shop would complete the text to.
async function instead(text) {
  const answer = await ask("GET", `v1/suggest?${new URLSearchParams({ n: 4, text: text.slice(0, 200), ...who.asking() })}`);
  const links = answer.suggestions.filter((each) => each !== text).flatMap((each) =>
    [el("a", { href: searchAddress(new URLSearchParams({ q: each })) }, each), " · "]);
  return links.length ? [el("p", { class: "instead" }, `${word("instead")} `, ...links.slice(0, -1))] : [];
}

function bar(asked, change) {
  const field = el("input", { id: "filter", value: asked.get("filters") || "", placeholder: word("filter_hint"), maxlength: 4000 });
  const sort = el("select", { id: "sort" }, ...SORTS.map((name) =>
    el("option", { value: name, selected: name === (asked.get("sort") || "") }, word(`sort_${name || "score"}`))));
  sort.addEventListener("change", () => change("sort", sort.value));
  const form = el("form", { class: "filter" }, el("label", { for: "sort" }, word("sort")), sort,
    el("label", { for: "filter" }, word("filter")), field, el("button", {}, word("apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change("filters", field.value);
  });
  return form;
}

// What the text was taken for, and the way back to what was typed.
function reading(slate, asked, text) {
  const said = slate.understood || {};
  const link = (words, more) => el("a", { href: searchAddress(new URLSearchParams({ q: words, ...more })) }, `“${words}”`);
  const lines = [];
  if (said.corrected) {
    lines.push(el("p", { class: "corrected" }, `${word("results_for")} `, link(said.corrected, {}), ` ${word("instead_of")} `,
      link(text, { verbatim: "1" })));
  }
  if (said.did_you_mean) lines.push(el("p", { class: "did-you-mean" }, `${word("did_you_mean")} `, link(said.did_you_mean, {}), "?"));
  const relaxed = new Set(said.relaxed || []);
  const taken = (said.constraints || []).filter((each) => !relaxed.has(each.expression));
  if (taken.length) lines.push(el("p", { class: "quiet" }, `${word("only")} `, ...chips(taken.map((each) => each.expression))));
  if (relaxed.size) lines.push(el("p", { class: "quiet" }, `${word("relaxed")} `, ...chips(relaxed)));
  if (!slate.hits.length && slate.degraded) lines.push(...slate.degraded.map((each) => el("p", { class: "quiet" }, each)));
  for (const rule of slate.applied_rules || []) {
    if (rule.action === "banner") lines.push(el("p", { class: "message" }, rule.says));
    if (rule.action === "redirect") lines.push(el("p", {}, el("a", { href: safe(rule.says) }, rule.says)));
  }
  return lines;
}

const chips = (texts) => Array.from(texts).flatMap((each) => [el("span", { class: "chip" }, each), " "]);
const safe = (address) => (/^(https?:\/\/|\/(?!\/)|#)/i.test(address) ? address : "#/");

function counted(facet, asked, page) {
  const values = facet.values.slice(0, SHOWN).map(({ value, items }) => [value, value, items])
    .concat(facet.ranges.filter((each) => each.items).map(({ low, high, items }, place, all) =>
      [`${low}..${high}${place === all.length - 1 ? "=" : ""}`, `${low} – ${high}`, items]));
  const chosen = new Set(chosenOf(asked).get(facet.name) || []);
  for (const value of chosen) if (!values.some(([name]) => name === value)) values.push([value, value.replace(/=$/, ""), 0]);
  if (values.length < 2 && !chosen.size) return null;
  const rows = values.map(([value, label, items]) => {
    const box = el("input", { type: "checkbox", checked: chosen.has(value) });
    box.addEventListener("change", () => page.go(toggled(asked, facet.name, value)));
    const depth = Math.min(label.split(" > ").length, 4);
    const name = facet.name === "categories" ? label.split(" > ").at(-1) : label;
    return el("li", { class: `depth-${depth}` }, el("label", {}, box, ` ${name} `, el("span", { class: "quiet" }, `${facet.exact ? "" : "≥ "}${items}`)));
  });
  return el("section", { "data-facet": facet.name }, el("h2", {}, word(`facet_${facet.name}`)), el("ul", {}, ...rows));
}

function chosenOf(asked) {
  const chosen = new Map();
  for (const each of asked.getAll("f")) {
    const [name, value] = [each.slice(0, each.indexOf(":")), each.slice(each.indexOf(":") + 1)];
    chosen.set(name, [...(chosen.get(name) || []), value]);
  }
  return chosen;
}

// One condition for each column, so that a column's own choice does not count against it.
function expression(asked) {
  const typed = (asked.get("filters") || "").trim();
  const parts = typed ? [`(${typed})`] : [];
  for (const [name, values] of chosenOf(asked)) {
    const range = (value) => {
      const [low, high] = value.replace(/=$/, "").split("..").map(Number);
      return `(${name} >= ${low} and ${name} ${value.endsWith("=") ? "<=" : "<"} ${high})`;
    };
    if (/^-?[\d.]+\.\.-?[\d.]+=?$/.test(values[0])) parts.push(`(${values.map(range).join(" or ")})`);
    else parts.push(`${name} in (${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(", ")})`);
  }
  return parts.join(" and ");
}

function changed(asked, name, value) {
  const next = new URLSearchParams(asked);
  next.set(name, value);
  return next;
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
