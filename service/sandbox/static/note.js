// The view in which a fictional note is pasted and read, without any patient.

import { el, fill, icon } from "./dom.js";
import { EXAMPLES } from "./examples.js";

/** The form; `draft` keeps what was typed while one looks elsewhere, `read({note, age})` is called by its button. */
export function showNote(place, draft, read) {
  const note = el("textarea", { id: "note", rows: 10, required: true, maxlength: 100000, spellcheck: "false", "aria-describedby": "note-warning", oninput: () => { draft.note = note.value; } });
  const age = el("input", { id: "age", type: "number", min: 0, max: 120, inputmode: "numeric", oninput: () => { draft.age = age.value; } });
  note.value = draft.note;
  age.value = draft.age;
  const example = el("select", { id: "example", onchange: () => take(EXAMPLES[Number(example.value)]) }, el("option", { value: "" }, "Choose …"), EXAMPLES.map(({ title }, index) => el("option", { value: index }, title)));
  const take = (chosen) => {
    if (!chosen) return;
    note.value = draft.note = chosen.note;
    age.value = draft.age = chosen.age;
  };
  const submit = (event) => {
    event.preventDefault();
    read({ note: note.value, age: age.value === "" ? null : Math.trunc(Number(age.value)) });
  };
  fill(
    place,
    el("header", { class: "banner" }, el("h1", {}, "Try a note"), el("p", { class: "shows" }, "Paste a note and see what the service would make of it, as the only document of a made-up patient.")),
    el(
      "form", { class: "caller note", "aria-label": "Try a note", onsubmit: submit },
      el("p", { class: "warning", id: "note-warning" }, icon("warning"), el("span", {}, el("b", {}, "Fictional text only. "), "Never paste anything from a real record: what is sent here is kept by the service with the call.")),
      el("p", { class: "field" }, el("label", { for: "example" }, "Start from an example"), example),
      el("p", { class: "field" }, el("label", { for: "note" }, "Note"), note),
      el("p", { class: "field" }, el("label", { for: "age" }, "Age in years (may stay empty)"), age),
      el("button", { type: "submit", class: "call" }, icon("out"), "Read this note"),
    ),
  );
}
