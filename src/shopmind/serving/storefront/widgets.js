// What other sites embed with one script tag: a search box, rows of recommendations, and events. The same modules as
// the storefront. How to use it: docs/how-to/embed-the-widgets.md
import style from "./shared.css";
import { answered, connect, isDown, listen } from "./api.js";
import { anyPicture, cards } from "./cards.js";
import { el, safe } from "./dom.js";
import { found } from "./found.js";
import { startSearchBox } from "./searchbox.js";
import { makeStrip } from "./strip.js";
import { startTracking } from "./tracking.js";
import { worded } from "./worded.js";
import { speak, spoken, word } from "./words.js";

const script = document.currentScript;
const settings = script ? script.dataset : {};
const base = new URL(settings.server || "..", script ? script.src : location.href);
const OWN = ":host { display: block; margin-block: .8rem; font: inherit; color: var(--ink); } .took { display: none; } :host([hidden]) { display: none; }";
const SHOWN = 12;

const who = { user: settings.user || "" };
const tracker = window.shopmind || startTracking({ base, key: settings.key, user: who.user, wait: settings.consent === "wait" });
const sheet = new CSSStyleSheet(); // needs no exception in a site's content security policy
sheet.replaceSync(style + OWN);

connect(base, settings.key);
speak((settings.language || document.documentElement.lang || navigator.language).slice(0, 2));
const asking = () => (who.user ? { user: who.user, session: tracker.session() } : { session: tracker.session() });

// Common to both elements: a shadow root of its own style, watched by the tracker.
class Widget extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      tracker.watch(this.shadowRoot);
    }
    this.draw();
  }

  get shop() {
    const add = (hit) => {
      this.dispatchEvent(new CustomEvent("shopmind-add", { bubbles: true, composed: true, detail: hit.item }));
      refresh();
    };
    const href = (item) => linkOf(item, this.getAttribute("link"));
    return { href, pictures: anyPicture, why: this.hasAttribute("why"), add: this.hasAttribute("add") ? add : null };
  }
}

// The page of an item: the site's own, by its pattern or the item's address, else that of the storefront.
function linkOf(item, pattern) {
  const id = encodeURIComponent(item.item_id);
  const own = pattern ? safe(pattern.replaceAll("{id}", id)) : item.url ? safe(item.url) : null;
  return own || new URL(`item/${id}`, base).href;
}

class Strip extends Widget {
  static observedAttributes = ["scenario", "anchors", "text", "n", "heading", "filters", "language"];

  attributeChangedCallback() {
    if (this.isConnected && this.shadowRoot) this.draw();
  }

  question() {
    const question = { ...asking(), language: spoken() };
    const anchors = (this.getAttribute("anchors") || "").split(/\s+/).filter(Boolean);
    if (anchors.length) question.anchors = anchors;
    if (this.hasAttribute("n")) question.n = Number(this.getAttribute("n"));
    for (const name of ["text", "filters"]) if (this.getAttribute(name)) question[name] = this.getAttribute(name);
    return question;
  }

  draw() {
    const scenario = this.getAttribute("scenario") || "home";
    this.earlier ||= new Map();
    const heading = this.getAttribute("heading") || word(scenario);
    const options = { before: this.earlier, form: this.getAttribute("form") || "" };
    this.strip = makeStrip(scenario, heading, () => this.question(), this.shop, options);
    this.shadowRoot.replaceChildren(this.strip.node);
    return this.refresh();
  }

  // A row that is empty or cannot be had takes no room, and says so to whoever asks.
  async refresh() {
    try {
      const slate = await this.strip.fill();
      if (!slate) return;
      this.dataset.state = slate.hits.length ? "shown" : "empty";
    } catch (error) {
      this.dataset.state = "failed";
      this.strip.node.hidden = true;
      if (!isDown()) console.warn(`shopmind-strip: ${error.message}`);
    }
  }
}

class SearchBox extends Widget {
  draw() {
    const looking = this.getAttribute("placeholder") || word("looking");
    const list = el("ul", { id: "suggestions", role: "listbox", "aria-label": word("suggestions"), hidden: true });
    const combobox = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-label": word("search") };
    const input = el("input", { id: "text", type: "search", maxlength: 1000, autocomplete: "off", enterkeyhint: "search", placeholder: looking, ...combobox });
    const form = el("form", { class: "search", role: "search" }, input, el("button", { class: "strong" }, word("search")), list);
    this.found = el("div", { class: "hits", "aria-live": "polite" });
    this.shadowRoot.replaceChildren(form, this.found);
    startSearchBox({ form, input, list }, (text) => this.search(text), asking);
  }

  // To the site's own page of results where it names one, else below the box.
  async search(text) {
    const results = this.getAttribute("results");
    const wanted = this.dispatchEvent(new CustomEvent("shopmind-search", { bubbles: true, composed: true, cancelable: true, detail: { text } }));
    if (!wanted) return;
    const address = results ? safe(results.replaceAll("{text}", encodeURIComponent(text))) : null;
    if (address) {
      location.assign(address);
      return;
    }
    try {
      const slate = await answered("v1/search", { text, n: Number(this.getAttribute("n") || SHOWN), ...asking(), language: spoken() });
      this.found.replaceChildren(el("p", {}, found(slate, text)), cards(slate, this.shop, "grid"));
      tracker.track({ type: "search", query: text, scenario: "search", request_id: slate.request_id });
    } catch (error) {
      this.found.replaceChildren(el("p", {}, isDown() ? word("down") : `${word("wrong")}: ${worded(error.message)}`));
    }
  }
}

// Asks every row again, once what happened is noted: after an event of the site's own, for instance.
async function refresh() {
  await tracker.flush();
  await Promise.all(Array.from(document.querySelectorAll("shopmind-strip"), (each) => each.refresh?.()));
}

function become(id) {
  who.user = id || "";
  tracker.user(id);
  return refresh();
}

listen((down) => { if (!down) refresh(); });
window.shopmind = { ...tracker, user: become, refresh };
if (!customElements.get("shopmind-strip")) customElements.define("shopmind-strip", Strip);
if (!customElements.get("shopmind-search")) customElements.define("shopmind-search", SearchBox);
