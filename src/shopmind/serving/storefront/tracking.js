// What visitors see and do, reported to shopmind. Nothing is stored or sent before consent where that is waited for.
const SEEN_SHARE = 0.5, SEEN_MS = 500, SEND_MS = 1000, MOST_ROWS = 500, MOST_ECHOES = 500;
const VISIT_MS = 30 * 60 * 1000, ECHO_MS = 7 * 24 * 60 * 60 * 1000;

export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

function kept(name) {
  try { return JSON.parse(localStorage.getItem("shopmind." + name)); } catch { return null; }
}

function keep(name, value) {
  try { localStorage.setItem("shopmind." + name, JSON.stringify(value)); } catch { /* a full or forbidden storage */ }
}

// Where each item was last acted on, so that a later event can echo the answer it came from.
function makeEchoes() {
  let echoes = {};
  return {
    remember(itemId, place) {
      if (!place.request_id) return;
      echoes = { ...(kept("echoes") || echoes), [itemId]: { ...place, at: Date.now() } };
      const newest = Object.entries(echoes).sort((a, b) => b[1].at - a[1].at).slice(0, MOST_ECHOES);
      echoes = Object.fromEntries(newest);
      keep("echoes", echoes);
    },
    of(itemId) {
      const found = (kept("echoes") || echoes)[itemId];
      if (!found || Date.now() - found.at > ECHO_MS) return {};
      const { at, ...place } = found;
      return place;
    },
    forget() { echoes = {}; },
  };
}

// The place of an element: its item, and the answer that the surrounding element shows.
function placeOf(element) {
  const item = element.closest("[data-shopmind-item]");
  if (!item) return null;
  const answer = item.closest("[data-shopmind-request]");
  const place = {};
  if (answer) {
    place.request_id = answer.dataset.shopmindRequest;
    const position = item.dataset.shopmindPosition;
    const among = Array.from(answer.querySelectorAll("[data-shopmind-item]"));
    place.position = position === undefined ? among.indexOf(item) : Number(position);
    for (const name of ["scenario", "variant"]) {
      const said = answer.dataset["shopmind" + name[0].toUpperCase() + name.slice(1)];
      if (said) place[name] = said;
    }
  }
  return { item_id: item.dataset.shopmindItem, propensity: item.dataset.shopmindPropensity, place };
}

// Calls back once for each element with an item that was in view for half a second.
function makeWatcher(saw) {
  const waiting = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      clearTimeout(waiting.get(entry.target));
      if (entry.isIntersecting) waiting.set(entry.target, setTimeout(() => saw(entry.target, watcher), SEEN_MS));
    }
  }, { threshold: SEEN_SHARE });
  return watcher;
}

// settings: base and key of the API, user, wait (for consent), unseen (impressions are not reported), noted (called
// with the rows that were sent and the answer to them).
export function startTracking(settings) {
  const state = { user: settings.user || "", allowed: !settings.wait, queue: [], timer: 0, seen: new Set(), visit: null };
  const echoes = makeEchoes();
  const watcher = makeWatcher(saw);
  const roots = [];

  function session() {
    const now = Date.now();
    state.visit = kept("visit") || state.visit;
    if (!state.visit || now - state.visit.at > VISIT_MS) state.visit = { id: "visit-" + newId() };
    state.visit.at = now;
    if (state.allowed) keep("visit", state.visit);
    return state.visit.id;
  }

  function forget() {
    for (const name of ["visit", "echoes"]) try { localStorage.removeItem("shopmind." + name); } catch { /* forbidden */ }
    state.visit = null;
    echoes.forget();
  }

  function track(event) {
    if (!state.allowed) return;
    const row = { event_id: newId(), session_id: session(), ...event };
    if (state.user) row.user_id = state.user;
    if (row.item_id && row.type !== "impression") {
      if (!row.request_id) Object.assign(row, { ...echoes.of(row.item_id), ...row });
      else echoes.remember(row.item_id, { request_id: row.request_id, position: row.position, scenario: row.scenario, variant: row.variant });
    }
    state.queue.push(row);
    if (state.queue.length > MOST_ROWS) state.queue.splice(0, state.queue.length - MOST_ROWS);
    if (!state.timer) state.timer = setTimeout(flush, SEND_MS);
  }

  function take() {
    clearTimeout(state.timer);
    state.timer = 0;
    return state.queue.splice(0);
  }

  const lines = (rows) => rows.map((row) => JSON.stringify(row)).join("\n");
  const key = () => (typeof settings.key === "function" ? settings.key() : settings.key);

  async function flush() {
    const rows = take();
    if (!rows.length) return;
    const headers = { "content-type": "application/x-ndjson" };
    if (key()) headers["x-api-key"] = key();
    try {
      const answer = await fetch(new URL("v1/events", settings.base), { method: "POST", headers, body: lines(rows), keepalive: true });
      if (answer.status === 429 || answer.status >= 500) again(rows);
      else settings.noted?.(rows, await answer.json());
    } catch {
      again(rows); // the network is away; equal ids are one event, so nothing is counted twice
    }
  }

  function again(rows) {
    state.queue.unshift(...rows);
    if (!state.timer) state.timer = setTimeout(flush, 10 * SEND_MS);
  }

  // A page that is going away may only send a beacon, which has no headers: the public key stands in the address.
  function leave() {
    const rows = state.queue.length ? take() : [];
    if (!rows.length) return;
    const to = new URL("v1/events", settings.base);
    if (!key()) {
      fetch(to, { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: lines(rows), keepalive: true });
      return;
    }
    to.searchParams.set("key", key());
    if (!navigator.sendBeacon(to, new Blob([lines(rows)], { type: "text/plain" }))) state.queue.unshift(...rows);
  }

  function saw(element, observer) {
    const found = element.isConnected ? placeOf(element) : null;
    if (!found || !state.allowed || settings.unseen) return;
    observer.unobserve(element);
    const { item_id, place } = found;
    // The id the server gives an impression that it writes itself: reported twice it is one event.
    const event_id = place.request_id ? place.request_id + ":" + place.position : newId();
    const once = event_id + " " + item_id;
    if (place.request_id && state.seen.has(once)) return;
    state.seen.add(once);
    const propensity = found.propensity === undefined ? {} : { propensity: Number(found.propensity) };
    track({ event_id, type: "impression", item_id, ...place, ...propensity });
  }

  function look(root) {
    if (root.matches?.("[data-shopmind-item]")) watcher.observe(root);
    for (const each of root.querySelectorAll?.("[data-shopmind-item]") || []) watcher.observe(each);
  }

  // Also what comes later is looked at; a shadow root is watched by itself, for nobody outside sees into it.
  function watch(root) {
    roots.push(root);
    look(root);
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "attributes") look(change.target);
        for (const node of change.addedNodes) look(node);
      }
    }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-shopmind-item"] });
  }

  function clicked(event) {
    const target = event.composedPath()[0]; // through shadow roots
    if (!(target instanceof Element) || target.closest("[data-shopmind-quiet]")) return;
    const found = placeOf(target);
    if (!found) return;
    const doing = target.closest("[data-shopmind-do]");
    track({ type: doing ? doing.dataset.shopmindDo : "click", item_id: found.item_id, ...found.place });
  }

  // One event for each line of an order: {order_id, currency, items: [{item_id, price, quantity}]}.
  function purchase(order) {
    for (const line of order.items) {
      const quantity = line.quantity === undefined ? 1 : line.quantity;
      const row = { type: "purchase", item_id: line.item_id, quantity };
      if (order.order_id) Object.assign(row, { order_id: order.order_id, event_id: order.order_id + ":" + line.item_id });
      if (line.price !== undefined) Object.assign(row, { value: (Number(line.price) * quantity).toFixed(4), currency: order.currency });
      track(row);
    }
    return flush();
  }

  function begin() {
    watch(document.documentElement);
    document.addEventListener("click", clicked, true);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
    addEventListener("pagehide", leave);
  }

  function consent(given) {
    state.allowed = Boolean(given);
    if (given) {
      watcher.disconnect(); // what is observed again is reported again
      for (const root of roots) look(root);
      return;
    }
    take();
    forget();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
  return { track, purchase, flush, session, renew: forget, watch, consent, user: (id) => { state.user = id || ""; } };
}
