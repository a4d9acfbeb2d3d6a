// The mock EHR: reads the address, shows the view it names, fires the hook, shows the answer. Everything else is in the
// modules it imports.

import { about, filterPatients, showChart, showPatients } from "./chart.js";
import { el, fill, icon } from "./dom.js";
import { fragmentOf, isOrderHook, readFragment } from "./fragment.js";
import { showNote } from "./note.js";
import { requestFor, requestForNote } from "./requests.js";
import { showAnswer, showUnreachable } from "./result.js";
import { callHook, discover, listing, Refused, Unreachable } from "./service.js";
import { showRefused, showSigner } from "./signing.js";
import { EXAMPLES } from "./examples.js";

const at = (id) => document.getElementById(id);
const today = document.documentElement.dataset.today;
const narrow = matchMedia("(max-width: 60rem)");
const draft = { note: EXAMPLES[0].note, age: EXAMPLES[0].age };

let state = readFragment(location.hash);
let world;
let calls = 0;

start();

async function start() {
  try {
    world = await listing();
    showSigner(at("signer"), world.signs);
    world.templates = await discover();
  } catch (problem) {
    at("rail").hidden = true;
    if (problem instanceof Refused) {
      showRefused(at("view"), problem, world?.signs);
      return;
    }
    if (!(problem instanceof Unreachable)) throw problem;
    fill(at("view"), el("div", { class: "notice critical" }, el("h1", {}, icon("critical"), "The service could not be reached"), el("p", {}, problem.message)));
    return;
  }
  addEventListener("hashchange", () => open(readFragment(location.hash)));
  narrow.addEventListener("change", foldList);
  at("find").addEventListener("input", () => { at("none-found").hidden = filterPatients(at("patients"), at("find").value); });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("main").focus();
  });
  open(state);
}

/** Shows what the address asks for; a chart that is opened fires its hook, as in an EHR. */
function open(asked) {
  state = asked;
  calls += 1;
  at("result").hidden = true;
  if (state.view === "note") openNote();
  else openChart();
  foldList();
}

function openChart() {
  const patient = world.patients.find(({ id }) => id === state.patient) ?? (state.patient ? null : world.patients[0]);
  marked("to-charts");
  at("rail").hidden = false;
  if (!patient) {
    listPatients();
    document.title = "Cartsign: mock EHR";
    fill(at("view"), el("header", { class: "banner" }, el("h1", {}, "No such patient"), el("p", {}, "The address names a patient that is not in this sandbox. Pick one from the list.")));
    return;
  }
  state = { ...state, patient: patient.id, drafts: state.drafts.filter((id) => world.drafts.some((known) => known.id === id)) };
  if (isOrderHook(state.hook) && !state.drafts.length && world.drafts.length) state.drafts = [world.drafts[0].id];
  history.replaceState(null, "", fragmentOf(state));
  listPatients();
  document.title = `${patient.name}, Cartsign mock EHR`;
  const view = { patient, state, drafts: world.drafts, today };
  showChart(at("view"), view, { changed, call: () => callFor(patient) });
  callFor(patient);
}

function openNote() {
  marked("to-note");
  at("rail").hidden = true;
  document.title = "Try a note, Cartsign mock EHR";
  showNote(at("view"), draft, ({ note, age }) => {
    const request = requestForNote({ note, age, today }, world.templates["patient-view"]);
    fire("patient-view for the pasted note", "the made-up patient", async () => request);
  });
}

/** A choice in the form: the address follows it, the call waits for the button. */
function changed(part) {
  state = { ...state, ...part };
  if (part.hook && isOrderHook(state.hook) && !state.drafts.length) {
    const first = document.querySelector("input[name=draft]");
    if (first) {
      first.checked = true;
      state.drafts = [first.value];
    }
  }
  history.replaceState(null, "", fragmentOf(state));
  listPatients();
}

function callFor(patient) {
  const asked = { ...state, patient, fhirServer: world.fhirServer, drafts: world.drafts.filter(({ id }) => state.drafts.includes(id)) };
  fire(about(state, patient), patient.name, () => requestFor(asked, world.templates[state.hook]));
}

/** One call from request to answer; an answer that is no longer waited for is dropped. */
async function fire(what, patientName, build) {
  const mine = (calls += 1);
  const place = at("result");
  place.setAttribute("aria-busy", "true");
  at("announce").textContent = "Calling the service…";
  let said;
  try {
    const answer = { ...(await callHook(await build())), signs: world.signs };
    if (mine !== calls) return;
    const picked = (tab) => {
      state = { ...state, tab };
      history.replaceState(null, "", fragmentOf(state));
    };
    said = showAnswer(place, answer, { about: what, patientName, tab: state.tab, picked });
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    if (mine !== calls) return;
    said = showUnreachable(place, what);
  }
  at("announce").textContent = said;
}

function listPatients() {
  // The list is made anew, since its links carry the hook that is chosen; the focus stays where it was.
  const focused = document.activeElement?.dataset?.patient;
  showPatients(at("patients"), at("patient-count"), world.patients, state, today);
  at("none-found").hidden = filterPatients(at("patients"), at("find").value);
  if (focused) at("patients").querySelector(`[data-patient="${CSS.escape(focused)}"]`)?.focus();
  else showCurrent();
}

/** Scrolls the list, and nothing but the list, to the patient whose chart is open. */
function showCurrent() {
  const list = at("patients");
  const current = list.querySelector("[aria-current]");
  if (!current) return;
  const above = current.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (above < 0 || above > list.clientHeight - current.clientHeight) list.scrollTop += above - list.clientHeight / 3;
}

function marked(current) {
  for (const id of ["to-charts", "to-note"]) {
    if (id === current) at(id).setAttribute("aria-current", "page");
    else at(id).removeAttribute("aria-current");
  }
}

/** On a narrow screen the list folds away once a chart is open; on a wide one it always stands open. */
function foldList() {
  at("rail-fold").open = !narrow.matches || !state.patient;
}
