// The words people read for what the service says in codes, and how dates and names are written.

/** What each conclusion is called: short for a label, long for a sentence. */
export const STATES = {
  redFlag: ["Red flag", "A red flag is documented"],
  redFlagUrgent: ["Red flag, urgent", "A red flag may be documented and should be checked"],
  alreadyDiagnosed: ["Already diagnosed", "Neurogenic claudication is on the problem list already"],
  mixed: ["Mixed", "Neurogenic and vascular features are documented together"],
  vascular: ["Vascular", "Features compatible with vascular claudication are documented"],
  conflict: ["Conflict", "The record contradicts itself on what eases the symptom"],
  probable: ["Probable", "Several documented features are compatible with neurogenic claudication"],
  possible: ["Possible", "Some documented features are compatible with neurogenic claudication"],
  insufficient: ["Insufficient", "Too little is documented to tell what kind of claudication this is"],
  silent: ["Silent", "Nothing to say about neurogenic claudication"],
};

/** When an EHR calls each hook. */
export const HOOKS = {
  "patient-view": "a chart is opened",
  "encounter-start": "a visit begins",
  "order-select": "an order is picked",
  "order-sign": "orders are signed",
};

export const RESOURCES = {
  AllergyIntolerance: "Allergy",
  Condition: "Problem list",
  Device: "Device",
  DiagnosticReport: "Report",
  DocumentReference: "Clinical note",
  MedicationRequest: "Medication",
  Observation: "Observation",
  Patient: "Patient",
  Procedure: "Procedure",
  ServiceRequest: "Order",
};

const SYSTEMS = {
  "http://loinc.org": "LOINC",
  "http://snomed.info/sct": "SNOMED CT",
  "http://www.ama-assn.org/go/cpt": "CPT",
};

export function systemName(system) {
  return SYSTEMS[system] ?? system;
}

export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

/** `no-leg-symptom-on-walking` in words. */
export function unkebabed(id) {
  return capital(String(id).replaceAll("-", " "));
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** `2026-11-14` as 14 Nov 2026; what is no full date stays as it is. */
export function day(date) {
  return /^\d{4}-\d{2}-\d{2}/.test(date ?? "") ? DAY.format(new Date(`${date.slice(0, 10)}T00:00:00Z`)) : (date ?? "");
}

/** Whole years from a birth date to `today`, both as ISO dates; null where the birth date is no full date. */
export function ageOn(today, birthDate) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? "")) return null;
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
