// The network, all of it to our own origin: discovery, the sandbox's lists, hook calls, feedback, and the record of a call.

export const BASE = new URL("../../", import.meta.url);
export const SERVICE = "neurogenic-claudication";
export const FHIR = new URL("sandbox/fhir", BASE).href;

/** Nothing came back: the connection failed. */
export class Unreachable extends Error {}

/** What the page cannot do without was answered with an error; `status` is its HTTP status. */
export class Refused extends Error {
  constructor(path, status, body) {
    super(outcomeText(body) || `${path} was answered with HTTP ${status}.`);
    this.status = status;
  }
}

/** Prefetch templates of each hook, `{hook: {key: template}}`. */
export async function discover() {
  const { services } = await json("cds-services");
  const ours = services.filter((service) => service.id === SERVICE);
  return Object.fromEntries(ours.map((service) => [service.hook, service.prefetch ?? {}]));
}

/**
 * Who can be opened and what can be drafted. Behind `cartsign ehr` also `signs`, as whom and for which service the server
 * of this page signs, and `fhirServer`, where the charts are when they are not here.
 */
export function listing() {
  return json("sandbox/patients");
}

/** What the sandbox's FHIR server answers to a query, or undefined when it refuses. */
export async function readFHIR(query) {
  const answer = await reach(`${FHIR}/${query}`, {});
  return answer.ok ? answer.json() : undefined;
}

/**
 * One hook call, with everything that an integration engineer asks for: both messages, status, correlation id, time.
 * Throws Unreachable; a refusal is an answer like any other.
 */
export async function callHook(request) {
  const correlation = crypto.randomUUID();
  const url = new URL(`cds-services/${SERVICE}`, BASE).href;
  const headers = { "Content-Type": "application/json", "X-Correlation-ID": correlation };
  const began = performance.now();
  const answer = await reach(url, { method: "POST", headers, body: JSON.stringify(request) });
  const text = await answer.text();
  return {
    url, headers, request, correlation, text,
    status: answer.status,
    statusText: answer.statusText,
    ms: Math.round(performance.now() - began),
    answered: [...answer.headers].filter(([name]) => name === "content-type" || name.startsWith("x-")),
    body: parsed(text),
  };
}

/** Sends feedback items (FB-3); `{ok, status, text}`. */
export async function sendFeedback(items) {
  const url = new URL(`cds-services/${SERVICE}/feedback`, BASE).href;
  const headers = { "Content-Type": "application/json" };
  const answer = await reach(url, { method: "POST", headers, body: JSON.stringify({ feedback: items }) });
  return { ok: answer.ok, status: answer.status, text: outcomeText(parsed(await answer.text())) };
}

/** The recorded decision of a call and its chart with marks; `{detail}` when it cannot be had. */
export async function recordOf(correlation) {
  const answer = await reach(new URL(`sandbox/calls/${correlation}`, BASE).href, {});
  const body = parsed(await answer.text());
  if (answer.ok && body) return body;
  return { detail: body?.detail ?? `What led to this answer cannot be shown here (HTTP ${answer.status}).` };
}

/** The sentences of an OperationOutcome. */
export function outcomeText(body) {
  return (body?.issue ?? []).map((issue) => issue.diagnostics ?? issue.details?.text ?? issue.code).join(" ");
}

async function json(path) {
  const answer = await reach(new URL(path, BASE).href, {});
  if (!answer.ok) throw new Refused(path, answer.status, parsed(await answer.text()));
  return answer.json();
}

async function reach(url, options) {
  try {
    return await fetch(url, { cache: "no-store", credentials: "omit", ...options });
  } catch (problem) {
    throw new Unreachable(problem.message);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
