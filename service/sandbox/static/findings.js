// Findings with their status, and for each the words, the date, the source and the reason why it has that status.

import { el, icon, shown } from "./dom.js";
import { capital, counted, day, RESOURCES, unkebabed } from "./words.js";

const STATUSES = {
  present: ["Present", "met"],
  possible: ["Possible", "unknown"],
  absent: ["Absent", "unmet"],
  "not-documented": ["Not documented", "quiet"],
  uncounted: ["Does not count", "quiet"],
};

/** The word and the icon of a status. */
export function statusOf(status) {
  return STATUSES[status] ?? [capital(status), "unknown"];
}

/** The panel: what is present, possible and absent with its evidence, then what is not documented, by name. */
export function findingsPanel({ decision, titles }) {
  const called = (finding) => capital(titles[finding.atom ?? finding.id] ?? unkebabed(finding.id));
  const spoken = ["present", "possible", "absent"].map((status) => {
    const found = decision.findings.filter((finding) => finding.status === status);
    return found.length ? group(status, found, called) : null;
  });
  const silent = decision.findings.filter((finding) => finding.status === "not-documented");
  const uncounted = silent.filter((finding) => finding.evidence.length);
  const bare = silent.filter((finding) => !finding.evidence.length);
  return [
    ...spoken,
    uncounted.length ? group("uncounted", uncounted, called) : null,
    decision.context.length ? [
      el("h3", {}, "Done already, and what changes the options"),
      el("ul", { class: "findings" }, decision.context.map((finding) => one(finding, called))),
    ] : null,
    bare.length ? [
      el("h3", { class: "status not-documented" }, icon("quiet"), `Not documented (${bare.length})`),
      el("p", { class: "soft" }, "The record says nothing of these either way; that is never taken for absence."),
      el("ul", { class: "names" }, bare.map((finding) => el("li", {}, el("abbr", { class: "letter" }, finding.atom), called(finding)))),
    ] : null,
  ].flat().filter(Boolean);
}

function group(status, found, called) {
  const [word, shape] = statusOf(status);
  const many = found.filter(({ atom }) => atom).length;
  return [
    el("h3", { class: `status ${status}` }, icon(shape), `${word} (${many})`),
    el("ul", { class: "findings" }, found.map((finding) => one(finding, called))),
  ];
}

function one(finding, called) {
  const pieces = finding.evidence;
  const [word, shape] = statusOf(finding.status);
  const letter = finding.atom ? el("abbr", { class: "letter" }, finding.atom) : el("span", { class: `status ${finding.status}` }, icon(shape), word);
  const [first, ...rest] = pieces;
  return el(
    "li", {},
    el("p", { class: "finding" }, letter, el("b", {}, called(finding))),
    first ? piece(first) : null,
    rest.length ? el("details", {}, el("summary", {}, counted(rest.length, "more statement")), rest.map(piece)) : null,
  );
}

function piece(evidence) {
  const type = evidence.ref.split("/")[0];
  const about = [capital(evidence.reason), evidence.kind?.replaceAll("-", " "), evidence.side, evidence.date && day(evidence.date), RESOURCES[type] ?? type];
  return el(
    "div", { class: "piece" },
    evidence.quote ? el("blockquote", { dir: "auto" }, shown(evidence.quote)) : null,
    el("p", { class: "soft", title: `${evidence.ref} ${evidence.path}` }, shown(about.filter(Boolean).join(" · "))),
  );
}
