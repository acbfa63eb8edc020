// The page: what is shown follows from the address, and every event is followed by fresh answers.
import { ApiError, ask, context, useKey, who } from "./api.js";
import { card, el, name, price, tile } from "./cards.js";
import { drawCart, emptyCart, put, startCart } from "./cart.js";
import { drawSearch, searchAddress } from "./search.js";
import { searchText, startSearchBox } from "./searchbox.js";
import { known, speak, spoken, word } from "./words.js";

const main = document.getElementById("main");
const message = document.getElementById("message");
const log = document.getElementById("log");
const FIRST = ["home", "buy_again", "trending", "promotions", "shops", "fresh"];

let scenarios = [];
let shown = 0;
const before = new Map();

const acts = {
  open(hit, slate) {
    const from = { request_id: slate.request_id, scenario: slate.scenario, position: hit.position };
    acts.track("click", hit.item, from, false);
  },
  add(hit, slate) {
    put(hit, slate);
    acts.track("add_to_cart", hit.item, { request_id: slate?.request_id, quantity: 1 });
  },
  track: (type, item, more = {}, refresh = true) => acts.trackAll(type, [{ item, more }], refresh),
  async trackAll(type, doings, refresh = true) {
    try {
      const rows = doings.map(({ item, more }) => ({ type, item_id: item.item_id, ...who.doing(), ...more }));
      const answer = await ask("POST", "v1/events", rows);
      for (const { item } of doings) note(`${word(type)} ${name(item)}`, `${word("noted")} ${answer.took_ms.toFixed(1)} ms`);
      const refused = answer.rows.find((row) => row.status === "rejected");
      if (refused) throw new ApiError(422, { message: refused.reason, code: "bad_input", field: refused.field });
      if (refresh) await Promise.all([drawRows(), drawCart()]);
    } catch (error) {
      acts.wrong(error);
    }
  },
  say(text) {
    message.hidden = !text;
    message.textContent = text;
  },
  wrong(error) {
    if (error instanceof ApiError && error.status === 401) document.getElementById("key-form").hidden = false;
    acts.say(`${word("wrong")}: ${error.message}`);
  },
};

async function recommend(scenario, more = {}) {
  const slate = await ask("POST", `v1/recommend/${scenario}`, { ...who.asking(), explain: true, language: spoken(), ...more });
  seen(slate);
  return slate;
}

// Impressions are written with the answer in shops that say so; in the others the page reports what was really seen.
const watcher = context.report_impressions && "IntersectionObserver" in window ? new IntersectionObserver(reportSeen, { threshold: 0.6 }) : null;
const slates = new Map();

function seen(slate) {
  slates.set(slate.request_id, slate);
  if (slates.size > 40) slates.delete(slates.keys().next().value);
}

function reportSeen(entries) {
  const rows = [];
  for (const entry of entries.filter((each) => each.isIntersecting)) {
    watcher.unobserve(entry.target);
    const { request, item, position } = entry.target.dataset;
    const slate = slates.get(request);
    const hit = slate?.hits.find((each) => each.item.item_id === item);
    if (!hit) continue;
    rows.push({ type: "impression", item_id: item, position: Number(position), propensity: hit.propensity,
      request_id: request, scenario: slate.scenario, ...who.doing() });
  }
  if (rows.length) ask("POST", "v1/events", rows).catch(acts.wrong);
}

function cardOf(hit, slate) {
  const node = card(hit, slate, acts);
  node.dataset.request = slate.request_id;
  watcher?.observe(node);
  return node;
}

function row(scenario, heading) {
  const section = el("section", { class: "row", "data-scenario": scenario.name, "aria-busy": "true" });
  section.append(el("h2", {}, heading), el("ul", { class: "cards" }));
  return section;
}

async function fill(section, more = {}) {
  const scenario = section.dataset.scenario;
  const slate = await recommend(scenario, more);
  const list = section.querySelector("ul.cards");
  const old = before.get(scenario);
  const cards = slate.hits.map((hit) => {
    const node = cardOf(hit, slate);
    if (old && !old.has(hit.item.item_id)) node.classList.add("fresh");
    return node;
  });
  before.set(scenario, new Set(slate.hits.map((hit) => hit.item.item_id)));
  list.replaceChildren(...(cards.length ? cards : [el("li", { class: "quiet" }, word("nothing"))]));
  section.querySelector(".took")?.remove();
  section.querySelector("h2").after(took(slate));
  section.setAttribute("aria-busy", "false");
}

function took(slate) {
  const node = el("p", { class: "took" }, `${slate.took_ms.toFixed(1)} ${word("took")}`);
  if (slate.degraded) node.append(el("span", { class: "degraded", title: slate.degraded.join("\n") }, word("degraded")));
  return node;
}

// Redraws every row that is on the page; answers that come too late are left alone.
async function drawRows() {
  const sections = Array.from(main.querySelectorAll("section.row"));
  await Promise.all(sections.map((section) => fill(section, JSON.parse(section.dataset.more || "{}")).catch(acts.wrong)));
}

async function home() {
  const open = scenarios.filter((each) => !each.needs.includes("anchors") && !each.needs.includes("text") && each.name !== "search");
  const place = (each) => (FIRST.indexOf(each.name) + FIRST.length + 1) % (FIRST.length + 1);
  open.sort((a, b) => place(a) - place(b));
  main.replaceChildren(...open.map((each) => row(each, known(each.name) ? word(each.name) : each.title)));
  await drawRows();
}

function search(asked) {
  searchText(asked.get("q") || "");
  const mine = shown;
  return drawSearch(asked, { main, seen, took, card: cardOf, report: reportSearch, wrong: acts.wrong,
    current: () => mine === shown, go: (next) => goTo(searchAddress(next)) });
}

async function reportSearch(text, slate) {
  try {
    const event = { type: "search", query: text, scenario: "search", request_id: slate.request_id, ...who.doing() };
    const answer = await ask("POST", "v1/events", event);
    note(`${word("searched")} “${text}”`, `${word("noted")} ${answer.took_ms.toFixed(1)} ms`);
  } catch (error) {
    acts.wrong(error);
  }
}

async function item(id) {
  const found = await ask("GET", `v1/items/${encodeURIComponent(id)}`);
  const facts = el("dl", { class: "facts" });
  for (const [key, value] of Object.entries(found.attributes)) facts.append(el("dt", {}, key), el("dd", {}, String(value)));
  const about = el("div", { class: "about" }, el("h1", { tabindex: "-1" }, name(found)), el("p", { class: "place" }, found.categories.join(" › ")),
    el("p", {}, found.description || ""), el("p", { class: "price" }, found.kind === "product" ? price(found) : ""), facts);
  if (found.kind === "product") {
    about.append(el("button", { type: "button", class: "buy-now", onclick: () => acts.add({ item: found, position: 0 }, null) }, word("add")));
  }
  main.replaceChildren(el("a", { class: "back", href: "#/" }, `← ${word("back")}`), el("article", { class: "item" }, tile(found), about));
  for (const [scenario, heading, more] of [["similar", "similar", { anchors: [id], n: 12 }], ["home", "for_you_now", {}]]) {
    if (!scenarios.some((each) => each.name === scenario)) continue;
    const section = row({ name: scenario }, word(heading));
    section.dataset.more = JSON.stringify(more);
    main.append(section);
  }
  await acts.track("view", found);
}

async function show() {
  const mine = ++shown;
  const address = location.hash.slice(1) || "/";
  const [path, query] = address.split("?");
  acts.say("");
  try {
    if (path === "/search") await search(new URLSearchParams(query));
    else if (path.startsWith("/item/")) await item(decodeURIComponent(path.slice(6)));
    else await home();
    if (mine === shown && address !== "/") main.querySelector("h1")?.focus();
  } catch (error) {
    if (mine === shown) acts.wrong(error);
  }
  document.body.dataset.drawn = String(mine);
}

function goTo(address) {
  if (location.hash === address) show();
  else location.hash = address;
}

function note(what, when) {
  log.prepend(el("li", {}, el("span", {}, what), " ", el("span", { class: "quiet" }, when)));
  while (log.children.length > 6) log.lastChild.remove();
}

function offerUsers() {
  const select = document.getElementById("user");
  const options = [["", word("visitor")], ...context.users.map((user) => [user, user])];
  select.replaceChildren(...options.map(([value, text]) => el("option", { value, selected: value === who.user }, text)));
}

async function start() {
  speak(spoken());
  offerUsers();
  startCart(acts);
  startSearchBox((text) => goTo(searchAddress(new URLSearchParams({ q: text }))));
  document.getElementById("user").addEventListener("change", (event) => {
    who.become(event.target.value);
    emptyCart();
    before.clear();
    drawCart();
    note(`${word("now_you_are")} ${who.user || word("visitor")}`, "");
    show();
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      speak(button.dataset.language);
      offerUsers();
      drawCart();
      show();
    });
  }
  document.getElementById("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useKey(document.getElementById("key").value.trim());
    event.target.hidden = true;
    open();
  });
  window.addEventListener("hashchange", show);
  await open();
}

async function open() {
  try {
    scenarios = (await ask("GET", "v1/scenarios")).scenarios;
    await show();
  } catch (error) {
    acts.wrong(error);
  }
}

start();
