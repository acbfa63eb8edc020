// The rows of a page: filled when they come into view, and asked again after whatever the visitor did.
import { isDown } from "./api.js";
import { shown, visitor } from "./events.js";
import { makeStrip } from "./strip.js";
import { spoken } from "./words.js";

const PATIENCE_MS = 250;
const rows = new Set();
const before = new Map();
const line = { end: Promise.resolve() };
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const row = Array.from(rows).find((each) => each.node === entry.target);
    if (!row) continue;
    row.near = entry.isIntersecting;
    if (row.near && row.stale) inTurn(row);
  }
}, { rootMargin: "150px" });

export const whoAsks = () => ({ ...visitor.asking(), language: spoken() });

// more() gives what the question needs beside who asks.
export function addRow(into, scenario, heading, shop, more = () => ({}), options = {}) {
  const seen = (slate) => shown(slate.hits.map((hit) => hit.item));
  const strip = makeStrip(scenario, heading, () => ({ ...whoAsks(), ...more() }), shop, { before, seen, ...options });
  const row = { ...strip, stale: true, near: false, waiting: null, told: options.told };
  rows.add(row);
  into.append(row.node);
  near.observe(row.node);
  return row.node;
}

export function clearRows() {
  near.disconnect();
  rows.clear();
  line.end = Promise.resolve();
}

export const forgetRows = () => before.clear();

// Rows out of sight are asked when they come into view.
export async function refreshRows() {
  for (const row of rows) row.stale = true;
  await Promise.all(Array.from(rows).filter((row) => row.near || row.node.hidden).map(inTurn));
}

// One row after the other, the highest first: asked at once they would hold each other up. One that takes long is not
// waited for.
function inTurn(row) {
  row.stale = false;
  row.node.setAttribute("aria-busy", "true");
  if (row.waiting) return row.waiting;
  const turn = line.end;
  row.waiting = turn.then(() => {
    row.waiting = null;
    return rows.has(row) ? fill(row) : null;
  });
  line.end = Promise.race([row.waiting, turn.then(() => new Promise((go) => setTimeout(go, PATIENCE_MS)))]);
  return row.waiting;
}

async function fill(row) {
  row.stale = false;
  try {
    const slate = await row.fill();
    if (slate) row.told?.(slate, row.node);
  } catch (error) {
    row.stale = true; // a page that is down asks again when it is up
    if (!isDown()) row.node.hidden = true;
  }
}
