// What the visitor does becomes an event; it is told here what the shop noted, and to whom the visit belongs.
import { keyInUse } from "./api.js";
import { base, context, keep, kept } from "./context.js";
import { el } from "./dom.js";
import { startTracking } from "./tracking.js";
import { worded } from "./worded.js";
import { word } from "./words.js";

const SHOWN = 6, MOST_TITLES = 2000;
const log = document.getElementById("log");
const said = document.getElementById("said");
const titles = new Map();
const person = { id: kept("user") || "" };
const started = new Map();

const tracker = startTracking({ base, key: keyInUse, user: person.id, unseen: !context.report_impressions, noted });

export const visitor = {
  get id() { return person.id; },
  get name() { return person.id ? word("customer", { id: person.id }) : word("visitor"); },
  become(id) {
    person.id = id;
    keep("user", id);
    tracker.flush();
    tracker.renew();
    tracker.user(id);
  },
  asking() {
    return person.id ? { user: person.id, session: tracker.session() } : { session: tracker.session() };
  },
};

// Titles of what was shown, so that the log need not say ids.
export function shown(items) {
  for (const item of items) titles.set(item.item_id, item.title || item.item_id);
  for (const id of titles.keys()) {
    if (titles.size <= MOST_TITLES) break;
    titles.delete(id);
  }
}

// Resolves when the shop has noted it: what is asked after that knows it.
export function did(type, more = {}) {
  tracker.track({ type, ...more });
  return noteNow();
}

export function bought(order) {
  return tracker.purchase(order);
}

export function noteNow() {
  return tracker.flush();
}

// Said aloud by a screen reader, and shown for a while unless it stands on the page anyway.
export function say(text, { link = null, quiet = false } = {}) {
  said.replaceChildren(text, ...(link ? [" ", link] : []));
  said.classList.toggle("shown", !quiet);
  clearTimeout(started.get("said"));
  started.set("said", setTimeout(() => said.classList.remove("shown"), 6000));
}

export function note(what, when = "") {
  log.querySelector(".empty")?.remove();
  log.prepend(el("li", {}, el("span", {}, what), " ", el("span", { class: "quiet" }, when)));
  while (log.children.length > SHOWN) log.lastChild.remove();
}

export function emptyLog() {
  if (!log.querySelector("li:not(.empty)")) log.replaceChildren(el("li", { class: "empty quiet" }, word("nothing_happened")));
}

function noted(rows, answer) {
  const outcomes = answer.rows || [answer.error ? { status: "rejected", reason: answer.error.message } : answer];
  rows.forEach((row, place) => {
    if (row.type === "impression") return;
    const what = row.type === "search" ? `${word("searched")} “${row.query}”` : `${word(row.type)} ${titles.get(row.item_id) || row.item_id}`;
    const outcome = outcomes[place] || outcomes[0] || {};
    const ms = (answer.took_ms ?? 0).toFixed(1);
    note(what, outcome.status === "rejected" ? word("refused", { why: worded(outcome.reason || "–") }) : word("noted", { ms }));
  });
}
