// A search box: a combobox whose suggestions come from the API as one types.
import { ask } from "./api.js";
import { el } from "./dom.js";
import { word } from "./words.js";

const WAIT_MS = 80, LONGEST = 200, MOST = 8;

// parts: {form, input, list}; search(text) is called with what was chosen; asking() says who asks.
export function startSearchBox({ form, input, list }, search, asking) {
  const state = { chosen: -1, asked: 0, wait: 0, typed: "" };

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  };

  const close = () => {
    clearTimeout(state.wait);
    state.asked += 1;
    state.chosen = -1;
    input.removeAttribute("aria-activedescendant");
    show(false);
  };

  const go = (text) => {
    close();
    input.value = text.trim();
    if (text.trim()) search(text.trim());
    else input.focus();
  };

  const choose = (place) => {
    const all = Array.from(list.children);
    if (list.hidden || !all.length) return;
    const count = all.length + 1; // and back to what was typed
    state.chosen = ((place + 1 + count) % count) - 1;
    all.forEach((each, at) => each.setAttribute("aria-selected", String(at === state.chosen)));
    input.value = state.chosen < 0 ? state.typed : all[state.chosen].dataset.text;
    if (state.chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", all[state.chosen].id);
  };

  const suggest = async () => {
    const mine = ++state.asked;
    const text = input.value.trim();
    if (!text) return close();
    try {
      const answer = await ask("GET", `v1/suggest?${new URLSearchParams({ n: MOST, text: text.slice(0, LONGEST), ...asking() })}`);
      const focused = input.getRootNode().activeElement === input;
      if (mine !== state.asked || !focused) return;
      state.chosen = -1;
      input.removeAttribute("aria-activedescendant");
      list.replaceChildren(...answer.details.map((each, place) => option(each, `${list.id}-${place}`, text)));
      show(answer.details.length > 0);
    } catch {
      close(); // a search box works without suggestions
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(input.value);
  });
  input.addEventListener("input", () => {
    state.typed = input.value;
    clearTimeout(state.wait);
    state.wait = setTimeout(suggest, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the arrows belong to the input method
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      input.value = state.typed;
      close();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(state.chosen + (event.key === "ArrowDown" ? 1 : -1));
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the input keeps the focus until something was chosen
    const chosen = event.target.closest("li");
    if (chosen) go(chosen.dataset.text);
  });
}

function option(each, id, typed) {
  const from = word(each.own ? "own" : `from_${each.kind}`);
  const begins = each.text.toLowerCase().startsWith(typed.toLowerCase());
  const text = begins ? [each.text.slice(0, typed.length), el("b", {}, each.text.slice(typed.length))] : [each.text];
  return el("li", { role: "option", id, "aria-selected": "false", "data-text": each.text }, el("span", {}, text), from ? el("span", { class: "quiet" }, from) : null);
}
