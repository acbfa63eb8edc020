// Whom one wants to be: somebody new, one of the customers the shop offers, or any by id.
import { context } from "./context.js";
import { el } from "./dom.js";
import { visitor } from "./events.js";
import { word } from "./words.js";

const dialog = document.getElementById("visitors");
const opener = document.getElementById("who");

export function startVisitors(become) {
  opener.addEventListener("click", () => {
    draw(become);
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  showVisitor();
}

export function showVisitor() {
  opener.textContent = visitor.name;
}

function draw(become) {
  const be = (id) => {
    dialog.close();
    become(id);
  };
  const one = (id) => el("button", { type: "button", "data-user": id, "aria-pressed": String(id === visitor.id), onclick: () => be(id) },
    id ? word("customer", { id }) : word("visitor"));
  const field = el("input", { id: "user", required: true, maxlength: 200, autocomplete: "off" });
  const form = el("form", { class: "be" }, el("label", { for: "user" }, word("be_id")), field, el("button", {}, word("be_it")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) be(field.value.trim());
  });
  const close = el("form", { method: "dialog" }, el("button", { class: "plain" }, word("close")));
  dialog.replaceChildren(el("h2", { id: "visitors-title" }, word("be_whom")), el("p", { class: "quiet" }, word("be_why")),
    el("div", { class: "people" }, ["", ...context.users].map(one)), form, close);
}
