// The search box: a combobox whose suggestions come from the API.
import { ask, who } from "./api.js";
import { el } from "./cards.js";
import { word } from "./words.js";

const form = document.getElementById("search");
const input = document.getElementById("text");
const list = document.getElementById("suggestions");

let chosen = -1;
let asked = 0;
let wait = 0;

export const searchText = (text) => {
  if (text !== undefined) input.value = text;
  return input.value;
};

export function startSearchBox(search) {
  const go = (text) => {
    close();
    if (text.trim()) search(text.trim());
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(chosen >= 0 ? list.children[chosen].dataset.text : input.value);
  });
  input.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(suggest, 80);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 120));
  list.addEventListener("mousedown", (event) => {
    if (event.target.closest("li")) go(event.target.closest("li").dataset.text);
  });
}

async function suggest() {
  const mine = ++asked;
  const text = input.value.trim();
  if (!text) return close();
  try {
    const answer = await ask("GET", `v1/suggest?${new URLSearchParams({ n: 8, text: text.slice(0, 200), ...who.asking() })}`);
    if (mine !== asked || document.activeElement !== input) return;
    chosen = -1;
    list.replaceChildren(...answer.details.map((each, place) =>
      el("li", { role: "option", id: `suggestion-${place}`, "aria-selected": "false", "data-text": each.text }, each.text, " ",
        el("span", { class: "quiet" }, word(each.own ? "own" : `from_${each.kind}`)))));
    list.hidden = !answer.suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  } catch {
    close(); // a search box works without suggestions
  }
}

function choose(place) {
  if (list.hidden || !list.children.length) return;
  chosen = (place + list.children.length) % list.children.length;
  Array.from(list.children).forEach((each, at) => each.setAttribute("aria-selected", String(at === chosen)));
  input.setAttribute("aria-activedescendant", `suggestion-${chosen}`);
}

function close() {
  asked += 1;
  chosen = -1;
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
