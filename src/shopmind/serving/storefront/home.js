// The first page: who one is, and rows that follow from it.
import { context } from "./context.js";
import { el } from "./dom.js";
import { visitor } from "./events.js";
import { addRow } from "./rows.js";
import { known, word } from "./words.js";

const FIRST = ["home", "buy_again", "promotions", "trending", "ads", "basket", "fresh", "shops", "recently_viewed", "long_tail",
  "cross_domain", "brands", "content", "social"];
const ELSEWHERE = new Set(["search", "in_shop", "in_content", "messages", "next_item"]);
const OFFERED = 2;

export async function drawHome(page) {
  page.head(visitor.id ? word("welcome_back", { id: visitor.id }) : word("welcome"), word("welcome"));
  page.main.append(introduction(page), el("div", { class: "rows" }));
  const into = page.main.lastChild;
  const has = new Set(visitor.id ? ["user"] : []);
  const open = page.scenarios.filter((each) => page.shows(each.name) && !ELSEWHERE.has(each.name) && each.needs.every((need) => has.has(need)));
  const place = (each) => (FIRST.indexOf(each.name) + FIRST.length + 1) % (FIRST.length + 1);
  open.sort((a, b) => place(a) - place(b));
  for (const each of open) {
    const told = (slate) => { if (each.name === "home" && !slate.hits.length) sayEmpty(into); };
    addRow(into, each.name, known(each.name) ? word(each.name) : each.title, page.shop, undefined, { told });
  }
  if (!page.shows("home")) sayEmpty(into);
}

function introduction(page) {
  const some = context.users.filter((id) => id !== visitor.id).slice(0, OFFERED);
  const others = some.map((id) => el("button", { type: "button", class: "plain", onclick: () => page.become(id) }, word("customer", { id })));
  return el("p", { class: "lead" }, word(visitor.id ? "welcome_known" : "welcome_new"), others.length ? ` ${word("or_be")} ` : "",
    others.flatMap((button) => [button, " "]));
}

// A shop without goods says how it gets some.
function sayEmpty(into) {
  into.querySelector(".problem")?.remove();
  into.prepend(el("div", { class: "problem" }, el("p", {}, word("empty_shop"))));
}
