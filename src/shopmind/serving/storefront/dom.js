// Elements are made of parts, never of markup: whatever a title or a query says, it stays text.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'", "&#34;": '"', "&amp;": "&" };
const plain = (escaped) => escaped.replace(/&(?:lt|gt|quot|amp|#39|#34|#x27);/g, (entity) => ENTITIES[entity]);

// The API sends escaped HTML with <mark> only, which is read here without an HTML parser.
export function marks(html) {
  return html.split("<mark>").flatMap((part, place) => {
    if (place === 0) return [plain(part)];
    const [marked, ...rest] = part.split("</mark>");
    return [el("mark", {}, plain(marked)), plain(rest.join(""))];
  });
}

// An address that may be followed: of the web, or of this site.
export function safe(address, base = location.href) {
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export const hidden = (text) => el("span", { class: "hidden" }, text);
