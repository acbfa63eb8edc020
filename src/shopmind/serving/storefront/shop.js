// The storefront: what is shown follows from the address, and every event is followed by fresh answers.
import { ApiError, DownError, ask, connect, isDown, listen, useKey } from "./api.js";
import { emptyBasket, pieces, put, showCount } from "./basket.js";
import { drawCart } from "./cart.js";
import { name, ownPicture } from "./cards.js";
import { base, cartAddress, context, homeAddress, itemAddress, keep, kept, searchAddress } from "./context.js";
import { el } from "./dom.js";
import { did, emptyLog, note, noteNow, say, visitor } from "./events.js";
import { drawHome } from "./home.js";
import { drawItem } from "./item.js";
import { clearRows, forgetRows, refreshRows } from "./rows.js";
import { drawSearch } from "./search.js";
import { startSearchBox } from "./searchbox.js";
import { showLanguage, startLook } from "./tongue.js";
import { showVisitor, startVisitors } from "./visitors.js";
import { worded } from "./worded.js";
import { word } from "./words.js";

const NO_ITEMS = "items:"; // how a scenario says that there is nothing it could show
const main = document.getElementById("main");
const input = document.getElementById("text");
const down = document.getElementById("down");
const keyForm = document.getElementById("key-form");
const state = { scenarios: null, shown: 0, failed: false, address: "" };

const shop = {
  href: itemAddress,
  pictures: ownPicture,
  why: true,
  async add(hit) {
    put(hit.item); // the event was taken from the click itself
    sayAdded(hit.item);
    await noteNow();
    await refreshRows();
  },
};

async function addAll(items) {
  for (const item of items) put(item);
  sayAdded(items.at(-1));
  for (const item of items.slice(0, -1)) did("add_to_cart", { item_id: item.item_id, quantity: 1 });
  await did("add_to_cart", { item_id: items.at(-1).item_id, quantity: 1 });
  await refreshRows();
}

function sayAdded(item) {
  document.getElementById("open-cart").setAttribute("aria-label", word("cart_of", { n: pieces() }));
  say(word("added", { name: name(item) }), { link: el("a", { href: cartAddress() }, word("to_cart")) });
}

async function become(id) {
  visitor.become(id);
  emptyBasket();
  forgetRows();
  showVisitor();
  note(word("now_you_are", { who: visitor.name }));
  say(word("now_you_are", { who: visitor.name }));
  if (location.pathname === homeAddress()) await show();
  else go(homeAddress());
}

function pageOf(mine) {
  return {
    main, shop, show, go, become, wrong, add: addAll, scenarios: state.scenarios,
    shows: (name) => state.scenarios.some((each) => each.name === name && !each.missing.some((need) => need.startsWith(NO_ITEMS))),
    current: () => mine === state.shown,
    head(heading, title, visible = true) {
      document.title = `${title} – ${context.title}`;
      clearRows();
      if (visible) main.replaceChildren(el("h1", { tabindex: "-1" }, heading));
    },
  };
}

async function draw(page, options) {
  const path = location.pathname.slice(base.pathname.length);
  const asked = new URLSearchParams(location.search);
  input.value = path === "search" ? asked.get("q") || "" : "";
  if (path === "") return drawHome(page);
  if (path === "search") return drawSearch(page, asked);
  if (path === "cart") return drawCart(page, options.thanks);
  if (path.startsWith("item/")) return drawItem(page, decodeURIComponent(path.slice("item/".length)));
  page.head(word("no_page"), word("no_page"));
  main.append(el("p", {}, el("a", { href: homeAddress() }, word("to_shop"))));
}

async function show({ focus = false, scroll = null, thanks = false } = {}) {
  const mine = ++state.shown;
  const hold = main.contains(document.activeElement) ? document.activeElement.dataset.hold : undefined;
  main.setAttribute("aria-busy", "true");
  try {
    state.scenarios ||= (await ask("GET", "v1/scenarios")).scenarios;
    if (mine !== state.shown) return;
    await draw(pageOf(mine), { thanks });
    state.failed = false;
  } catch (error) {
    if (mine === state.shown) wrong(error, true);
  }
  if (mine !== state.shown) return;
  main.setAttribute("aria-busy", "false");
  const goes = main.contains(document.activeElement); // somebody is in the new page already, while its last part was on its way
  const same = !goes && hold && Array.from(main.querySelectorAll("[data-hold]")).find((each) => each.dataset.hold === hold && each.checkVisibility());
  if (same) same.focus(); // who changes something by the keyboard goes on from there
  else if (scroll !== null) scrollTo(0, scroll);
  if (!goes && !same && (focus || hold)) main.querySelector("h1")?.focus({ preventScroll: true });
  document.body.dataset.drawn = String(mine);
}

// whole: nothing of the page could be drawn.
function wrong(error, whole = false) {
  if (whole) state.failed = true;
  if (error instanceof DownError) return; // the page says so itself, and draws again when the shop is up
  if (error instanceof ApiError && error.status === 401) {
    keyForm.hidden = false;
    document.getElementById("key").focus();
    return;
  }
  const text = { 404: word("not_there"), 429: word("busy") }[error.status] || `${word("wrong")}: ${worded(error.message)}`;
  const problem = el("div", { class: "problem", role: "alert" }, el("p", {}, text), el("a", { href: homeAddress() }, word("to_shop")));
  if (!whole) say(text);
  else if (main.querySelector("h1")) main.append(problem);
  else main.replaceChildren(el("h1", { tabindex: "-1" }, word("wrong")), problem);
}

function go(address) {
  history.replaceState({ scroll: scrollY }, "");
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  show({ focus: true, scroll: 0 });
}

// Links to pages of the shop are followed without loading them anew; all others, and new tabs, are the browser's.
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (link.classList.contains("skip")) {
    event.preventDefault();
    main.focus();
    return;
  }
  const path = url.pathname.slice(base.pathname.length);
  if (url.origin !== location.origin || !url.pathname.startsWith(base.pathname) || url.hash) return;
  if (!(path === "" || path === "search" || path === "cart" || path.startsWith("item/"))) return;
  event.preventDefault();
  go(url.pathname + url.search);
}

function standing(isItDown) {
  down.hidden = !isItDown;
  down.textContent = isItDown ? word("down") : "";
  if (isItDown) return;
  say(word("up_again"));
  noteNow();
  if (state.failed || !state.scenarios) show();
  else refreshRows();
}

async function redraw() {
  showLanguage();
  showVisitor();
  emptyLog();
  if (isDown()) down.textContent = word("down");
  await show({ scroll: scrollY });
}

function start() {
  connect(base, context.key || kept("key") || "");
  listen(standing);
  startLook(redraw);
  emptyLog();
  showCount();
  startVisitors(become);
  const parts = { form: document.getElementById("search"), input, list: document.getElementById("suggestions") };
  startSearchBox(parts, (text) => go(searchAddress({ q: text })), () => visitor.asking());
  keyForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const key = document.getElementById("key").value.trim();
    useKey(key);
    keep("key", key);
    keyForm.hidden = true;
    show();
  });
  for (const link of document.querySelectorAll("a[href]:not([href^='#'])")) link.href = link.href; // stays right when the address changes
  document.addEventListener("click", follow);
  history.scrollRestoration = "manual";
  addEventListener("popstate", (event) => show({ focus: true, scroll: event.state?.scroll ?? 0 }));
  show();
}

start();
