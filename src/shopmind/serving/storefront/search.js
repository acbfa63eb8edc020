// The page of results: what was understood, counts to narrow down by, an order, more.
import { answered, ask } from "./api.js";
import { cards } from "./cards.js";
import { searchAddress } from "./context.js";
import { el, safe } from "./dom.js";
import { did, say, shown, visitor } from "./events.js";
import { FACETS, chips, chosenOf, expression, narrowing } from "./facets.js";
import { found, looked } from "./found.js";
import { addRow, whoAsks } from "./rows.js";
import { took } from "./strip.js";
import { worded } from "./worded.js";
import { word } from "./words.js";

const PER_PAGE = 24, SUGGESTED = 4;
const SORTS = ["", "price", "-price", "newest", "popular", "name"];

// asked: q, f (chosen, "column:value"), price ("low..high"), filters (typed), sort, verbatim.
export async function drawSearch(page, asked) {
  const text = (asked.get("q") || "").trim();
  page.head(text || word("search"), word("search"));
  if (!text) {
    page.main.append(el("div", { class: "problem" }, el("p", {}, word("no_search"))));
    return;
  }
  const body = { text, filters: expression(asked), sort: asked.get("sort") || "", verbatim: asked.get("verbatim") === "1", n: PER_PAGE, ...whoAsks() };
  const slate = await answered("v1/search", { ...body, facets: FACETS });
  if (!page.current()) return;
  const said = found(slate, text);
  page.head(said, text);
  page.main.append(took(slate), ...reading(slate, asked, text), chips(asked), bar(asked, page));
  const hits = el("div", { class: "hits" });
  page.main.append(el("div", { class: "found" }, narrowing(slate, asked, page), hits));
  say(said, { quiet: true });
  show(slate, hits, page, body);
  did("search", { query: text, scenario: "search", request_id: slate.request_id });
  if (page.shows("ads")) {
    hits.before(addRow(hits, "ads", word("ads"), page.shop, () => ({ text })));
    hits.prepend(hits.previousElementSibling);
  }
  if (!slate.hits.length) await nothing(hits, asked, text, page);
}

function show(slate, hits, page, body) {
  shown(slate.hits.map((hit) => hit.item));
  const list = cards(slate, page.shop, "grid");
  hits.querySelector(".more")?.remove();
  hits.append(list);
  const count = hits.querySelectorAll("ul.grid > li").length;
  if (!slate.next_cursor) return list;
  const more = el("button", { type: "button" }, word("more_results"));
  more.addEventListener("click", async () => {
    more.disabled = true;
    try {
      const next = { ...(await answered("v1/search", { ...body, cursor: slate.next_cursor })), matching: slate.matching };
      if (!page.current()) return;
      show(next, hits, page, body).querySelector("a.open")?.focus();
      say(looked(next, hits.querySelectorAll("ul.grid > li").length), { quiet: true });
    } catch (error) {
      more.disabled = false;
      page.wrong(error);
    }
  });
  hits.append(el("p", { class: "more" }, el("span", { class: "quiet" }, looked(slate, count)), more));
  return list;
}

// Where nothing was found: what to do about it, what the shop would complete the text to, and what others like.
async function nothing(hits, asked, text, page) {
  const problem = el("div", { class: "problem" }, el("p", {}, word("advice")));
  if (expression(asked)) problem.append(el("p", {}, el("a", { href: searchAddress({ q: text }) }, word("without_filters"))));
  hits.append(problem);
  if (page.shows("trending")) addRow(hits, "trending", word("trending"), page.shop);
  const answer = await ask("GET", `v1/suggest?${new URLSearchParams({ n: SUGGESTED, text: text.slice(0, 200), ...visitor.asking() })}`);
  const links = answer.suggestions.filter((each) => each !== text).flatMap((each) => [el("a", { href: searchAddress({ q: each }) }, each), " · "]);
  if (links.length) problem.append(el("p", { class: "instead" }, `${word("instead")} `, links.slice(0, -1)));
}

function bar(asked, page) {
  const now = asked.get("sort") || "";
  const sort = el("select", { id: "sort", "data-hold": "sort" }, SORTS.map((each) => el("option", { value: each, selected: each === now }, word(`sort_${each || "score"}`))));
  sort.addEventListener("change", () => page.go(searchAddress(changed(asked, "sort", sort.value))));
  const field = el("input", { id: "filter", value: asked.get("filters") || "", placeholder: word("filter_hint"), maxlength: 4000,
    autocomplete: "off", spellcheck: "false" });
  const form = el("form", { class: "filter" }, el("label", { for: "filter" }, word("filter")), field, el("button", {}, word("apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.go(searchAddress(changed(asked, "filters", field.value)));
  });
  return el("div", { class: "bar" }, el("p", {}, el("label", { for: "sort" }, word("sort")), " ", sort),
    el("details", { open: Boolean(asked.get("filters")) }, el("summary", {}, word("filter")), form));
}

function changed(asked, name, value) {
  const next = new URLSearchParams(asked);
  next.set(name, value);
  return next;
}

// What the text was taken for, and the way back to what was typed.
function reading(slate, asked, text) {
  const said = slate.understood || {};
  const link = (words, more = {}) => el("a", { href: searchAddress({ q: words, ...more }) }, `“${words}”`);
  const marked = (all) => Array.from(all).flatMap((each) => [el("span", { class: "chip" }, each), " "]);
  const lines = [];
  const typed = link(text, { verbatim: "1" });
  if (said.corrected) lines.push(el("p", { class: "corrected" }, `${word("showing")} `, link(said.corrected), `. ${word("instead_of")} `, typed, "."));
  if (said.did_you_mean) lines.push(el("p", { class: "did-you-mean" }, `${word("did_you_mean")} `, link(said.did_you_mean), "?"));
  const relaxed = new Set(said.relaxed || []);
  const taken = (said.constraints || []).filter((each) => !relaxed.has(each.expression));
  if (taken.length) lines.push(el("p", { class: "quiet" }, `${word("only")} `, marked(taken.map((each) => each.expression))));
  if (relaxed.size) lines.push(el("p", { class: "quiet relaxed" }, `${word("relaxed")} `, marked(relaxed)));
  if (!slate.hits.length && slate.degraded) lines.push(...slate.degraded.map((each) => el("p", { class: "quiet" }, worded(each))));
  for (const rule of slate.applied_rules || []) {
    if (rule.action === "banner") lines.push(el("p", { class: "banner" }, rule.says));
    if (rule.action === "redirect" && safe(rule.says)) lines.push(el("p", {}, el("a", { href: safe(rule.says) }, rule.says)));
  }
  return lines;
}
