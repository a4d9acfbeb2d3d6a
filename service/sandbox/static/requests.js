// CDS Hooks requests, as an EHR builds them: for a patient of the sandbox, or for a pasted note without any patient.

import { FHIR, readFHIR } from "./service.js";
import { isOrderHook } from "./fragment.js";

const CLINICIAN = "Practitioner/demo-clinician";

/**
 * The request for one patient. `drafts` are `{id, resource}`; `data` is prefetch (every template is resolved here),
 * fhir (the service reads for itself, from `fhirServer`) or none (it gets nothing and has to refuse).
 */
export async function requestFor({ patient, hook, drafts, data, fhirServer }, templates) {
  const context = { userId: CLINICIAN, patientId: patient.id, encounterId: patient.encounter };
  if (isOrderHook(hook)) {
    const orders = drafts.map((draft) => draftFor(draft, patient));
    if (hook === "order-select") context.selections = orders.map((order) => `${order.resourceType}/${order.id}`);
    context.draftOrders = { resourceType: "Bundle", type: "collection" };
    if (orders.length) context.draftOrders.entry = orders.map((resource) => ({ resource }));
  }
  const request = { hook, hookInstance: crypto.randomUUID(), context };
  if (data === "fhir") request.fhirServer = fhirServer ?? FHIR;
  if (data === "prefetch") request.prefetch = await prefetched(templates, context);
  return request;
}

/**
 * The request for a pasted note: a made-up patient of the given age and this one document, everything else known to be
 * empty. Each has a patient of its own, so that dismissing one card does not silence the next note's.
 */
export function requestForNote({ note, age, today }, templates) {
  const id = `pasted-${crypto.randomUUID().slice(0, 8)}`;
  const patient = { resourceType: "Patient", id };
  if (age !== null) patient.birthDate = `${Number(today.slice(0, 4)) - age}-01-01`;
  const document = {
    resourceType: "DocumentReference",
    id: `${id}-note`,
    status: "current",
    type: { text: "Clinical note" },
    subject: { reference: `Patient/${id}` },
    date: `${today}T00:00:00Z`,
    content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: base64(note) } }],
  };
  const prefetch = {};
  for (const key of Object.keys(templates)) prefetch[key] = bundle();
  prefetch.patient = patient;
  prefetch.documents = bundle({ resource: document });
  const context = { userId: CLINICIAN, patientId: id };
  return { hook: "patient-view", hookInstance: crypto.randomUUID(), context, prefetch };
}

async function prefetched(templates, context) {
  const keys = Object.keys(templates);
  const answers = await Promise.all(keys.map((key) => readFHIR(resolved(templates[key], context))));
  // A key that could not be had is left out (PRE-9); JSON does that with undefined.
  return Object.fromEntries(keys.map((key, index) => [key, answers[index]]));
}

function resolved(template, context) {
  return template.replace(/\{\{\s*context\.(\w+)\s*\}\}/g, (_, field) => encodeURIComponent(context[field] ?? ""));
}

function draftFor(draft, patient) {
  return {
    ...draft.resource,
    id: `draft-${draft.id}`,
    subject: { reference: `Patient/${patient.id}` },
    requester: { reference: CLINICIAN },
  };
}

function bundle(...entry) {
  const empty = { resourceType: "Bundle", type: "searchset", total: entry.length };
  return entry.length ? { ...empty, entry } : empty;
}

function base64(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
