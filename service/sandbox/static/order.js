// A draft order in words, for people who do not read FHIR, with the FHIR beside it.

import { el, icon, shown } from "./dom.js";
import { jsonBlock } from "./json.js";
import { capital, day, systemName } from "./words.js";

/** What one action of an accepted suggestion has put into the chart. */
export function orderPanel(action, patientName) {
  const { resource } = action;
  if (!resource) return el("p", {}, shown(`${capital(action.type)}: ${action.resourceId ?? action.description}`));
  return el(
    "div", { class: "order" },
    el("p", { class: "order-title" }, icon("order"), el("b", {}, "Draft order: "), shown(titleOf(resource))),
    el("dl", {}, rows(resource, patientName).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, shown(value))])),
    el("details", {}, el("summary", {}, `The ${resource.resourceType} as FHIR`), jsonBlock(resource, "draft order")),
  );
}

function titleOf(resource) {
  return resource.code?.text ?? resource.code?.coding?.[0]?.display ?? resource.resourceType;
}

function rows(resource, patientName) {
  const coded = (resource.code?.coding ?? []).map((code) => `${systemName(code.system)} ${code.code}${code.display ? `, ${code.display}` : ""}`);
  const reasons = (resource.reasonReference ?? []).map((reason) => reason.reference);
  const known = [
    ["For", patientName ?? resource.subject?.reference],
    ["Code", coded.join("; ")],
    ["Status", [resource.status, resource.intent].filter(Boolean).join(", ")],
    ["Priority", resource.priority],
    ["Drafted", resource.authoredOn && day(resource.authoredOn)],
    ["Requested by", resource.requester?.reference],
    ["Because of", reasons.join(", ")],
    ["Note", (resource.note ?? []).map((note) => note.text).join(" ")],
  ];
  return known.filter(([, value]) => value);
}
