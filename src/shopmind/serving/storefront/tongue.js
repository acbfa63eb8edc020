// The language and the light of the page, chosen and remembered.
import { speak, spoken, word } from "./words.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const switches = document.querySelectorAll("[data-language]");
const light = document.getElementById("theme");

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

export function startLook(redraw) {
  for (const button of switches) {
    button.addEventListener("click", () => {
      choose("language", button.dataset.language);
      root.lang = button.dataset.language;
      redraw();
    });
  }
  light.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    choose("theme", root.dataset.theme);
    showTheme();
  });
  dark.addEventListener("change", showTheme);
  showLanguage();
  showTheme();
}

// Every static word of the page, in the language of the document.
export function showLanguage() {
  speak(root.lang);
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-placeholder]")) node.placeholder = word(node.dataset.wordPlaceholder);
  for (const node of document.querySelectorAll("[data-word-label]")) node.setAttribute("aria-label", word(node.dataset.wordLabel));
  for (const button of switches) button.setAttribute("aria-pressed", String(button.dataset.language === spoken()));
}

function showTheme() {
  light.setAttribute("aria-pressed", String(isDark()));
}

// look.js reads these before the page is drawn, as plain words.
function choose(name, value) {
  try { localStorage.setItem(`shopmind.${name}`, value); } catch { /* full or forbidden */ }
}
