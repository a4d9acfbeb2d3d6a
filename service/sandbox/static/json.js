// JSON for people: indented, copyable, and with characters that would hide or reorder it written as escapes.

import { el } from "./dom.js";

const HIDDEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A value as indented JSON. */
export function pretty(value) {
  return JSON.stringify(value, null, 2).replace(HIDDEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value in a block with a button that copies it; `what` names it for the button. */
export function jsonBlock(value, what) {
  return textBlock(pretty(value), what);
}

/** Any text in such a block. */
export function textBlock(text, what) {
  const said = el("span", { class: "copied", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied";
    } catch {
      said.textContent = "The browser did not allow it; select the text instead";
    }
  };
  return el(
    "div", { class: "json" },
    el("p", { class: "json-bar" }, said, el("button", { type: "button", class: "small", onclick: copy }, `Copy the ${what}`)),
    el("pre", { tabindex: 0, role: "region", "aria-label": capitalized(what) }, el("code", {}, text)),
  );
}

function capitalized(what) {
  return what[0].toUpperCase() + what.slice(1);
}
