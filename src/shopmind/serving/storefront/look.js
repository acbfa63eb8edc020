// Before anything is drawn: the language and the light or dark that were chosen, else what the visitor's system prefers.
(() => {
  "use strict";
  let language, theme;
  try {
    language = localStorage.getItem("shopmind.language");
    theme = localStorage.getItem("shopmind.theme");
  } catch { /* a forbidden storage */ }
  document.documentElement.lang = language || (navigator.language.startsWith("zh") ? "zh" : "en");
  if (theme) document.documentElement.dataset.theme = theme;
})();
