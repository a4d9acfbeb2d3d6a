// What the address says after its #: which patient, hook, orders and data, or the note view. It never holds a note.

import { HOOKS } from "./words.js";

export const DATA = ["prefetch", "fhir", "none"];
export const TABS = ["chart", "findings", "criteria", "held", "request", "response", "decision"];

/** The state in a fragment; what it does not say, or says wrongly, has its default. */
export function readFragment(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const hook = said.get("hook");
  const data = said.get("data");
  const tab = said.get("tab");
  return {
    view: said.get("view") === "note" ? "note" : "charts",
    patient: said.get("patient"),
    hook: Object.hasOwn(HOOKS, hook ?? "") ? hook : "patient-view",
    drafts: (said.get("drafts") ?? "").split(",").filter(Boolean),
    data: DATA.includes(data) ? data : "prefetch",
    tab: TABS.includes(tab) ? tab : "chart",
  };
}

/** The fragment for a state, shortest form: defaults are left out, the hook is always said. */
export function fragmentOf(state) {
  const said = new URLSearchParams();
  if (state.view === "note") said.set("view", "note");
  else {
    if (state.patient) said.set("patient", state.patient);
    said.set("hook", state.hook);
    if (isOrderHook(state.hook) && state.drafts.length) said.set("drafts", state.drafts.join(","));
    if (state.data !== "prefetch") said.set("data", state.data);
  }
  if (state.tab !== "chart") said.set("tab", state.tab);
  return `#${said}`.replaceAll("%2C", ",");
}

export function isOrderHook(hook) {
  return hook.startsWith("order-");
}
