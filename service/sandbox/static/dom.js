// Elements without markup: everything that is shown is made here, as nodes, so that no text can become HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `on…` attributes are listeners, false and null ones are left out, children are nodes or text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Replaces everything in `place`. */
export function fill(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return place;
}

// Characters that show nothing but reorder or hide what stands around them.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** Text from outside as nodes, with every invisible control character made visible as its number. */
export function shown(text) {
  const nodes = [];
  let done = 0;
  for (const hit of String(text).matchAll(HIDDEN)) {
    nodes.push(String(text).slice(done, hit.index));
    const number = hit[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    nodes.push(el("span", { class: "control", title: "an invisible control character" }, `U+${number}`));
    done = hit.index + hit[0].length;
  }
  nodes.push(String(text).slice(done));
  return nodes.filter((node) => node !== "");
}

// One shape a meaning, so that none is told by its colour alone.
const SHAPES = {
  info: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z", "M12 11v5.5", "M12 7.4v.2"],
  warning: ["M12 3.5L22 20.5H2z", "M12 10v4.6", "M12 17.4v.2"],
  critical: ["M8 2.8h8L21.2 8v8L16 21.2H8L2.8 16V8z", "M12 7v6", "M12 16.6v.2"],
  met: ["M5 12.5l4.6 4.6L19.4 7.4"],
  unmet: ["M6.5 6.5l11 11", "M17.5 6.5l-11 11"],
  unknown: ["M8.8 9.2a3.3 3.3 0 1 1 4.7 3.2c-1 .5-1.5 1.1-1.5 2.2", "M12 18v.2"],
  quiet: ["M4.5 12h15"],
  out: ["M14 4.5h5.5V10", "M19.5 4.5L11 13", "M17.5 14v5.5h-13v-13H10"],
  order: ["M7 3.5h10v17H7z", "M10 8.5h4", "M10 12h4", "M10 15.5h2.5"],
  add: ["M12 5.5v13", "M5.5 12h13"],
};

/** A small picture beside a word that says the same; it is hidden from screen readers. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  for (const shape of SHAPES[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    made.append(path);
  }
  return made;
}
