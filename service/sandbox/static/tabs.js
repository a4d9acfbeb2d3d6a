// Tabs as the ARIA practices describe them: one tab stop, arrow keys, Home and End; the panel follows the focus.

import { el, fill } from "./dom.js";

/** `tabs` are `{id, title, panel()}`, panels made when first shown; `picked(id)` hears of each one a person picks. */
export function tabs(label, list, first, picked) {
  const panel = el("div", { role: "tabpanel", class: "panel", id: "behind-panel", tabindex: 0 });
  const ready = new Map();
  const pick = (index, focus) => {
    const { id, panel: make } = list[index];
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    if (!ready.has(id)) ready.set(id, make());
    panel.setAttribute("aria-labelledby", buttons[index].id);
    fill(panel, ready.get(id));
    if (focus) buttons[index].focus();
  };
  const choose = (index, focus) => {
    pick(index, focus);
    picked(list[index].id);
  };
  const keys = (event) => {
    const at = buttons.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose((to + list.length) % list.length, true);
  };
  const buttons = list.map(({ id, title }, index) =>
    el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "behind-panel", onclick: () => choose(index, false) }, title));
  const bar = el("div", { role: "tablist", "aria-label": label, class: "tabs", onkeydown: keys }, buttons);
  pick(Math.max(0, list.findIndex(({ id }) => id === first)), false);
  return [bar, panel];
}
