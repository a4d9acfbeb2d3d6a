// The view of one patient: the list to pick from, the banner, and the form that says which hook fires with which data.

import { el, fill, icon, shown } from "./dom.js";
import { DATA, fragmentOf, isOrderHook } from "./fragment.js";
import { ageOn, capital, counted, day, HOOKS, STATES } from "./words.js";

const DATA_WORDS = {
  prefetch: ["Prefetch", "the EHR sends the data along"],
  fhir: ["FHIR", "the service reads them itself"],
  none: ["Neither", "to see the service refuse"],
};

/** The list of patients as links; each opens its chart with the hook that is chosen at the moment. */
export function showPatients(place, count, patients, state, today) {
  count.textContent = `(${patients.length})`;
  fill(place, patients.map((patient) => {
    const current = state.view === "charts" && state.patient === patient.id;
    return el(
      "li", {},
      el(
        "a", { href: fragmentOf({ ...state, view: "charts", patient: patient.id, tab: "chart" }), "aria-current": current ? "true" : false, "data-patient": patient.id },
        el("span", { class: "who" }, el("b", {}, shown(patient.name)), el("span", { class: "soft" }, briefly(patient, today))),
        el("span", { class: "shows" }, shown(patient.shows)),
        el("span", { class: `pill ${patient.state}` }, STATES[patient.state]?.[0] ?? patient.state),
      ),
    );
  }));
}

/** Hides the patients that do not match what is typed; true when one is left. */
export function filterPatients(place, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const item of place.children) {
    item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
    left += item.hidden ? 0 : 1;
  }
  return left > 0;
}

/** The banner and the form; `changed(part)` hears of every choice, `call()` of the button. */
export function showChart(place, { patient, state, drafts, today }, { changed, call }) {
  const orders = el("fieldset", { class: "drafts", hidden: !isOrderHook(state.hook) }, el("legend", {}, "Draft orders"), el("div", { class: "boxes" }, drafts.map((draft) =>
    el("label", { class: "choice" }, el("input", { type: "checkbox", name: "draft", value: draft.id, checked: state.drafts.includes(draft.id), onchange: picked }), el("span", {}, shown(draft.label))))));
  const button = el("button", { type: "submit", class: "call" }, label(state.hook));
  function picked() {
    changed({ drafts: [...orders.querySelectorAll("input:checked")].map((box) => box.value) });
  }
  const hooked = (hook) => {
    orders.hidden = !isOrderHook(hook);
    fill(button, label(hook));
    changed({ hook });
  };
  const form = el(
    "form", { class: "caller", "aria-label": "Call the service", onsubmit: (event) => { event.preventDefault(); call(); } },
    segments("Hook", "hook", Object.entries(HOOKS).map(([hook, when]) => [hook, hook, when]), state.hook, hooked),
    orders,
    segments("Data", "data", DATA.map((data) => [data, ...DATA_WORDS[data]]), state.data, (data) => changed({ data })),
    button,
  );
  fill(place, banner(patient, today), form);
}

function banner(patient, today) {
  return el(
    "header", { class: "banner" },
    el("h1", {}, shown(patient.name)),
    el("ul", { class: "facts" }, [person(patient, today), patient.birthDate && `born ${day(patient.birthDate)}`, patient.id].filter(Boolean).map((fact) => el("li", {}, shown(fact)))),
    el("p", { class: "shows" }, shown(capital(patient.shows)), "."),
  );
}

/** Native radio buttons, drawn as one bar of choices. */
function segments(legend, name, choices, current, picked) {
  return el(
    "fieldset", { class: "segments" }, el("legend", {}, legend),
    el("div", { class: "bar" }, choices.map(([value, word, meaning]) => el(
      "label", {},
      el("input", { type: "radio", name, value, checked: value === current, onchange: () => picked(value) }),
      el("span", {}, el("b", {}, word), el("small", {}, meaning)),
    ))),
  );
}

function label(hook) {
  return [icon("out"), `Call ${hook}`];
}

function person(patient, today) {
  const age = ageOn(today, patient.birthDate);
  return [patient.gender && capital(patient.gender), age !== null && String(age)].filter(Boolean).join(", ");
}

function briefly(patient, today) {
  return [ageOn(today, patient.birthDate), patient.gender?.[0]?.toUpperCase()].filter((part) => part !== null && part !== undefined).join(" ");
}

/** What a call was about, for the line above its answer. */
export function about(state, patient) {
  const drafts = isOrderHook(state.hook) ? `, ${counted(state.drafts.length, "draft order")}` : "";
  const data = { prefetch: "", fhir: ", read by FHIR", none: ", without data" }[state.data];
  return `${state.hook} for ${patient.name}${drafts}${data}`;
}
